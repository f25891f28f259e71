package queue

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// A thing is an item as the model knows it.
type thing struct {
	id, producer int // ids are in the order of the calls
	size         int
	urgent       bool
	until        time.Time // when it is refused, if it waits for room
}

// A model is what a queue is to be, in slices. It tells what happens, an event for
// each, such as "take 3".
type model struct {
	limit, reserved Limit
	items           []*thing // in the queue, oldest first
	waiters         []*thing // for which PutWait waits, oldest first
	barriers        []barrier
	busy            *thing
	closed          bool
	stats           Stats // but for the maxima, what the queue has to say
	events          []string
}

// A barrier is a call of Wait.
type barrier struct {
	id    int
	items []*thing // that it waits for
}

func (m *model) tell(what string, id int) { m.events = append(m.events, event(what, id)) }

func event(what string, id int) string { return fmt.Sprintf("%s %d", what, id) }

// fits reports whether a queue has room for a thing beside others, were it not
// for the rule that an empty queue has.
func (m *model) fits(others []*thing, th *thing) bool {
	var all, plain Limit
	for _, o := range append(slices.Clone(others), th) {
		all = Limit{all.Items + 1, all.Bytes + o.size}
		if !o.urgent {
			plain = Limit{plain.Items + 1, plain.Bytes + o.size}
		}
	}
	if all.Items > m.limit.Items || all.Bytes > m.limit.Bytes {
		return false
	}
	return th.urgent || plain.Items <= m.limit.Items-m.reserved.Items && plain.Bytes <= m.limit.Bytes-m.reserved.Bytes
}

func (m *model) put(th *thing) bool {
	if m.closed || len(m.items) > 0 && !m.fits(m.items, th) {
		return false
	}
	m.items = append(m.items, th)
	m.tell("put", th.id)
	m.count()
	return true
}

// count brings the statistics up to date.
func (m *model) count() {
	m.stats.Items, m.stats.Bytes = len(m.items), 0
	for _, it := range m.items {
		m.stats.Bytes += it.size
	}
	m.stats.MaxItems = max(m.stats.MaxItems, m.stats.Items)
	m.stats.MaxBytes = max(m.stats.MaxBytes, m.stats.Bytes)
}

// putOver tries on a copy what has to go.
func (m *model) putOver(th *thing) {
	if !m.closed && len(m.items) > 0 {
		rest := slices.Clone(m.items)
		for !m.fits(rest, th) {
			i := slices.IndexFunc(rest, func(o *thing) bool { return !o.urgent })
			if i < 0 && th.urgent && len(rest) > 0 {
				i = 0
			}
			if i < 0 {
				break
			}
			rest = slices.Delete(rest, i, i+1)
		}
		if m.fits(rest, th) {
			for _, it := range m.items {
				if !slices.Contains(rest, it) {
					m.tell("drop", it.id)
				}
			}
			m.items = rest
		}
	}
	if !m.put(th) {
		m.tell("refuse", th.id)
	}
}

func (m *model) take() {
	m.busy, m.items = m.items[0], slices.Clone(m.items[1:])
	m.tell("take", m.busy.id)
}

func (m *model) drop() {
	for _, it := range m.items {
		m.tell("drop", it.id)
	}
	m.items = nil
}

// settle has happen what follows from what has happened.
func (m *model) settle(now time.Time) {
	var waiters []*thing
	for _, th := range m.waiters {
		switch {
		case m.put(th):
		case m.closed || !now.Before(th.until):
			m.tell("refuse", th.id)
		default:
			waiters = append(waiters, th)
		}
	}
	m.waiters = waiters
	m.count()
	m.barriers = slices.DeleteFunc(m.barriers, func(b barrier) bool {
		waits := slices.ContainsFunc(b.items, func(it *thing) bool { return it == m.busy || slices.Contains(m.items, it) })
		if !waits {
			m.tell("wait", b.id)
		}
		return !waits
	})
}

// A step is what is done to a world. Where it cannot be, it is left out.
type step struct {
	do       string
	producer int
	size     int
	urgent   bool
}

// kinds are the kinds of steps, some more often than others. What rapid draws most
// is at the front, and next at the end.
var kinds = slices.Concat(
	slices.Repeat([]string{"take", "put", "done", "put over", "put and wait"}, 10),
	[]string{"wait", "drop"},
	slices.Repeat([]string{"sleep", "wait", "put and wait"}, 3),
)

var steps = rapid.Custom(func(t *rapid.T) step {
	return step{
		do:       rapid.SampledFrom(kinds).Draw(t, "do"),
		producer: rapid.IntRange(0, 4).Draw(t, "producer"),
		size:     rapid.SampledFrom([]int{1, 2, 0, 1, 3, 5, 8, 13}).Draw(t, "size"),
		urgent:   rapid.Bool().Draw(t, "urgent"),
	}
})

// A world is a queue beside its model.
type world struct {
	*model
	t    testing.TB
	q    *Queue[*thing]
	ctx  context.Context
	next int // id
	all  sync.WaitGroup

	mu     sync.Mutex
	seen   []string // events of this step
	fates  map[int]string
	latest map[int]int // by producer, its item that was taken last
}

// see notes what the queue has done.
func (w *world) see(what string, id int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, event(what, id))
	switch what {
	case "take", "drop", "refuse":
		if before, ok := w.fates[id]; ok {
			w.t.Errorf("item %d: %s after %s", id, what, before)
		}
		w.fates[id] = what
	}
}

func (w *world) seePut(th *thing, ok bool) {
	if ok {
		w.see("put", th.id)
	} else {
		w.see("refuse", th.id)
	}
}

