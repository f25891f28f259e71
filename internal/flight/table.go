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

func (t *Table[M]) shard(id trace.TraceID) *shard[M] {
	return &t.shards[int(id[len(id)-1])&(len(t.shards)-1)]
}

// Put holds a record with its lines, which it copies, and that refers to extra bytes
// elsewhere. It reports false if the trace is open: the record is not held then.
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

// use returns the trace, which it makes at need. A new one takes over the memory of the
// oldest, if there is hardly more to be had.
func (t *Table[M]) use(s *shard[M], id trace.TraceID) *held[M] {
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

// nearly is when the memory is nearly used up.
func (l Limit) nearly() int { return l.Total / 16 * 15 }

// add puts a record behind the others of its trace. If there is no room for it, a quarter
// of them go, the oldest, or more: so that to make room is not to be done each time.
func (t *Table[M]) add(s *shard[M], h *held[M], meta *M, extra int, lines [][]byte) {
	need := itemSize[M]() + linesSize(lines) + extra
	if need > t.limit.Trace { // it does not fit alone, and is to leave no large buffer behind
		t.refuse(s, h.batch.Evicted, meta, Evicted)
		h.batch.Evicted++
		return
	}
	if h.batch.used()+need > t.limit.Trace {
		most := min(t.limit.Trace-need, t.limit.Trace/4*3)
		t.lose(s, h, h.batch.oldest(most), Evicted)
	}
	s.size -= h.reserved()
	h.batch.add(meta, lines, extra, t.limit.Trace)
	s.size += h.reserved()
	s.records++
}

// refuse tells of a record that is not held at all, without its lines.
func (t *Table[M]) refuse(s *shard[M], evicted int, meta *M, reason Reason) {
	s.lost.Evicted = evicted
	s.lost.items = append(s.lost.items, item[M]{meta: *meta})
	t.gone(&s.lost, reason)
	s.lost = Batch[M]{}
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

// empty has all records of a trace go, and their memory.
func (t *Table[M]) empty(s *shard[M], h *held[M]) {
	t.lose(s, h, h.batch.Len(), Evicted)
	s.size -= h.reserved()
	h.batch = Batch[M]{Evicted: h.batch.Evicted}
	s.size += h.reserved()
}

// fit sees to it that the shard takes up no more than its share: what traces have left
// behind goes first, then the traces that were not used for the longest time, but for h.
func (t *Table[M]) fit(s *shard[M], h *held[M]) {
	for oldest := s.ring.newer; s.size > t.limit.Total; {
		if len(s.spare) > 0 {
			s.dropSpare()
			continue
		}
		if oldest == h { // what is being delivered has it all
			t.empty(s, h)
			return
		}
		newer := oldest.newer
		t.evict(s, oldest)
		oldest = newer
	}
}

// evict ends a trace for which there is no room. Of one that is being released only the
// records go: who delivers it will ask for more, and nobody else is to release it until then.
func (t *Table[M]) evict(s *shard[M], h *held[M]) {
	if h.state == releasing {
		t.empty(s, h)
		return
	}
	t.lose(s, h, h.batch.Len(), Evicted)
	if n := h.batch.Evicted; n > 0 || h.state == open {
		s.evicted[slot(h.id)] = evicted{h.id, n, h.state == open}
	}
	s.remove(h)
}

// Release returns what is held of a trace, or nil if that is underway or done already. It
// is for the caller to deliver that, and then to ask Next for more: until that says that
// there is none, records wait behind those that came before.
func (t *Table[M]) Release(id trace.TraceID) *Batch[M] {
	s := t.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	h := t.use(s, id)
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
	s.delivered(h)
	if h.batch.Len() == 0 || last {
		h.state = open
	}
	if h.batch.Len() == 0 && h.batch.Evicted == 0 {
		return nil
	}
	return s.hand(h)
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
