package queue

import (
	"context"
	"sync"
)

// A Limit is how much a queue holds, or a part of that.
type Limit struct {
	Items int
	Bytes int
}

// hasRoom reports whether an item of some size fits in beside others. It adds
// nothing up, as a sum of sizes might overflow.
func (l Limit) hasRoom(items, bytes, size int) bool {
	return items < l.Items && size <= l.Bytes-bytes
}

// Stats is how full a queue is, and the most that it ever was. The two maxima need
// not be of the same moment.
type Stats struct {
	Items, Bytes       int
	MaxItems, MaxBytes int
}

// A Queue is a queue of items of one type. It is made by [New]. All methods may be
// called at any time by any goroutine, but Take and Done only by one at a time. No
// method calls anything of the caller's with the lock held.
type Queue[T any] struct {
	limit Limit // for all items
	plain Limit // for those that are not urgent

	mu sync.Mutex
	// Items are in a line of their kind, so that the oldest of each kind is at
	// hand. Their numbers say which came first.
	lines   [2]line[T]
	stats   Stats
	put     uint64       // how many items were ever put
	busy    bool         // an item is taken, and not done with
	taken   uint64       // that item's number
	waiters []*waiter[T] // oldest first
	closed  bool

	some chan struct{} // signals the consumer that there may be an item, or that the queue is closed
	gone chan struct{} // is closed when items have gone; nil if nobody wants to know
}

// The lines of a queue.
const (
	plainLine = iota
	urgentLine
)

// New returns a queue with a limit, of which reserved is for urgent items only. If
// that is all of it, others have room in an empty queue only.
func New[T any](limit, reserved Limit) *Queue[T] {
	return &Queue[T]{
		limit: limit,
		plain: Limit{limit.Items - reserved.Items, limit.Bytes - reserved.Bytes},
		some:  make(chan struct{}, 1),
	}
}

// Put adds an item if there is room for it, and reports whether it did.
func (q *Queue[T]) Put(v T, size int, urgent bool) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.tryPut(v, size, urgent)
}

// Full reports whether Put would refuse an item of any size now, and not because
// the queue is closed. It is for callers to whom an item is work before they can
// put it.
func (q *Queue[T]) Full(urgent bool) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return !q.closed && !q.hasRoom(1, urgent)
}

// tryPut is Put with the lock held. It alone adds items.
func (q *Queue[T]) tryPut(v T, size int, urgent bool) bool {
	if q.closed || !q.hasRoom(size, urgent) {
		return false
	}
	which := plainLine
	if urgent {
		which = urgentLine
	}
	q.lines[which].push(item[T]{v, size, q.put})
	q.put++
	s := &q.stats
	s.Items++
	s.Bytes += size
	s.MaxItems, s.MaxBytes = max(s.MaxItems, s.Items), max(s.MaxBytes, s.Bytes)
	signal(q.some)
	return true
}

func (q *Queue[T]) hasRoom(size int, urgent bool) bool {
	if q.stats.Items == 0 {
		return true
	}
	if !q.limit.hasRoom(q.stats.Items, q.stats.Bytes, size) {
		return false
	}
	others := &q.lines[plainLine]
	return urgent || q.plain.hasRoom(others.len(), others.bytes, size)
}

// PutOver is [Queue.Put], but drops items until there is room: the oldest first, but
// all that are not urgent before any that are. For an item that is not urgent, no
// urgent one goes. Nothing is dropped for an item that is refused nevertheless, as
// one that is too large is unless the queue happens to be empty.
//
// For each item that it dropped, PutOver calls drop before it returns. The function
// may use the queue, but a Wait may be over before it is called. It must not panic.
func (q *Queue[T]) PutOver(v T, size int, urgent bool, drop func(T)) bool {
	var dropped []T
	q.mu.Lock()
	for !q.closed && !q.hasRoom(size, urgent) && q.couldHaveRoom(size, urgent) {
		which := plainLine
		if q.lines[plainLine].len() == 0 {
			which = urgentLine
		}
		dropped = append(dropped, q.remove(which).v)
	}
	ok := q.tryPut(v, size, urgent)
	if len(dropped) > 0 {
		q.admit() // one large item may have gone for a small one
		wakeAll(&q.gone)
	}
	q.mu.Unlock()
	for _, old := range dropped {
		drop(old)
	}
	return ok
}

