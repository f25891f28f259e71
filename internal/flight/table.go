package flight

import (
	"maps"
	"sync"
	"unsafe"

	"go.opentelemetry.io/otel/trace"
)

// Limit is how many bytes are held at most.
type Limit struct {
	Trace int // of one trace
	Total int // of all; not less than four times Trace
}

// A Reason says why a record is not held any more.
type Reason uint8

const (
	Ended   Reason = iota // its trace has
	Evicted               // there was no room
)

// A Table holds records by trace. Each comes with a value of M, which says what it is, and
// with its lines. All methods are safe for concurrent use, but for those of one Release.
//
// A trace begins with its first record, or with the start of a local root span. It ends with
// the end of the last of these, or if nothing is heard of it for some ticks; then its records
// are gone. Once it is released it is open: its records are not held any more.
//
// If there is no room, the trace goes that has not been heard of for the longest time.
type Table[M any] struct {
	limit  Limit // Total is that of a shard
	gone   func(b *Batch[M], reason Reason)
	shards []shard[M]
}

// maxShards is how many locks there are, if the memory of each is enough for some traces.
const (
	maxShards      = 16
	tracesPerShard = 8
)

// New returns a table. Of records that nobody gets, gone is told, while a lock is held:
// it must be quick, and call no method of the table.
func New[M any](limit Limit, gone func(b *Batch[M], reason Reason)) *Table[M] {
	n := 1
	for 2*n <= maxShards && limit.Total/(2*n*tracesPerShard) >= limit.Trace {
		n *= 2
	}
	limit.Total /= n
	t := &Table[M]{limit: limit, gone: gone, shards: make([]shard[M], n)}
	for i := range t.shards {
		t.shards[i].init()
	}
	return t
}

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
	lost    Batch[M]              // what gone is told of
	evicted [evictedSlots]evicted // of traces that are gone
	_       [64]byte              // keeps the locks on cache lines of their own
}

const evictedSlots = 64

// evicted is how many records a trace has lost that had to go as a whole: it may be heard
// of again.
type evicted struct {
	id      trace.TraceID
	records int
}

func (s *shard[M]) init() {
	s.traces = make(map[trace.TraceID]*held[M])
	s.ring.older, s.ring.newer = &s.ring, &s.ring
}

func (t *Table[M]) shard(id trace.TraceID) *shard[M] {
	return &t.shards[int(id[len(id)-1])&(len(t.shards)-1)]
}

// traceSize is what a trace takes up beside its records, here and in the map.
func traceSize[M any]() int { return int(unsafe.Sizeof(held[M]{})) + 48 }

// reserved is all the memory of the trace.
func (h *held[M]) reserved() int { return traceSize[M]() + h.batch.reserved() }

// Put holds a record with its lines, which it copies, and that refers to extra bytes
// elsewhere. It reports false if the trace is open: the record is not held then.
func (t *Table[M]) Put(id trace.TraceID, meta *M, extra int, lines ...[]byte) bool {
	s := t.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.use(id)
	if h.state != open {
		t.add(s, h, meta, extra, lines)
	}
	t.fit(s, h)
	return h.state != open
}

// add puts a record behind the others of its trace. If there is no room for it, a quarter
// of them go, the oldest, or more: so that to make room is not to be done each time.
func (t *Table[M]) add(s *shard[M], h *held[M], meta *M, extra int, lines [][]byte) {
	need := itemSize[M]() + linesSize(lines) + extra
	if h.batch.used()+need > t.limit.Trace {
		most := min(t.limit.Trace-need, t.limit.Trace/4*3)
		t.lose(s, h, h.batch.oldest(most), Evicted)
	}
	if need > t.limit.Trace { // it does not fit alone, and is to leave no large buffer behind
		s.lost.Evicted = h.batch.Evicted
		s.lost.add(meta, lines, extra, need)
		t.gone(&s.lost, Evicted)
		s.lost = Batch[M]{}
		h.batch.Evicted++
		return
	}
	s.size -= h.reserved()
	h.batch.add(meta, lines, extra, t.limit.Trace)
	s.size += h.reserved()
	s.records++
}

// lose removes the n oldest records of a trace that nobody gets.
func (t *Table[M]) lose(s *shard[M], h *held[M], n int, reason Reason) {
	if n == 0 {
		return
	}
	s.lost = h.batch
	s.lost.items = s.lost.items[:h.batch.first+n]
	t.gone(&s.lost, reason)
	s.lost = Batch[M]{}
	s.size -= h.batch.extra
	h.batch.drop(n)
	s.size += h.batch.extra
	s.records -= n
	if reason == Evicted {
		h.batch.Evicted += n
	}
}