// take has the queue take an item, if there is one: all items of a producer come in
// its order.
func (w *world) take() {
	if v, ok := w.q.Take(w.ctx); ok {
		w.see("take", v.id)
		if v.id <= w.latest[v.producer] {
			w.t.Errorf("of producer %d, item %d comes after %d", v.producer, v.id, w.latest[v.producer])
		}
		w.latest[v.producer] = v.id
	}
}

// do does one step to both.
func (w *world) do(s step) {
	w.next++
	th := &thing{id: w.next, producer: s.producer, size: s.size, urgent: s.urgent}
	if strings.HasPrefix(s.do, "put") && slices.ContainsFunc(w.waiters, func(o *thing) bool { return o.producer == s.producer }) {
		return // the producer waits
	}
	switch s.do {
	case "put":
		w.seePut(th, w.q.Put(th, s.size, s.urgent))
		if !w.put(th) {
			w.tell("refuse", th.id)
		}
	case "put over":
		w.seePut(th, w.q.PutOver(th, s.size, s.urgent, func(old *thing) {
			w.see("drop", old.id)
			if old.urgent && !s.urgent {
				w.t.Errorf("urgent item %d is dropped for %d", old.id, th.id)
			}
		}))
		w.putOver(th)
	case "put and wait":
		wait := time.Duration(s.size%3) * time.Second
		th.until = time.Now().Add(wait)
		w.all.Go(func() { w.seePut(th, w.q.PutWait(th, s.size, s.urgent, wait)) })
		w.waiters = append(w.waiters, th)
	case "take":
		if w.busy == nil && (len(w.items) > 0 || w.closed) {
			w.take()
			if len(w.items) > 0 {
				w.model.take()
			}
		}
	case "done":
		if w.busy != nil {
			w.q.Done()
			w.busy = nil
		}
	case "wait":
		id, ctx := w.next, w.ctx
		w.all.Go(func() {
			if w.q.Wait(ctx) == nil {
				w.see("wait", id)
			}
		})
		b := barrier{id: id, items: slices.Clone(w.items)}
		if w.busy != nil {
			b.items = append(b.items, w.busy)
		}
		w.barriers = append(w.barriers, b)
	case "sleep":
		time.Sleep(700 * time.Millisecond)
	case "drop":
		for _, old := range w.q.Drop() {
			w.see("drop", old.id)
		}
		w.drop()
	case "close":
		w.q.Close()
		w.closed = true
	}
}

// compare says whether the queue has done what the model has.
func (w *world) compare(what any) {
	synctest.Wait()
	w.settle(time.Now())
	w.mu.Lock()
	defer w.mu.Unlock()
	slices.Sort(w.seen)
	slices.Sort(w.events)
	if !slices.Equal(w.seen, w.events) {
		w.t.Errorf("%v: got %q, want %q", what, w.seen, w.events)
	}
	got, want := w.q.Stats(), w.stats
	if got != want {
		w.t.Errorf("%v: stats are %+v, want %+v", what, got, want)
	}
	if (got.Items > w.limit.Items || got.Bytes > w.limit.Bytes) && got.Items > 1 {
		w.t.Errorf("%v: %+v is over the limit", what, got)
	}
	w.seen, w.events = nil, nil
}

// run makes the steps, and then an end in which all items come out.
func (w *world) run(steps []step) {
	ctx, cancel := context.WithCancel(w.ctx)
	w.ctx = ctx
	defer w.all.Wait()
	defer cancel() // what is left if the model is not what happens
	defer w.q.Close()
	w.compare("at first")
	for i, s := range append(slices.Clone(steps), step{do: "drop"}, step{do: "done"}, step{do: "take"}) {
		w.do(s)
		w.compare(fmt.Sprintf("step %d, %+v", i+1, s))
		if w.t.Failed() {
			return
		}
	}
}

// TestModel does the same to a queue and to a model of it. Producers and those who
// Wait are goroutines, but only one of all makes a step at a time.
func TestModel(t *testing.T) {
	fates := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		limit := Limit{rapid.IntRange(1, 6).Draw(rt, "items"), rapid.IntRange(1, 12).Draw(rt, "bytes")}
		reserved := Limit{rapid.IntRange(0, limit.Items).Draw(rt, "reserved items"), rapid.IntRange(0, limit.Bytes/2).Draw(rt, "reserved bytes")}
		n := rapid.SampledFrom([]int{300, 100, 30, 10}).Draw(rt, "number of steps")
		before, after := rapid.SliceOfN(steps, n, n).Draw(rt, "before the end"), rapid.SliceOfN(steps, 0, 10).Draw(rt, "after it")
		r := new(recorder)
		synctest.Test(t, func(t *testing.T) { // in which rapid must not be called
			r.TB = t
			w := &world{
				model: &model{limit: limit, reserved: reserved}, t: r, ctx: t.Context(),
				q: New[*thing](limit, reserved), fates: map[int]string{}, latest: map[int]int{},
			}
			w.run(slices.Concat(before, []step{{do: "close"}}, after))
			for _, fate := range w.fates {
				fates[fate]++
			}
		})
		if len(r.failures) > 0 {
			rt.Fatal(strings.Join(r.failures, "\n"))
		}
	})
	if !t.Failed() && min(fates["take"], fates["drop"], fates["refuse"]) < 100 {
		t.Errorf("only %v", fates)
	}
}

// A recorder is the T of a test within a property, which alone is to fail.
type recorder struct {
	testing.TB
	failures []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func (r *recorder) Failed() bool { return len(r.failures) > 0 }
