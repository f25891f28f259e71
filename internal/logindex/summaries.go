package logindex

// The summaries of all logs' traces. What makes them bounded is that a trace moves on when it is
// not among the newest any more:
//
//	recent  the last 10,000 traces that had a record
//	failed  of those behind them, the last 1,000 that have an error
//	slow    of all others, the 1,000 with the longest time between their records
//
// Whatever trace gets a record is recent again, with all that was counted of it, unless it was
// forgotten: then its summary begins anew, and has only its later records ([TraceSummary.Partial]).

import (
	"container/heap"
	"sync"

	"go.opentelemetry.io/otel/trace"
)

// summaries are those of the newest traces. Of those that are not among them any more, the
// newest that failed are kept, and the slowest. The others are counted. The indexers of all logs
// add to them, and all questions look.
type summaries struct {
	mu        sync.Mutex // guards all of it
	limit     int        // of recent; a tenth of that is for failed and slow each
	all       []summary  // in no order, used or not; the one at 0 never is, so 0 is none
	free      []int32    // indexes of those that are not used
	slots     []int32    // see slot
	recent    chain
	failed    chain
	slow      slowest
	forgotten int64 // how often one was
}

func (s *summaries) init(limit int) {
	s.limit, s.slots, s.all = limit, make([]int32, 8), make([]summary, 1)
	s.slow.s = s
}

// add takes in the records of a block. It keeps nothing of the slice.
func (s *summaries) add(records []traceRecord) {
	if len(records) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range records {
		at := s.use(&records[i]) // which may move all
		s.all[at].add(&records[i])
	}
}

// use returns the index of a trace's summary, which becomes the most recent. It is out of the heap
// before its duration changes.
func (s *summaries) use(r *traceRecord) int32 {
	at := s.find(r.hash)
	switch {
	case at == 0:
		at = s.spare()
		s.all[at] = newSummary(r.id, r.hash)
		s.enter(at)
	case s.recent.newest == at:
		return at // records of a trace often come in a row
	case s.all[at].kept == keptRecent:
		s.unlink(&s.recent, at)
	case s.all[at].kept == keptFailed:
		s.unlink(&s.failed, at)
	default:
		heap.Remove(&s.slow, int(s.all[at].heapIndex))
	}
	s.link(&s.recent, at, keptRecent)
	if s.recent.len > s.limit {
		s.retire(s.recent.oldest)
	}
	return at
}

// spare returns the index of a summary that is not used. What it has is old.
func (s *summaries) spare() int32 {
	if n := len(s.free); n > 0 {
		at := s.free[n-1]
		s.free = s.free[:n-1]
		return at
	}
	s.all = append(s.all, summary{})
	if len(s.all) > len(s.slots) {
		s.grow()
	}
	return int32(len(s.all) - 1)
}

// retire moves a summary that is not recent any more: to the failed ones, where another one may
// have to leave; then that one, or itself, to the slow ones, if it is slower than the fastest of
// them. What leaves those is forgotten.
func (s *summaries) retire(at int32) {
	s.unlink(&s.recent, at)
	most := max(s.limit/10, 1)
	if s.all[at].errors > 0 {
		s.link(&s.failed, at, keptFailed)
		if s.failed.len <= most {
			return
		}
		at = s.failed.oldest
		s.unlink(&s.failed, at)
	}
	if len(s.slow.at) == most {
		if s.all[at].duration() <= s.all[s.slow.at[0]].duration() {
			s.forget(at)
			return
		}
		s.forget(heap.Pop(&s.slow).(int32))
	}
	s.all[at].kept = keptSlow
	heap.Push(&s.slow, at)
}

// forget has a summary, which is in no order any more, be used for another trace.
func (s *summaries) forget(at int32) {
	s.leave(at)
	s.free = append(s.free, at)
	s.forgotten++
}

// stats returns how many summaries there are, and how often one was forgotten.
func (s *summaries) stats() (kept, forgotten int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int64(len(s.all) - 1 - len(s.free)), s.forgotten
}

// list returns copies of all summaries, in no order. It goes by the slots, as all has some that
// are not used.
func (s *summaries) list() []summary {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []summary
	for _, at := range s.slots {
		for ; at != 0; at = s.all[at].nextInSlot {
			all = append(all, s.all[at])
		}
	}
	return all
}

// of returns a copy of the summary of a trace, if there is one.
func (s *summaries) of(id trace.TraceID) (summary, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.find(hashTrace(id))
	if at == 0 {
		return summary{}, false
	}
	return s.all[at], true
}
