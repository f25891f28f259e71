package zipkin

// The store: spans by trace, within limits. What it gives up to stay within them are whole traces,
// the ones that have gone longest without a new span: most likely nothing comes to them any more.

import (
	"cmp"
	"container/list"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// The defaults of a [Store].
const (
	DefaultMaxSpans = 100_000 // others tell people of it
	defaultMaxBytes = 256 << 20
	defaultMaxBody  = 16 << 20
)

// Store keeps spans in memory, by trace. The zero Store is empty and ready.
//
// All methods may be called concurrently. The fields must not be changed after
// the first call.
type Store struct {
	// MaxSpans is the most spans to keep. When there are more, the trace that
	// has gone longest without a new span is forgotten as a whole: half a trace
	// misleads. By default, DefaultMaxSpans.
	MaxSpans int
	// MaxBytes is about how much memory the spans may take; beyond it the same happens. By
	// default, 256 MiB.
	MaxBytes int64
	// MaxBody is the size in bytes up to which the body of a request is
	// accepted, compressed and decompressed. By default, 16 MiB.
	MaxBody int64

	// traces and order hold the same traces; spans and bytes are the sums of theirs. No trace
	// is without a span (TestStoreKeepsItsCount).
	mu      sync.RWMutex             // guards what follows
	traces  map[string]*list.Element // by normal trace id; values are *trace
	order   list.List                // of *trace, the one that waits longest first
	spans   int
	bytes   int64
	evicted int64  // spans that were given up or not taken, since the start
	changes uint64 // how often a span was added: see Version
}

// trace holds the spans of one trace by span id. An id stands for more than
// one span when client and server share it, or when a tracer reports a span in
// parts. They are kept as they came; package tracejoin puts parts together.
type trace struct {
	id      string            // in normal form
	byID    map[string][]Span // each in the order of arrival
	spans   int               // how many there are
	bytes   int64             // their memory, as Span.memory counts it
	version uint64            // the store's changes when the last span was added
}

// maxParts is how many spans of a trace may have one id. There is no more than one or a few, unless
// somebody means harm: each is compared with the others (TestStoreParts).
const maxParts = 32

// Add stores spans. A span that the store holds already, equal in all its
// fields, is left out: senders repeat themselves when an answer gets lost.
//
// When a span is bad none is stored, and the error names the span, the field
// and its value. Add keeps the maps and slices that the spans point to; the
// caller must not write to them any more.
func (s *Store) Add(spans []Span) error {
	good := make([]Span, len(spans))
	for i, span := range spans {
		var err error
		if good[i], err = span.normal(); err != nil {
			return fmt.Errorf("span %d: %w", i, err)
		}
	}
	s.put(good)
	return nil
}

// put stores spans in normal form.
func (s *Store) put(spans []Span) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, span := range spans {
		s.add(span)
	}
}

// add stores one span in normal form. s.mu is held.
//
// The trace is in the order before there is room for the span, so that making room does not
// forget it. If there is none, and it has no other span, it is taken out again. A repeat counts
// as a sign of life, too: its trace moves back in the order of leaving.
func (s *Store) add(span Span) {
	e := s.traces[span.TraceID]
	if e == nil {
		if s.traces == nil {
			s.traces = make(map[string]*list.Element)
		}
		e = s.order.PushBack(&trace{id: span.TraceID, byID: make(map[string][]Span)})
		s.traces[span.TraceID] = e
	}
	s.order.MoveToBack(e)

	t := e.Value.(*trace)
	same := func(other Span) bool { return reflect.DeepEqual(span, other) }
	if slices.ContainsFunc(t.byID[span.ID], same) {
		return
	}
	size := span.memory()
	if len(t.byID[span.ID]) >= maxParts || !s.makeRoom(size, e) {
		s.evicted++ // it was accepted, and is not there: that is told of in the same way
		if t.spans == 0 {
			s.evict(e)
		}
		return
	}
	t.byID[span.ID] = append(t.byID[span.ID], span)
	t.spans++
	t.bytes += size
	s.changes++
	t.version = s.changes
	s.spans++
	s.bytes += size
}

// makeRoom evicts others until there is room for a span of the trace e, and reports whether there is.
// A trace that fills the store alone is left as it is: its beginning tells more than its end. s.mu is
// held.
func (s *Store) makeRoom(size int64, e *list.Element) bool {
	for s.spans >= s.maxSpans() || s.bytes+size > s.maxBytes() {
		oldest := s.order.Front()
		if oldest == e {
			return false
		}
		s.evict(oldest)
	}
	return true
}

