package flight

import (
	"fmt"
	"runtime"
	"testing"
	"weak"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/race"
)

// heap is how much is alive.
func heap() int {
	runtime.GC()
	runtime.GC() // what the first has only found
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// A load is what traces have, all the same.
type load struct {
	traces, records, lines, size int // lines of a record, size of a line
	extra                        int
}

func (l load) put(table *Table[mark], from int) {
	for i := range l.traces {
		id := traceOf(from + i)
		table.RootStarted(id)
		for n := range l.records {
			m := mark{from: i, n: n}
			if l.extra > 0 {
				b := make([]byte, l.extra)
				m.refers = &b
			}
			table.Put(id, &m, l.extra, manyLines(l.lines, l.size)...)
		}
	}
}

var lineOf = make([]byte, 1<<20)

func manyLines(n, size int) [][]byte {
	lines := make([][]byte, n)
	for i := range lines {
		lines[i] = lineOf[:size]
	}
	return lines
}

// TestMemory: the heap is about what Stats says.
func TestMemory(t *testing.T) {
	race.Skip(t)
	const unlimited = 1 << 30
	for _, test := range []struct {
		name         string
		trace, total int
		loads        []load // one after the other
	}{
		{"nothing but roots", 1 << 20, unlimited, []load{{100_000, 0, 0, 0, 0}}},
		{"a record without lines", 1 << 20, unlimited, []load{{100_000, 1, 0, 0, 0}}},
		{"a short line", 1 << 20, unlimited, []load{{100_000, 1, 1, 33, 0}}},
		{"three of 100 bytes", 1 << 20, unlimited, []load{{100_000, 3, 1, 100, 0}}},
		{"five of 150 bytes, of two lines", 1 << 20, unlimited, []load{{20_000, 5, 2, 75, 0}}},
		{"bytes elsewhere", 1 << 20, unlimited, []load{{100_000, 1, 1, 100, 150}}},
		{"long traces", 1 << 20, unlimited, []load{{100, 1000, 1, 300, 0}}},
		{"evicts roots", 1 << 16, 8 << 20, []load{{100_000, 0, 0, 0, 0}}},
		{"evicts three of 100 bytes", 1 << 16, 8 << 20, []load{{100_000, 3, 1, 100, 0}}},
		{"evicts bytes elsewhere", 1 << 16, 8 << 20, []load{{100_000, 1, 1, 100, 150}}},
		{"evicts within traces", 1 << 16, 8 << 20, []load{{100, 1000, 1, 300, 0}}},
		{"evicts from one shard", 2 << 20, 8 << 20, []load{{20_000, 10, 1, 300, 0}}},
		{"large records, then small", 1 << 20, 32 << 20, []load{{100, 1, 1, 1 << 19, 0}, {100_000, 3, 1, 100, 0}}},
		{"many small traces, then few large", 1 << 16, 8 << 20, []load{{100_000, 0, 0, 0, 0}, {1000, 300, 1, 300, 0}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := heap()
			table := New(Limit{test.trace, test.total}, func(*Batch[mark], Reason) {})
			traces := 0
			for _, l := range test.loads {
				l.put(table, traces)
				traces += l.traces
			}
			table.Tick(4) // ends none
			got, stats := heap()-before, table.Stats()
			t.Logf("%d traces, %d records: %d bytes, %d in the heap, %.2f times as much", stats.Traces, stats.Records, stats.Bytes, got, float64(got)/float64(stats.Bytes))
			if got > stats.Bytes/10*11 {
				t.Error("the heap has more than 1.1 times what Stats says")
			}
			check(t, table)

			for i := range traces {
				table.RootEnded(traceOf(i))
			}
			for range 20 {
				table.Tick(4)
			}
			empty := func(what string) {
				if got := table.Stats(); got != (Stats{}) {
					t.Errorf("after %s: %+v", what, got)
				}
				if left := heap() - before; left > 64<<10 {
					t.Errorf("after %s: %d bytes are left in the heap, more than an empty table has", what, left)
				}
			}
			empty("the end of all traces")
			test.loads[0].put(table, 0)
			table.Close()
			empty("Close")
			runtime.KeepAlive(table)
		})
	}
}

// TestForgets: what is gone is not referred to any more, though its memory is kept.
func TestForgets(t *testing.T) {
	id := traceOf(1)
	for _, test := range []struct {
		name string
		lose func(table *Table[mark])
	}{
		{"its trace has ended", func(table *Table[mark]) { table.RootEnded(id) }},
		{"evicted by others of its trace", func(table *Table[mark]) {
			for n := range 3 {
				table.Put(id, &mark{n: n}, 0, make([]byte, 900))
			}
		}},
		{"evicted for another", func(table *Table[mark]) { table.Put(id, &mark{}, 920) }},
		{"released", func(table *Table[mark]) { table.Release(id) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			table := New(Limit{1000, 1 << 20}, func(*Batch[mark], Reason) {})
			refers := weak.Make(func() *[]byte {
				b := make([]byte, 8)
				table.Put(id, &mark{refers: &b}, 8)
				return &b
			}())
			heap()
			if refers.Value() == nil {
				t.Fatal("what is held is not referred to")
			}
			test.lose(table)
			heap()
			if refers.Value() != nil {
				t.Error("it is still referred to")
			}
			runtime.KeepAlive(table)
		})
	}
}

// TestSpare: a large trace leaves no more to the next than a small one needs.
func TestSpare(t *testing.T) {
	const records = 2000
	for _, size := range []int{0, 300} {
		t.Run(fmt.Sprintf("lines of %d bytes", size), func(t *testing.T) {
			table := New(Limit{1 << 20, 32 << 20}, func(*Batch[mark], Reason) {})
			load{1, records, 1, size, 0}.put(table, 0)
			if got := table.Stats(); got.Records != records {
				t.Fatalf("%+v", got)
			}
			table.RootEnded(traceOf(0))
			if got := table.Stats(); got.Bytes > traceSize[mark]()+2*maxSpare {
				t.Errorf("%d bytes are left", got.Bytes)
			}
		})
	}
}

// TestGrows: a trace grows in few steps.
func TestGrows(t *testing.T) {
	race.Skip(t)
	const records = 10_000
	line := make([]byte, 100)
	got := testing.AllocsPerRun(3, func() {
		table := New(Limit{16 << 20, 64 << 20}, func(*Batch[mark], Reason) {})
		for range records {
			table.Put(traceOf(1), &mark{}, 0, line)
		}
	})
	if got > 60 {
		t.Errorf("%v allocations for %d records", got, records)
	}
}

// TestAllocs: traces that come and go do so in memory that those before them have left
// behind, however many there are at a time.
func TestAllocs(t *testing.T) {
	race.Skip(t)
	line := make([]byte, 300)
	for _, live := range []int{1, 10, 1000} {
		t.Run(fmt.Sprintf("%d at a time", live), func(t *testing.T) {
			table := New(Limit{256 << 10, 32 << 20}, func(*Batch[mark], Reason) {})
			scattered := func(n int) trace.TraceID { return traceOf(int(uint32(n) * 0x9E3779B1 >> 1)) }
			next := 0
			one := func() {
				id := scattered(next)
				table.RootStarted(id)
				for n := range 20 {
					table.Put(id, &mark{n: n}, 0, line)
				}
				if old := next - live + 1; old >= 0 {
					table.RootEnded(scattered(old))
				}
				next++
			}
			for range 10 * (live + 100) {
				one()
			}
			const traces = 1000 // at a time, as AllocsPerRun rounds
			// So often that it counts little how many maps happen to grow at first.
			got := testing.AllocsPerRun(20, func() {
				for range traces {
					one()
				}
			})
			if got > traces/200 { // a map may still grow
				t.Errorf("%v allocations for %d traces of 20 records", got, traces)
			}
			if stats := table.Stats(); stats.Traces != live-1 {
				t.Errorf("%d traces", stats.Traces)
			}
		})
	}
}

// TestTickAllocs: a tick allocates nothing, but for one in a while, if most traces have ended.
func TestTickAllocs(t *testing.T) {
	race.Skip(t)
	const traces = 5000
	table := New(Limit{256 << 10, 32 << 20}, func(*Batch[mark], Reason) {})
	load{traces, 1, 1, 100, 0}.put(table, 0)
	tick := func() { table.Tick(0) }
	if got := testing.AllocsPerRun(20, tick); got != 0 {
		t.Errorf("%v allocations with all traces", got)
	}
	for i := range traces - 500 {
		table.RootEnded(traceOf(i))
	}
	if got := testing.AllocsPerRun(20, tick); got != 0 { // the first is not counted
		t.Errorf("%v allocations with a tenth of the traces", got)
	}
	if stats := table.Stats(); stats.Traces != 500 {
		t.Errorf("%+v", stats)
	}
}
