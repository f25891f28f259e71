package flight

import (
	"maps"
	"sync"

	"go.opentelemetry.io/otel/trace"
)

// A shard has the traces whose ids end alike. Its lock guards all that is in it, and all its
// methods want it held.
type shard[M any] struct {
	mu      sync.Mutex
	traces  map[trace.TraceID]*heldTrace[M]
	peak    int             // how many traces the map has had at once since it was made
	ring    heldTrace[M]    // the newest trace is ring.older, the oldest ring.newer
	spare   []*heldTrace[M] // of traces that have ended
	size    int             // bytes of traces and spare: the sum of their reserved
	records int             // that are held
	epoch   uint32          // how many ticks there were
	closed  bool
	lost    Batch[M]              // what gone is told of
	evicted [evictedSlots]evicted // of traces that are gone
	_       [64]byte              // keeps the locks on cache lines of their own
}

const evictedSlots = 64

// evicted is what is remembered of a trace that had to go as a whole: it may be heard of
// again. There is one slot for many ids, and the last one has it. What is forgotten of the
// one before is how many records it has lost, and that it was open: it would be held anew.
// All records are counted nevertheless, by gone.
type evicted struct {
	id      trace.TraceID
	records int  // that it has lost
	open    bool // it was released
}

func (s *shard[M]) init() {
	s.traces = make(map[trace.TraceID]*heldTrace[M])
	s.ring.older, s.ring.newer = &s.ring, &s.ring
}

// slot is where a trace is remembered. The last byte of an id says the shard, so this is the
// one before that.
func slot(id trace.TraceID) int { return int(id[len(id)-2]) % evictedSlots }

// find returns the trace, if it is known, as the one that was used last. Often it was that
// already, and nothing has to be looked up.
func (s *shard[M]) find(id trace.TraceID) *heldTrace[M] {
	if h := s.ring.older; h.id == id && h != &s.ring { // it was, as often
		h.epoch = s.epoch
		return h
	}
	h := s.traces[id]
	if h != nil {
		s.touch(h)
	}
	return h
}

// add makes a trace, the one that was used last.
func (s *shard[M]) add(id trace.TraceID) *heldTrace[M] {
	h := s.take()
	h.id = id
	s.traces[id] = h
	s.peak = max(s.peak, len(s.traces))
	s.link(h)
	return h
}

// recall returns what is remembered of the trace, if it was there before, and forgets it.
func (s *shard[M]) recall(id trace.TraceID) (e evicted) {
	if at := &s.evicted[slot(id)]; at.id == id {
		e, *at = *at, e
	}
	return e
}

// touch makes a trace the one that was used last.
func (s *shard[M]) touch(h *heldTrace[M]) {
	s.unlink(h)
	s.link(h)
}

func (s *shard[M]) link(h *heldTrace[M]) {
	h.epoch = s.epoch
	h.older, h.newer = s.ring.older, &s.ring
	h.older.newer, h.newer.older = h, h
}

func (s *shard[M]) unlink(h *heldTrace[M]) {
	h.older.newer, h.newer.older = h.newer, h.older
}

// take returns a trace without records: one that has ended, or a new one.
func (s *shard[M]) take() *heldTrace[M] {
	if n := len(s.spare); n > 0 {
		h := s.spare[n-1]
		s.spare[n-1], s.spare = nil, s.spare[:n-1]
		return h
	}
	h := new(heldTrace[M])
	s.size += h.reserved()
	return h
}

// remove ends a trace, whose records are gone, and keeps what it leaves behind.
func (s *shard[M]) remove(h *heldTrace[M]) {
	delete(s.traces, h.id)
	s.unlink(h)
	s.size -= h.reserved()
	h.batch.clear()
	*h = heldTrace[M]{batch: h.batch}
	s.size += h.reserved()
	s.spare = append(s.spare, h)
}

// dropSpare leaves one that is spare to the collector.
func (s *shard[M]) dropSpare() {
	h := s.take()
	s.size -= h.reserved()
}

// hand gives the records of a trace away. Until they are delivered, their memory
// counts: h.out takes over what the batch had, so the shard's size stays as it is.
func (s *shard[M]) hand(h *heldTrace[M]) *Batch[M] {
	b := h.batch
	h.out = b.reserved()
	h.batch = Batch[M]{}
	s.records -= b.Len()
	return &b
}

// delivered says that what was handed out last is delivered: its memory is not ours any
// more.
func (s *shard[M]) delivered(h *heldTrace[M]) {
	s.size -= h.out
	h.out = 0
}

// shrink gives back the memory of a map, and of a slice, that were much larger once: they do not
// shrink by themselves.
func (s *shard[M]) shrink() {
	if len(s.spare) == 0 {
		s.spare = nil
	}
	if n := len(s.traces); s.peak >= minShrink && n < s.peak/4 {
		traces := make(map[trace.TraceID]*heldTrace[M], n)
		maps.Copy(traces, s.traces)
		s.traces, s.peak = traces, n
	}
}

// minShrink is how many traces a map has had that is worth the effort.
const minShrink = 64
