package flight

import (
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
// it must be quick, and call no method of the table. The batch that it is given is valid
// during the call only.
//
// There are as many shards, a power of two, as leave room in each for some of the largest
// traces: where there is room for one, it pushes out all others.
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

func (t *Table[M]) shard(id trace.TraceID) *shard[M] {
	return &t.shards[int(id[len(id)-1])&(len(t.shards)-1)]
}

// Put holds a record with its lines, which it copies, and that refers to extra bytes
// elsewhere. It reports false if the trace is open: the record is not held then, and is for
// the caller to deliver. True means that it is seen to: held, or told to gone at once,
// because it is too large or the table is closed.
func (t *Table[M]) Put(id trace.TraceID, meta *M, extra int, lines ...[]byte) bool {
	s := t.shard(id)
	s.mu.Lock()
	held := t.put(s, id, meta, extra, lines)
	s.mu.Unlock()
	return held
}

func (t *Table[M]) put(s *shard[M], id trace.TraceID, meta *M, extra int, lines [][]byte) bool {
	if s.closed {
		t.refuse(s, 0, meta, Ended)
		return true
	}
	h := t.use(s, id)
	if h.state != open {
		t.add(s, h, meta, extra, lines)
	}
	t.fit(s, h)
	return h.state != open
}

// use returns the trace, which it makes at need, as the one that was used last. A new one
// takes over the memory of the oldest, if there is hardly more to be had: to have the oldest
// go a moment later, in fit, would leave its memory to the collector instead. A trace that
// had been evicted goes on as what it was, and says how many records it has lost.
func (t *Table[M]) use(s *shard[M], id trace.TraceID) *heldTrace[M] {
	if h := s.find(id); h != nil {
		return h
	}
	before := s.recall(id)
	if oldest := s.ring.newer; len(s.spare) == 0 && s.size > t.limit.nearly() && oldest != &s.ring {
		t.evict(s, oldest)
	}
	h := s.add(id)
	h.batch.Evicted = before.records
	if before.open {
		h.state = open
	}
	return h
}

// RootStarted says that a local root span of the trace has started: it does not end before
// that has.
func (t *Table[M]) RootStarted(id trace.TraceID) {
	s := t.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	h := t.use(s, id)
	h.roots++
	t.fit(s, h)
}

// RootEnded says that a local root span has ended. If it was the last one, the trace ends,
// but for one that is open or being released: it stays so for a while, for those who are late.
// The end of a root whose start was not told, or whose trace was evicted, counts as nothing.
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

// end ends a trace that nobody has asked for: its records go.
func (t *Table[M]) end(s *shard[M], h *heldTrace[M]) {
	t.lose(s, h, h.batch.Len(), Ended)
	s.remove(h)
}

// Tick says that time has gone by. It ends the traces of which nothing was heard for this
// many ticks or more, and that have no local root span. Half of what traces have left
// behind is left to the collector: so after a burst the memory is given back within some
// ticks, and between two requests it is not.
func (t *Table[M]) Tick(idle uint32) {
	for i := range t.shards {
		t.tick(&t.shards[i], idle)
	}
}

// tick goes through the ring from its old end up to the first trace that is young enough:
// its order is that of the epochs.
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

// Close ends all traces, and gives back their memory. What comes later ends at once.
func (t *Table[M]) Close() {
	for i := range t.shards {
		t.close(&t.shards[i])
	}
}

func (t *Table[M]) close(s *shard[M]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for s.ring.newer != &s.ring {
		t.end(s, s.ring.newer)
	}
	for len(s.spare) > 0 {
		s.dropSpare()
	}
	s.shrink()
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