// couldHaveRoom reports whether an item would fit in if all were gone that may go
// for it.
func (q *Queue[T]) couldHaveRoom(size int, urgent bool) bool {
	if urgent {
		return q.limit.hasRoom(0, 0, size)
	}
	stays := &q.lines[urgentLine]
	return q.limit.hasRoom(stays.len(), stays.bytes, size) && q.plain.hasRoom(0, 0, size)
}

// Take returns the oldest item, and waits for one if there is none. It reports
// false if there will be none any more, as the queue is closed and empty, or once
// ctx has ended, whether there are items or not. The consumer calls Done before it
// calls Take again.
func (q *Queue[T]) Take(ctx context.Context) (v T, ok bool) {
	for ctx.Err() == nil {
		q.mu.Lock()
		if q.stats.Items > 0 {
			it := q.remove(q.oldest())
			q.busy, q.taken = true, it.number
			q.admit()
			q.mu.Unlock()
			return it.v, true
		}
		closed := q.closed
		q.mu.Unlock()
		if closed {
			return v, false
		}
		select {
		case <-q.some:
		case <-ctx.Done():
		}
	}
	return v, false
}

// Done says that the item that was taken last is done with.
func (q *Queue[T]) Done() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.busy = false
	wakeAll(&q.gone)
}

// Wait returns once all items that were put before the call are done with or
// dropped. Items that come later do not delay it; an item for which PutWait waits
// is not put yet. It needs a consumer, after Close too, unless Drop is called. If
// ctx ends before, Wait returns its cause.
func (q *Queue[T]) Wait(ctx context.Context) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for end := q.put; !q.passed(end); {
		if q.gone == nil {
			q.gone = make(chan struct{})
		}
		gone := q.gone
		q.mu.Unlock()
		var err error
		select {
		case <-gone:
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		q.mu.Lock()
		if err != nil && !q.passed(end) {
			return err
		}
	}
	return nil
}

// passed reports whether all items with numbers below end are gone.
func (q *Queue[T]) passed(end uint64) bool {
	if q.busy && q.taken < end {
		return false
	}
	return q.stats.Items == 0 || q.lines[q.oldest()].first().number >= end
}

// Close ends the queue for those who put; see above. It may be called again.
func (q *Queue[T]) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.admit()
	signal(q.some)
}

// Closed reports whether Close was called. What was refused before may have been
// so for lack of room all the same.
func (q *Queue[T]) Closed() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed
}

// Drop takes all items out of the queue and returns them, oldest first. The one
// that the consumer has taken is not among them. Items that wait for room are put
// then, so only a closed queue stays empty.
func (q *Queue[T]) Drop() []T {
	q.mu.Lock()
	defer q.mu.Unlock()
	left := make([]T, 0, q.stats.Items)
	for q.stats.Items > 0 {
		left = append(left, q.remove(q.oldest()).v)
	}
	q.admit()
	wakeAll(&q.gone)
	return left
}

// Stats returns how full the queue is.
func (q *Queue[T]) Stats() Stats {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.stats
}

// oldest is the line with the oldest item. There must be one.
func (q *Queue[T]) oldest() int {
	a, b := &q.lines[plainLine], &q.lines[urgentLine]
	if a.len() == 0 || b.len() > 0 && b.first().number < a.first().number {
		return urgentLine
	}
	return plainLine
}

// remove takes the oldest item off a line. Whoever calls it has to admit and wake
// those who wait for that.
func (q *Queue[T]) remove(which int) item[T] {
	it := q.lines[which].pop()
	q.stats.Items--
	q.stats.Bytes -= it.size
	return it
}

// signal wakes the one who receives from c, now or later. c holds one value, so
// that a signal is never lost; one may come for nothing.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// wakeAll wakes all who wait for c to be closed.
func wakeAll(c *chan struct{}) {
	if *c != nil {
		close(*c)
		*c = nil
	}
}
