package queue

import (
	"slices"
	"time"
)

// A waiter is an item whose producer waits for room. Whoever makes room puts the
// item for it: so each producer is woken once, when all is decided, however many
// there are, and those that wait come before those that call later.
type waiter[T any] struct {
	v      T
	size   int
	urgent bool
	put    chan bool // gets whether the item was put; holds one value, so that nobody waits to tell
}

// PutWait is [Queue.Put], but while there is no room it waits for some, for a time
// at most. It returns at once when there is room, and when the queue is closed.
// Items of several producers that wait are put in the order of the calls, but one
// that is too large for the room that there is lets others pass.
func (q *Queue[T]) PutWait(v T, size int, urgent bool, wait time.Duration) bool {
	q.mu.Lock()
	if ok := q.tryPut(v, size, urgent); ok || q.closed || wait <= 0 {
		q.mu.Unlock()
		return ok
	}
	w := &waiter[T]{v, size, urgent, make(chan bool, 1)}
	q.waiters = append(q.waiters, w)
	q.mu.Unlock()

	over := time.NewTimer(wait)
	defer over.Stop()
	select {
	case ok := <-w.put:
		return ok
	case <-over.C:
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.waiters, w)
	if i < 0 {
		return <-w.put // it was decided just now
	}
	q.waiters = slices.Delete(q.waiters, i, i+1)
	return false
}

// admit puts the items that wait for room, as far as there is some, and refuses
// them when the queue is closed. It is called where either has changed.
func (q *Queue[T]) admit() {
	q.waiters = slices.DeleteFunc(q.waiters, func(w *waiter[T]) bool {
		ok := q.tryPut(w.v, w.size, w.urgent)
		if ok || q.closed {
			w.put <- ok
			return true
		}
		return false
	})
}
