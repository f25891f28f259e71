package logindex

import (
	"container/heap"
	"log/slog"
	"math"
	"sync"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/logline"
)

// A traceRecord is what a record adds to the summary of its trace.
type traceRecord struct {
	id    trace.TraceID
	hash  uint64
	time  int64
	level int32
}

func newTraceRecord(h *logline.Head, hash uint64) traceRecord {
	r := traceRecord{id: h.Trace, hash: hash, time: h.Time, level: noLevel}
	if h.HasLevel {
		r.level = clampLevel(h.Level)
	}
	return r
}

// A summary is what is known of a trace without reading its records again.
type summary struct {
	id              trace.TraceID
	hash            uint64
	first, last     int64 // in this order only if a record has a time
	records, errors int64
	level           int32

	kept       kept
	prev, next int32 // in a list
	place      int32 // in slow
	same       int32 // the next one in its slot
}

func newSummary(id trace.TraceID, hash uint64) summary {
	return summary{id: id, hash: hash, first: math.MaxInt64, last: math.MinInt64, level: noLevel}
}

// duration is the time between the records. Both are after 1970, so that it has room.
func (s *summary) duration() int64 { return max(s.last, s.first) - s.first }

// public is the summary in the form that others get.
func (s *summary) public() TraceSummary {
	t := TraceSummary{ID: s.id, Records: s.records, Errors: s.errors}
	if s.first <= s.last {
		t.First, t.Last = s.first, s.last
	}
	if s.level != noLevel {
		t.Level, t.HasLevel = slog.Level(s.level), true
	}
	return t
}

// kept is why there is a summary.
type kept uint8

const (
	keptRecent kept = iota
	keptFailed
	keptSlow
)

// summaries are those of the newest traces. Of those that are not among them any more, the
// newest that failed are kept, and the slowest. The others are counted.
type summaries struct {
	mu        sync.Mutex
	limit     int       // of recent; a tenth of that is for failed and slow each
	all       []summary // 0 is none
	free      []int32
	slots     []int32 // see slot
	recent    chain
	failed    chain
	slow      slowest
	forgotten int64
}

func (s *summaries) init(limit int) {
	s.limit, s.slots, s.all = limit, make([]int32, 8), make([]summary, 1)
	s.slow.s = s
}

func (s *summaries) add(records []traceRecord) {
	if len(records) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range records {
		s.all[s.use(&records[i])].add(&records[i])
	}
}

func (s *summary) add(r *traceRecord) {
	if r.time > 0 { // or it is of before 1970, which no record can be
		s.first, s.last = min(s.first, r.time), max(s.last, r.time)
	}
	s.level = max(s.level, r.level)
	s.records++
	if r.level >= int32(slog.LevelError) {
		s.errors++
	}
}

// use returns the summary of a trace, which becomes the most recent.
func (s *summaries) use(r *traceRecord) int32 {
	at := s.find(r.hash)
	switch {
	case at == 0:
		at = s.spare()
		s.all[at] = newSummary(r.id, r.hash)
		s.enter(at)
	case s.recent.newest == at:
		return at
	case s.all[at].kept == keptRecent:
		s.unlink(&s.recent, at)
	case s.all[at].kept == keptFailed:
		s.unlink(&s.failed, at)
	default:
		heap.Remove(&s.slow, int(s.all[at].place))
	}
	s.link(&s.recent, at, keptRecent)
	if s.recent.len > s.limit {
		s.retire(s.recent.oldest)
	}
	return at
}

// spare returns a summary that is not used.
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

// retire moves a summary that is not recent any more.
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

func (s *summaries) forget(at int32) {
	s.leave(at)
	s.free = append(s.free, at)
	s.forgotten++
}

func (s *summaries) stats() (kept, forgotten int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int64(len(s.all) - 1 - len(s.free)), s.forgotten
}

// list returns all summaries.
func (s *summaries) list() []summary {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []summary
	for _, at := range s.slots {
		for ; at != 0; at = s.all[at].same {
			all = append(all, s.all[at])
		}
	}
	return all
}

// of returns the summary of a trace, if there is one.
func (s *summaries) of(id trace.TraceID) (summary, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.find(hashTrace(id))
	if at == 0 {
		return summary{}, false
	}
	return s.all[at], true
}

// A chain is a list of summaries by age.
type chain struct {
	newest, oldest int32 // 0: none
	len            int
}

func (s *summaries) link(c *chain, at int32, why kept) {
	t := &s.all[at]
	t.kept, t.prev, t.next = why, 0, c.newest
	if c.newest != 0 {
		s.all[c.newest].prev = at
	} else {
		c.oldest = at
	}
	c.newest = at
	c.len++
}

func (s *summaries) unlink(c *chain, at int32) {
	t := &s.all[at]
	if t.prev != 0 {
		s.all[t.prev].next = t.next
	} else {
		c.newest = t.next
	}
	if t.next != 0 {
		s.all[t.next].prev = t.prev
	} else {
		c.oldest = t.prev
	}
	c.len--
}

// slowest is a heap of summaries with the fastest on top.
type slowest struct {
	s  *summaries
	at []int32
}

func (h *slowest) Len() int { return len(h.at) }

func (h *slowest) Less(i, j int) bool {
	return h.s.all[h.at[i]].duration() < h.s.all[h.at[j]].duration()
}

func (h *slowest) Swap(i, j int) {
	h.at[i], h.at[j] = h.at[j], h.at[i]
	h.s.all[h.at[i]].place, h.s.all[h.at[j]].place = int32(i), int32(j)
}

func (h *slowest) Push(x any) {
	at := x.(int32)
	h.s.all[at].place = int32(len(h.at))
	h.at = append(h.at, at)
}

func (h *slowest) Pop() any {
	n := len(h.at) - 1
	at := h.at[n]
	h.at = h.at[:n]
	return at
}
