package repeat

import (
	"log/slog"
	"math"
	"testing"
	"time"
)

// BenchmarkPass is what a record costs: on one goroutine and on all, for a message
// that comes all the time, and for a million that take turns.
func BenchmarkPass(b *testing.B) {
	n := newNumbered()
	million := make([]string, 1_000_000)
	for i := range million {
		million[i] = n.message(i)
	}
	for _, bench := range []struct {
		name    string
		first   int
		message func(i int) string
	}{
		{"hot, passes", math.MaxInt, func(int) string { return million[0] }},
		{"hot, is held back", 1, func(int) string { return million[0] }},
		{"16 in turn, are held back", 1, func(i int) string { return million[i%16] }},
		{"a million, pass", 1, func(i int) string { return million[i%len(million)] }},
		{"a million, are held back", 0, func(i int) string { return million[i%len(million)] }},
	} {
		now := time.Now()
		b.Run(bench.name, func(b *testing.B) {
			table := New(bench.first, time.Hour, 4096)
			var due []Summary
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				_, due = table.Pass(now, slog.LevelInfo, bench.message(i), due[:0])
			}
		})
		b.Run(bench.name+", parallel", func(b *testing.B) {
			table := New(bench.first, time.Hour, 4096)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				var due []Summary
				for i := 0; pb.Next(); i++ {
					_, due = table.Pass(now, slog.LevelInfo, bench.message(i), due[:0])
				}
			})
		})
	}
}

// BenchmarkDue is what a look costs when nothing is due, and what 4096 summaries
// cost.
func BenchmarkDue(b *testing.B) {
	const size = 4096
	n := newNumbered()
	messages := make([]string, size)
	for i := range messages {
		messages[i] = n.message(i)
	}
	fill := func(table *Table) {
		for i, m := range messages {
			table.Pass(base.Add(time.Duration(i)), slog.LevelInfo, m, nil)
		}
	}
	b.Run("nothing", func(b *testing.B) {
		table := New(0, time.Hour, size)
		fill(table)
		for b.Loop() {
			table.Due(base, false, nil)
		}
	})
	b.Run("4096", func(b *testing.B) {
		table := New(0, time.Hour, size)
		var due []Summary
		for b.Loop() {
			b.StopTimer()
			fill(table)
			b.StartTimer()
			due, _ = table.Due(base, true, due[:0])
		}
	})
}
