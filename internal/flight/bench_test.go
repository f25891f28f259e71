package flight

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
)

// newBenchmark is a table as it is by default.
func newBenchmark() *Table[mark] {
	return New(Limit{256 << 10, 32 << 20}, func(*Batch[mark], Reason) {})
}

// putMany puts records of one line, 20 into each trace, which then ends. The traces are
// others, and in another order of shards, for each goroutine.
func putMany(table *Table[mark], from int, next func() bool) {
	line := make([]byte, 300)
	m := mark{from: from}
	random := rand.New(rand.NewPCG(1, uint64(from)))
	id := traceOf(0)
	for i := 0; next(); i++ {
		if i%20 == 0 {
			id = traceOf(random.Int())
			table.RootStarted(id)
		}
		table.Put(id, &m, 0, line)
		if i%20 == 19 {
			table.RootEnded(id)
		}
	}
}

// BenchmarkPut has traces that end.
func BenchmarkPut(b *testing.B) {
	b.ReportAllocs()
	putMany(newBenchmark(), 0, b.Loop)
}

// BenchmarkPutParallel is the same on all processors. If each goroutine has a table of its
// own, it never waits for another one.
func BenchmarkPutParallel(b *testing.B) {
	for _, own := range []bool{false, true} {
		b.Run(fmt.Sprintf("own table %v", own), func(b *testing.B) {
			shared := newBenchmark()
			var goroutines atomic.Int64
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				table := shared
				if own {
					table = newBenchmark()
				}
				putMany(table, int(goroutines.Add(1)), pb.Next)
			})
		})
	}
}

// BenchmarkPutSameTrace has goroutines that all put into one trace, which evicts.
func BenchmarkPutSameTrace(b *testing.B) {
	table := newBenchmark()
	line := make([]byte, 300)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for m := (mark{}); pb.Next(); {
			table.Put(traceOf(1), &m, 0, line)
		}
	})
}

// BenchmarkPutEvicts has traces that do not end, so that each new one evicts another.
func BenchmarkPutEvicts(b *testing.B) {
	table := newBenchmark()
	line := make([]byte, 300)
	m := mark{}
	i := 0
	put := func() {
		table.Put(traceOf(i/20), &m, 0, line)
		i++
	}
	for range 200_000 {
		put()
	}
	b.ReportAllocs()
	for b.Loop() {
		put()
	}
}

// BenchmarkRelease is for a trace: its records are put, and handed out.
func BenchmarkRelease(b *testing.B) {
	for _, records := range []int{20, 1000} {
		b.Run(fmt.Sprint(records), func(b *testing.B) {
			table := newBenchmark()
			line := make([]byte, 200)
			m, i := mark{}, 0
			b.ReportAllocs()
			for b.Loop() {
				id := traceOf(i)
				for range records {
					table.Put(id, &m, 0, line)
				}
				for batch := table.Release(id); batch != nil; batch = table.Next(id, false) {
					for r, _ := batch.Take(); r != nil; r, _ = batch.Take() {
					}
				}
				if i++; i%1000 == 0 {
					table.Tick(0)
				}
			}
		})
	}
}
