package queue

import (
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/spanlog/spanlog/internal/race"
)

// A heap is a queue of items that can be counted as long as they are in memory.
type heap struct {
	t     *testing.T
	q     *Queue[*heavy]
	items []weak.Pointer[heavy]
}

// A heavy item has a pointer, so that it does not share its memory with others.
type heavy struct{ _ *byte }

func (h *heap) item() *heavy {
	v := new(heavy)
	h.items = append(h.items, weak.Make(v))
	return v
}

func (h *heap) put(n int) {
	for i := range n {
		h.q.Put(h.item(), 1, i%3 == 0)
	}
}

func (h *heap) putOver(n int) {
	for i := range n {
		h.q.PutOver(h.item(), 1, i%3 == 0, func(*heavy) {})
	}
}

// putWait has items wait for room, and returns when they do.
func (h *heap) putWait(n int) {
	for range n {
		v := h.item()
		go h.q.PutWait(v, 1, false, time.Second)
	}
	synctest.Wait()
}

func (h *heap) take(n int) {
	for range n {
		h.q.Take(h.t.Context())
		h.q.Done()
	}
}

// kept counts the items that are in memory.
func (h *heap) kept() (n int) {
	synctest.Wait()
	runtime.GC()
	for _, p := range h.items {
		if p.Value() != nil {
			n++
		}
	}
	return n
}

// TestItemsAreNotKept has a queue for 100 items, and none reserved. Once items are
// out of it, it keeps none of them in memory.
func TestItemsAreNotKept(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(h *heap)
		want int
	}{
		{"all are there", func(h *heap) { h.put(40) }, 40},
		{"some are taken", func(h *heap) { h.put(40); h.take(10) }, 30},
		{"some are taken, and the ring has grown", func(h *heap) { h.put(40); h.take(10); h.put(60) }, 90},
		{"all are taken", func(h *heap) { h.put(40); h.take(40) }, 0},
		{"all are taken, time after time", func(h *heap) { h.put(9); h.take(9); h.put(9); h.take(9) }, 0},
		{"some are dropped for others", func(h *heap) { h.putOver(250) }, 100},
		{"all are dropped", func(h *heap) { h.put(40); h.q.Drop() }, 0},
		{"some are refused", func(h *heap) { h.put(150) }, 100},
		{"some wait", func(h *heap) { h.put(100); h.putWait(5) }, 105},
		{"some have waited in vain", func(h *heap) { h.put(100); h.putWait(5); time.Sleep(time.Minute) }, 100},
		{"some have waited until the end", func(h *heap) { h.put(100); h.putWait(5); h.q.Close() }, 100},
		{"some have waited, and are taken", func(h *heap) { h.put(100); h.putWait(5); h.take(105) }, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := &heap{t: t, q: New[*heavy](Limit{100, 100}, Limit{})}
			tt.do(h)
			if got := h.kept(); got != tt.want {
				t.Errorf("%s: %d items are in memory, want %d", tt.name, got, tt.want)
			}
			h.q.Close() // for those that wait
		})
	}
}

func TestAllocs(t *testing.T) {
	race.Skip(t)
	q := New[*heavy](Limit{100, 100}, Limit{10, 10})
	v, ctx := new(heavy), t.Context()
	take := func() { q.Take(ctx); q.Done() }
	drop := func(*heavy) {}
	for _, tt := range []struct {
		name string
		do   func()
	}{
		{"Put and Take", func() { q.Put(v, 1, false); take() }},
		{"Put and Take, urgent", func() { q.Put(v, 1, true); take() }},
		{"Put and Take, many at a time", func() {
			for i := range 80 {
				q.Put(v, 1, i%2 == 0)
			}
			for range 80 {
				take()
			}
		}},
		{"PutWait with room", func() { q.PutWait(v, 1, false, time.Second); take() }},
		{"PutOver with room", func() { q.PutOver(v, 1, false, drop); take() }},
		{"PutOver without room", func() { q.PutOver(v, 1, false, drop) }},
		{"PutWait without room and time", func() { q.PutWait(v, 1, false, 0) }},
		{"Put without room", func() { q.Put(v, 1, false) }},
		{"Wait for nothing", func() { q.Wait(ctx) }},
		{"Stats", func() { q.Stats() }},
	} {
		q.Drop()
		for strings.Contains(tt.name, "without") && q.Put(v, 1, false) {
		}
		if n := testing.AllocsPerRun(1000, tt.do); n != 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
	}
}