// fit sees to it that the shard takes up no more than its share: what traces have left
// behind goes first, then the traces that were not used for the longest time, but for h. Of
// one that is being released only the records go: who delivers it will ask for more, and
// nobody else is to release it until then.
func (t *Table[M]) fit(s *shard[M], h *held[M]) {
	for s.size > t.limit.Total && len(s.spare) > 0 {
		s.dropSpare()
	}
	for oldest := s.ring.newer; s.size > t.limit.Total && oldest != h; {
		newer := oldest.newer
		t.lose(s, oldest, oldest.batch.Len(), Evicted)
		if oldest.state == releasing {
			s.size -= oldest.reserved()
			oldest.batch = Batch[M]{Evicted: oldest.batch.Evicted}
			s.size += oldest.reserved()
			oldest = newer
			continue
		}
		if n := oldest.batch.Evicted; n > 0 {
			s.evicted[slot(oldest.id)] = evicted{oldest.id, n}
		}
		s.remove(oldest)
		s.dropSpare()
		oldest = newer
	}
}

func slot(id trace.TraceID) int { return int(id[len(id)-2]) % evictedSlots }

// use returns the trace, which it makes at need, as the one that was used last.
func (s *shard[M]) use(id trace.TraceID) *held[M] {
	if h := s.traces[id]; h != nil {
		s.touch(h)
		return h
	}
	h := s.take()
	h.id = id
	s.traces[id] = h
	s.most = max(s.most, len(s.traces))
	if e := &s.evicted[slot(id)]; e.id == id {
		h.batch.Evicted = e.records
		*e = evicted{}
	}
	s.link(h)
	return h
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

// Release returns what is held of a trace, or nil if that is underway or done already. It
// is for the caller to deliver that, and then to ask Next for more: until that says that
// there is none, records wait behind those that came before.
func (t *Table[M]) Release(id trace.TraceID) *Batch[M] {
	s := t.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.use(id)
	defer t.fit(s, h)
	if h.state != holding {
		return nil
	}
	h.state = releasing
	return s.hand(h)
}

// Next returns what has come while the records before it were delivered, or nil if there is
// nothing. The trace is open then; or if last is set: then who delivers waits no longer for
// an end.
func (t *Table[M]) Next(id trace.TraceID, last bool) *Batch[M] {
	s := t.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.traces[id]
	if h == nil || h.state != releasing {
		return nil // all traces have ended in the meantime
	}
	s.touch(h)
	if h.batch.Len() == 0 || last {
		h.state = open
	}
	if h.batch.Len() == 0 && h.batch.Evicted == 0 {
		return nil
	}
	return s.hand(h)
}

// hand gives the records of a trace away.
func (s *shard[M]) hand(h *held[M]) *Batch[M] {
	s.size -= h.reserved()
	b := h.batch
	h.batch = Batch[M]{}
	s.size += h.reserved()
	s.records -= b.Len()
	return &b
}

// RootStarted says that a local root span of the trace has started: it does not end before
// that has.
func (t *Table[M]) RootStarted(id trace.TraceID) {
	s := t.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.use(id)
	h.roots++
	t.fit(s, h)
}

// RootEnded says that a local root span has ended. If it was the last one, the trace ends,
// but for one that is open: it stays so for a while, for those who are late.
func (t *Table[M]) RootEnded(id trace.TraceID) {
	s := t.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.traces[id]
	if h == nil {
		return
	}
	s.touch(h)
	if h.roots = max(h.roots-1, 0); h.roots == 0 && h.state == holding {
		t.end(s, h)
	}
}

func (t *Table[M]) end(s *shard[M], h *held[M]) {
	t.lose(s, h, h.batch.Len(), Ended)
	s.remove(h)
}

// Tick says that time has gone by. It ends the traces of which nothing was heard for this
// many ticks or more, and that have no local root span. Half of what traces have left
// behind is left to the collector.
func (t *Table[M]) Tick(idle uint32) {
	for i := range t.shards {
		t.tick(&t.shards[i], idle)
	}
}

func (t *Table[M]) tick(s *shard[M], idle uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.epoch++
	for h := s.ring.newer; h != &s.ring && s.epoch-h.epoch > idle; {
		newer := h.newer
		if h.roots == 0 && h.state != releasing {
			t.end(s, h)
		}
		h = newer
	}
	for range (len(s.spare) + 1) / 2 {
		s.dropSpare()
	}
	s.shrink()
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

// Clear ends all traces.
func (t *Table[M]) Clear() {
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		for s.ring.newer != &s.ring {
			t.end(s, s.ring.newer)
		}
		s.mu.Unlock()
	}
}

// Stats is how much is held.
type Stats struct{ Traces, Records, Bytes int }

// Stats returns how much is held. Bytes are those of all the memory that the table has.
func (t *Table[M]) Stats() (sum Stats) {
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		sum.Traces += len(s.traces)
		sum.Records += s.records
		sum.Bytes += s.size
		s.mu.Unlock()
	}
	return sum
}