// evict forgets a whole trace. s.mu is held.
func (s *Store) evict(e *list.Element) {
	t := s.order.Remove(e).(*trace)
	delete(s.traces, t.id)
	s.spans -= t.spans
	s.bytes -= t.bytes
	s.evicted += int64(t.spans)
}

// Trace returns the spans of a trace in the order of their start, or nil when
// the store has none. The id may be in upper case and may lack zeros on the
// left, as with 64-bit ids that passed through a tracer with 128 bits. The
// slice is the caller's, what its spans point to is not.
func (s *Store) Trace(id string) []Span {
	id, err := normalTraceID(strings.ToLower(id))
	if err != nil {
		return nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	e := s.traces[id]
	if e == nil {
		return nil
	}
	return e.Value.(*trace).sorted()
}

// sorted returns the spans in the order of [Store.Trace].
func (t *trace) sorted() []Span {
	spans := make([]Span, 0, t.spans)
	// By id first, as a map has no order. Then spans that compare as equal, which have one id,
	// stay in the order they came in.
	for _, id := range slices.Sorted(maps.Keys(t.byID)) {
		spans = append(spans, t.byID[id]...)
	}
	slices.SortStableFunc(spans, compare)
	return spans
}

// Traces returns the traces that got a span last, the latest first, each in
// the order of [Store.Trace]. A limit of 0 or less means all.
func (s *Store) Traces(limit int) [][]Span {
	return s.tracesOf("", limit)
}

// tracesOf is Traces for the traces in which service made a span. An empty
// service stands for any.
func (s *Store) tracesOf(service string, limit int) [][]Span {
	s.mu.RLock()
	defer s.mu.RUnlock()
	traces := [][]Span{}
	for e := s.order.Back(); e != nil; e = e.Prev() {
		if limit > 0 && len(traces) == limit {
			break
		}
		if t := e.Value.(*trace); service == "" || t.has(service) {
			traces = append(traces, t.sorted())
		}
	}
	return traces
}

// has reports whether service made a span of the trace.
func (t *trace) has(service string) bool {
	for _, spans := range t.byID {
		for _, span := range spans {
			if span.Service() == service {
				return true
			}
		}
	}
	return false
}

// A Version tells one state of a trace from those before: Number grows with each span that
// is added, and is that of no other state, of whatever trace of the store. So a trace that was
// forgotten and came again has another one, too (TestStoreVersions).
type Version struct {
	TraceID string
	Number  uint64
}

// Versions returns the state that each trace is in, in no order, so that what was made of
// the spans before need not be made again.
func (s *Store) Versions() []Version {
	s.mu.RLock()
	defer s.mu.RUnlock()
	versions := make([]Version, 0, len(s.traces))
	for id, e := range s.traces {
		versions = append(versions, Version{id, e.Value.(*trace).version})
	}
	return versions
}

// Services returns the names of the services that made spans, sorted. It looks at all spans.
func (s *Store) Services() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	names := make(map[string]struct{})
	for _, e := range s.traces {
		for _, spans := range e.Value.(*trace).byID {
			for _, span := range spans {
				if name := span.Service(); name != "" {
					names[name] = struct{}{}
				}
			}
		}
	}
	sorted := slices.AppendSeq([]string{}, maps.Keys(names))
	slices.Sort(sorted)
	return sorted
}

// Len returns the number of spans in the store.
func (s *Store) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.spans
}

// Evicted returns the number of spans that the limits have cost so far: those that were forgotten
// with their trace, and those that there was no room for. With Len it makes all that were added,
// apart from repeats.
func (s *Store) Evicted() int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.evicted
}

// maxSpans returns MaxSpans or its default, which is also for a number below 0.
func (s *Store) maxSpans() int { return cmp.Or(max(s.MaxSpans, 0), DefaultMaxSpans) }

// maxBytes returns MaxBytes or its default.
func (s *Store) maxBytes() int64 { return cmp.Or(max(s.MaxBytes, 0), defaultMaxBytes) }

// maxBody returns MaxBody or its default.
func (s *Store) maxBody() int64 { return cmp.Or(max(s.MaxBody, 0), defaultMaxBody) }
