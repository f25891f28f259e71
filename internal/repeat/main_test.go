package repeat

import (
	"log/slog"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
)

// base is when the tests begin. It has no monotonic reading.
var base = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// A tally counts what became of records.
type tally struct{ calls, passed, held int }

func (c *tally) pass(table *Table, now time.Time, level slog.Level, message string) (pass bool) {
	var room [1]Summary
	pass, due := table.Pass(now, level, message, room[:0])
	if c.calls++; pass {
		c.passed++
	}
	c.sum(due)
	return pass
}

func (c *tally) sum(due []Summary) {
	for _, s := range due {
		c.held += s.Count
	}
}

// check holds a table against all that is always true of it.
func check(t assert.T, table *Table) {
	t.Helper()
	table.mu.Lock()
	defer table.mu.Unlock()
	es := &table.entries
	n := int32(len(es.all) - 1)
	if int(n) > es.size || cap(es.all) > es.size+1 {
		t.Fatalf("%d entries, and room for %d, where %d may be", n, cap(es.all), es.size)
	}

	// The list has every entry once, in both directions.
	seen := make([]bool, n+1)
	for i, last := es.all[0].older, int32(0); ; i, last = es.all[i].older, i {
		if es.all[i].newer != last {
			t.Fatalf("the list is broken between %d and %d", last, i)
		}
		if seen[i] {
			t.Fatalf("%d is in the list twice", i)
		}
		if seen[i] = true; i == 0 {
			break
		}
	}
	// So has the index.
	for i := int32(1); i <= n; i++ {
		if !seen[i] {
			t.Errorf("%d is not in the list", i)
		}
		if found := es.index[es.all[i].hash]; found != i {
			t.Errorf("%d is found as %d", i, found)
		}
	}
	if len(es.index) != int(n) {
		t.Errorf("%d entries are in the index, which should be %d", len(es.index), n)
	}

	// In the heap is who has held back something, in order. Only these have a
	// message.
	if cap(table.waiting) > es.size+1 {
		t.Errorf("the heap has room for %d, where %d may be", cap(table.waiting), es.size)
	}
	waiting := 0
	for i := int32(1); i <= n; i++ {
		e := &es.all[i]
		if e.held == 0 {
			if e.message != "" {
				t.Errorf("%d keeps a message, and holds back nothing", i)
			}
			continue
		}
		waiting++
		if int(e.place) >= len(table.waiting) || table.waiting[e.place] != i {
			t.Errorf("%d is not at its place in the heap", i)
		}
		if e.until.Before(e.since) {
			t.Errorf("%d has held back its last before its first", i)
		}
	}
	if waiting != len(table.waiting) {
		t.Errorf("%d wait, and %d are in the heap", waiting, len(table.waiting))
	}
	for place := 1; place < len(table.waiting); place++ {
		if table.sooner(table.waiting[place], table.waiting[(place-1)/2]) {
			t.Errorf("place %d of the heap ends before the one above", place)
		}
	}
}
