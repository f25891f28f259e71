package flight

import (
	"maps"
	"sync"
	"unsafe"

	"go.opentelemetry.io/otel/trace"
)

// A shard has the traces whose ids end alike.
type shard[M any] struct {
	mu      sync.Mutex
	traces  map[trace.TraceID]*held[M]
	most    int        // traces that the map has had
	ring    held[M]    // the newest trace is ring.older, the oldest ring.newer
	spare   []*held[M] // of traces that have ended
	size    int        // bytes of traces and spare
	records int
	epoch   uint32
	closed  bool
	lost    Batch[M]              // what gone is told of
	evicted [evictedSlots]evicted // of traces that are gone
	_       [64]byte              // keeps the locks on cache lines of their own
}

const evictedSlots = 64

// evicted is what is remembered of a trace that had to go as a whole: it may be heard of
// again.
type evicted struct {
	id      trace.TraceID
	records int  // that it has lost
	open    bool // it was released
}

func (s *shard[M]) init() {
	s.traces = make(map[trace.TraceID]*held[M])
	s.ring.older, s.ring.newer = &s.ring, &s.ring
}

// traceSize is what a trace takes up beside its records: here, in the map, and in the ends of
// its buffers that no element fits into.
func traceSize[M any]() int { return int(unsafe.Sizeof(held[M]{})) + inMap + inEnds }

// What was measured, and a little more: the memory should rather be less than it is said to be.
const (
	inMap  = 64
	inEnds = 128
)

// reserved is all the memory of the trace, and of what is being delivered of it.
func (h *held[M]) reserved() int { return traceSize[M]() + h.batch.reserved() + h.out }

func slot(id trace.TraceID) int { return int(id[len(id)-2]) % evictedSlots }

// find returns the trace, if it is known, as the one that was used last.
func (s *shard[M]) find(id trace.TraceID) *held[M] {
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
func (s *shard[M]) add(id trace.TraceID) *held[M] {
	h := s.take()
	h.id = id
	s.traces[id] = h
	s.most = max(s.most, len(s.traces))
	s.link(h)
	return h
}

// recall returns what is remembered of the trace, if it was there before.
func (s *shard[M]) recall(id trace.TraceID) (e evicted) {
	if at := &s.evicted[slot(id)]; at.id == id {
		e, *at = *at, e
	}
	return e
}

// touch makes a trace the one that was used last.
func (s *shard[M]) touch(h *held[M]) {
	s.unlink(h)
	s.link(h)
}

func (s *shard[M]) link(h *held[M]) {
	h.epoch = s.epoch
	h.older, h.newer = s.ring.older, &s.ring
	h.older.newer, h.newer.older = h, h
}

func (s *shard[M]) unlink(h *held[M]) {
	h.older.newer, h.newer.older = h.newer, h.older
}

// take returns a trace without records: one that has ended, or a new one.
func (s *shard[M]) take() *held[M] {
	if n := len(s.spare); n > 0 {
		h := s.spare[n-1]
		s.spare[n-1], s.spare = nil, s.spare[:n-1]
		return h
	}
	h := new(held[M])
	s.size += h.reserved()
	return h
}

// remove ends a trace, whose records are gone, and keeps what it leaves behind.
func (s *shard[M]) remove(h *held[M]) {
	delete(s.traces, h.id)
	s.unlink(h)
	s.size -= h.reserved()
	h.batch.clear()
	*h = held[M]{batch: h.batch}
	s.size += h.reserved()
	s.spare = append(s.spare, h)
}

// dropSpare leaves one that is spare to the collector.
func (s *shard[M]) dropSpare() {
	h := s.take()
	s.size -= h.reserved()
}

// hand gives the records of a trace away. Until they are delivered, their memory
// counts.
func (s *shard[M]) hand(h *held[M]) *Batch[M] {
	b := h.batch
	h.out = b.reserved()
	h.batch = Batch[M]{}
	s.records -= b.Len()
	return &b
}

// delivered says that what was handed out last is.
func (s *shard[M]) delivered(h *held[M]) {
	s.size -= h.out
	h.out = 0
}

// shrink gives back the memory of a map, and of a slice, that were much larger once: they do not
// shrink by themselves.
func (s *shard[M]) shrink() {
	if len(s.spare) == 0 {
		s.spare = nil
	}
	if n := len(s.traces); s.most >= minShrink && n < s.most/4 {
		traces := make(map[trace.TraceID]*held[M], n)
		maps.Copy(traces, s.traces)
		s.traces, s.most = traces, n
	}
}

// minShrink is how many traces a map has had that is worth the effort.
const minShrink = 64
