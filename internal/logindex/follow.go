package logindex

import (
	"sync"
	"sync/atomic"
)

// A Subscription is of the lines that come. They are in the index before they are here.
type Subscription struct {
	// C is closed when the subscription or the index is.
	C <-chan Line

	lines   chan Line
	dropped atomic.Int64
	waiting atomic.Int64 // bytes of text, as far as those who take them say so
	subs    *subscribers
}

// maxWaiting is how many bytes of text wait for a tail.
const maxWaiting = 32 << 20

// Dropped returns how many lines there was no room for.
func (s *Subscription) Dropped() int64 { return s.dropped.Load() }

// Close ends the subscription.
func (s *Subscription) Close() {
	s.subs.mu.Lock()
	defer s.subs.mu.Unlock()
	s.subs.end(s)
}

// Subscribe delivers the lines that come once a log is indexed as far as it was there.
// Room is for how many lines that were not taken yet; others are dropped.
func (x *Index) Subscribe(room int) *Subscription {
	s := &Subscription{lines: make(chan Line, max(room, 1)), subs: &x.subs}
	s.C = s.lines
	x.subs.mu.Lock()
	defer x.subs.mu.Unlock()
	if x.subs.closed {
		close(s.lines)
		return s
	}
	if x.subs.all == nil {
		x.subs.all = make(map[*Subscription]bool)
	}
	x.subs.all[s] = true
	x.subs.number.Store(int32(len(x.subs.all)))
	return s
}

// subscribers are all subscriptions that are open.
type subscribers struct {
	mu     sync.Mutex
	all    map[*Subscription]bool
	number atomic.Int32
	closed bool
}

func (s *subscribers) any() bool { return s.number.Load() > 0 }

func (s *subscribers) len() int { return int(s.number.Load()) }

// send does not wait for anybody.
func (s *subscribers) send(lines []Line) {
	if len(lines) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for one := range s.all {
		for i := range lines {
			size := int64(len(lines[i].Text))
			if one.waiting.Load()+size > maxWaiting {
				one.dropped.Add(1)
				continue
			}
			select {
			case one.lines <- lines[i]:
				one.waiting.Add(size)
			default:
				one.dropped.Add(1)
			}
		}
	}
}

func (s *subscribers) end(one *Subscription) {
	if s.all[one] {
		delete(s.all, one)
		s.number.Store(int32(len(s.all)))
		close(one.lines)
	}
}

func (s *subscribers) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for one := range s.all {
		s.end(one)
	}
}
