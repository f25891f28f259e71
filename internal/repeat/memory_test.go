package repeat

import (
	"log/slog"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

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

// numbered makes the messages of a test: of 100 bytes each, and all different.
type numbered []byte

func newNumbered() numbered { return []byte(strings.Repeat("m", 100)) }

func (n numbered) message(i int) string {
	const digits = 16
	return string(strconv.AppendInt(n[:len(n)-digits], 1e15+int64(i), 10))
}

// TestMemory: a million messages take no more memory than the first of them did,
// whether they pass or are held back.
func TestMemory(t *testing.T) {
	race.Skip(t)
	const size, early, all = 4096, 100_000, 1_000_000
	for _, test := range []struct {
		name string
		each int // records of a message
	}{
		{"once", 1},
		{"twice", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			table := New(1, time.Hour, size)
			n := newNumbered()
			var count tally
			var before int
			empty := heap()
			for i := range all {
				if i == early {
					before = heap()
				}
				message := n.message(i)
				for range test.each {
					count.pass(table, base, slog.LevelInfo, message)
				}
			}
			after := heap()
			if d := after - before; d > 64<<10 || d < -64<<10 {
				t.Errorf("%d bytes after %d messages, %d after %d", before, early, after, all)
			}
			t.Logf("%d bytes are in use", after-empty)
			check(t, table)
			due, _ := table.Due(base, true, nil)
			count.sum(due)
			if count.passed != all || count.held != all*(test.each-1) {
				t.Errorf("%d passed and %d were held back", count.passed, count.held)
			}
		})
	}
}

// TestGrows: a table for many messages takes memory for those that come.
func TestGrows(t *testing.T) {
	race.Skip(t)
	before := heap()
	table := New(1, time.Hour, 1<<30)
	for i := range 100 {
		table.Pass(base, 0, strconv.Itoa(i), nil)
	}
	if d := heap() - before; d > 64<<10 {
		t.Errorf("100 messages take %d bytes", d)
	}
	runtime.KeepAlive(table)
}

// TestKeepsNothing: a message keeps nothing alive of the string that it is, or is
// a piece of.
func TestKeepsNothing(t *testing.T) {
	race.Skip(t)
	const n = 64
	for _, test := range []struct {
		name string
		part func(big string) string
	}{
		{"a long message", func(big string) string { return big }},
		{"a piece of a long string", func(big string) string { return big[:20] }},
		{"a message of just the length that is kept", func(big string) string { return big[:maxMessage] }},
	} {
		t.Run(test.name, func(t *testing.T) {
			table := New(0, time.Hour, n)
			before := heap()
			for i := range n {
				big := strconv.Itoa(1000+i) + strings.Repeat("x", 1<<20)
				table.Pass(base, 0, test.part(big), nil)
			}
			if d := heap() - before; d > 256<<10 {
				t.Errorf("%d bytes are kept", d)
			}
			if due, _ := table.Due(base, true, nil); len(due) != n {
				t.Errorf("%d summaries", len(due))
			}
		})
	}
}

// TestAllocs: what a record costs.
func TestAllocs(t *testing.T) {
	race.Skip(t)
	const every = time.Minute
	long := strings.Repeat("é", 1000)
	room := make([]Summary, 0, 4)
	n := newNumbered()
	many := make([]string, 2000)
	for i := range many {
		many[i] = n.message(i)
	}
	for _, test := range []struct {
		name  string
		first int
		want  float64
		run   func(table *Table, i int)
	}{
		{"a known message passes", 1 << 30, 0, func(table *Table, i int) {
			table.Pass(base, 0, long, nil)
		}},
		{"a known message is held back again", 1, 0, func(table *Table, i int) {
			table.Pass(base, 0, long, nil)
		}},
		{"a new message passes, and one is forgotten", 1, 0, func(table *Table, i int) {
			table.Pass(base, 0, many[i], nil)
		}},
		{"a known message passes in a new interval", 1, 0, func(table *Table, i int) {
			table.Pass(base.Add(time.Duration(i)*every), 0, long, nil)
		}},
		{"a short message is held back, in each interval for the first time", 0, 1, func(table *Table, i int) {
			table.Pass(base.Add(time.Duration(i)*every), 0, "disk full", room)
		}},
		{"a long message is held back, in each interval for the first time", 0, 1, func(table *Table, i int) {
			table.Pass(base.Add(time.Duration(i)*every), 0, long, room)
		}},
		{"a new message is held back, and one summed up", 0, 1, func(table *Table, i int) {
			table.Pass(base, 0, many[i], room)
		}},
		{"nothing is due", 1, 0, func(table *Table, i int) {
			table.Due(base, false, nil)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			table := New(test.first, every, 100)
			i := 0
			run := func() { test.run(table, i); i++ }
			for range 1000 {
				run()
			}
			if got := testing.AllocsPerRun(500, run); got != test.want {
				t.Errorf("%v allocations, want %v", got, test.want)
			}
		})
	}
}

// TestAllocsFirst: of messages that are held back for the first time a copy is
// made, and nothing else, not even now and then.
func TestAllocsFirst(t *testing.T) {
	race.Skip(t)
	const size = 100
	n := newNumbered()
	known := make([]string, size)
	for i := range known {
		known[i] = n.message(i)
	}
	all := func(table *Table) {
		for _, message := range known {
			table.Pass(base, 0, message, nil)
		}
	}
	// AllocsPerRun does once what it then counts.
	tables := []*Table{New(1, time.Hour, size), New(1, time.Hour, size)}
	for _, table := range tables {
		all(table) // they pass
	}
	if got := testing.AllocsPerRun(1, func() { all(tables[0]); tables = tables[1:] }); got != size {
		t.Errorf("%v allocations for %d messages", got, size)
	}
}
