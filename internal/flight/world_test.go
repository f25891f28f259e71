package flight

import (
	"fmt"
	"slices"

	"go.opentelemetry.io/otel/trace"
	"pgregory.net/rapid"
)

// A world is a table beside its model.
type world struct {
	*rapid.T
	*model
	table  *Table[mark]
	seen   []loss // of this step
	handed []handed
	fates  map[string]int
	next   int // number of a record
}

// A handed batch is looked at again in the end.
type handed struct {
	b    *Batch[mark]
	want loss
}

func newWorld(t *rapid.T, limit Limit, fates map[string]int) *world {
	w := &world{T: t, fates: fates}
	w.table = New(limit, func(b *Batch[mark], reason Reason) {
		w.seen = append(w.seen, loss{reason, b.Evicted, w.read(b)})
	})
	shards := len(w.table.shards)
	w.model = &model{
		limit:   limit.Trace,
		shards:  make([][]*modelTrace, shards),
		shard:   func(id trace.TraceID) int { return int(id[15]) % shards },
		evicted: map[[2]int]modelTrace{},
	}
	return w
}

// read returns what All does.
func (w *world) read(b *Batch[mark]) []record {
	var all []record
	b.All(func(m *mark, lines Lines) { all = append(all, readRecord(m, lines)) })
	for i, r := range all {
		if m := b.Meta(i); m.n != r.n {
			w.Fatalf("the record at %d is %d, and All says %d", i, m.n, r.n)
		}
	}
	if len(all) != b.Len() {
		w.Fatalf("%d records in a batch of %d", len(all), b.Len())
	}
	return all
}

func readRecord(m *mark, lines Lines) record {
	r := record{n: m.n, extra: m.from}
	for len(lines) > 0 {
		var line []byte
		line, lines = lines.Next()
		r.lines = append(r.lines, string(line))
	}
	return r
}

func (w *world) equal(what string, got, want []record) {
	w.Helper()
	same := func(a, b record) bool {
		return a.n == b.n && a.extra == b.extra && slices.Equal(a.lines, b.lines)
	}
	if !slices.EqualFunc(got, want, same) {
		w.Fatalf("%s: got records %s, want %s", what, brief(got), brief(want))
	}
}

// brief is for messages.
func brief(records []record) string {
	s := "["
	for _, r := range records {
		s += fmt.Sprintf(" %d of %d lines and %d bytes", r.n, len(r.lines), r.size())
	}
	return s + " ]"
}

// lengths are of lines, and of what is elsewhere: some are about such that nothing, or just
// everything, fits beside it.
func lengths(limit int) *rapid.Generator[int] {
	alone := limit - itemSize[mark]() - lengthSize
	return rapid.SampledFrom(slices.Concat(
		slices.Repeat([]int{limit / 4, limit / 8, limit / 2, 100}, 5),
		slices.Repeat([]int{0, 1, 10}, 3),
		[]int{alone - 1, alone, alone + 1, 3 * limit},
	))
}

// put draws a record and has it put. The caller's memory is used again at once.
func (w *world) put(id trace.TraceID) {
	w.next++
	r := record{n: w.next}
	var lines [][]byte
	for i := range rapid.SampledFrom([]int{1, 2, 0, 3}).Draw(w.T, "lines") {
		line := make([]byte, lengths(w.limit).Draw(w.T, "length"))
		for j := range line {
			line[j] = byte(r.n + 7*i + j)
		}
		lines = append(lines, line)
		r.lines = append(r.lines, string(line))
	}
	if rapid.IntRange(0, 3).Draw(w.T, "refers") == 0 {
		r.extra = lengths(w.limit).Draw(w.T, "extra")
	}
	m := mark{from: r.extra, n: r.n}
	got, want := w.table.Put(id, &m, r.extra, lines...), w.model.put(id, r)
	if got != want {
		w.Fatalf("record %d is held: %v, want %v", r.n, got, want)
	}
	if !got {
		w.fates["refused"]++
	}
	m = mark{}
	for _, l := range lines {
		clear(l)
	}
}

// hand compares a batch. Half of the batches are emptied at once.
func (w *world) hand(b *Batch[mark], want *loss) {
	w.Helper()
	if b == nil || want == nil {
		if b != nil || want != nil {
			w.Fatalf("there is a batch: %v, want %v", b != nil, want != nil)
		}
		return
	}
	if b.Evicted != want.evicted {
		w.Fatalf("%d records had to go before, want %d", b.Evicted, want.evicted)
	}
	w.equal("a batch", w.read(b), want.records)
	w.fates["handed out"] += len(want.records)
	w.fates["evicted before a batch"] += b.Evicted
	if len(w.handed)%2 == 0 {
		w.take(b, want.records)
		w.handed = append(w.handed, handed{b, loss{evicted: want.evicted}})
		return
	}
	w.handed = append(w.handed, handed{b, *want})
}

// take empties a batch.
func (w *world) take(b *Batch[mark], want []record) {
	var all []record
	for m, lines := b.Take(); m != nil; m, lines = b.Take() {
		all = append(all, readRecord(m, lines))
	}
	w.equal("a batch that is emptied", all, want)
}

// reserved is how much memory each trace has.
func (w *world) reserved() map[trace.TraceID]int {
	sizes := map[trace.TraceID]int{}
	for i := range w.table.shards {
		for id, h := range w.table.shards[i].traces {
			sizes[id] = h.reserved()
		}
	}
	return sizes
}

// follow evicts from the model what the table has evicted, of the shard of the trace that
// was used, and fails if that did not have to go: before was how much memory each had.
func (w *world) follow(used trace.TraceID, before map[trace.TraceID]int) {
	at := w.shard(used)
	s := &w.table.shards[at]
	n, freed := 0, 0
	for i, tr := range w.shards[at] {
		h := s.traces[tr.id]
		if h == nil || tr.id != used && h.reserved() < before[tr.id] {
			if n = i + 1; tr.id == used {
				w.Fatalf("the trace in use is evicted")
			}
			fate := "evicted with their trace"
			if freed = before[tr.id]; h != nil {
				freed -= h.reserved()
				fate = "evicted during a release"
			}
			w.fates[fate] += len(tr.records)
		}
	}
	tr, h := w.find(used), s.traces[used]
	emptied := tr != nil && len(tr.records) > 0 && h.batch.Len() == 0 && h.state != open
	if n > 0 && !emptied && s.size+freed <= w.table.limit.nearly() {
		w.Fatalf("a trace of %d bytes is evicted, and %d of %d bytes are left in use", freed, s.size, w.table.limit.Total)
	}
	w.evict(at, n)
	if emptied {
		if n != len(w.shards[at])-1 && s.delivering() == 0 {
			w.Fatalf("a trace in use loses its records, and nothing is being delivered")
		}
		w.fates["lost for what is being delivered"] += len(tr.records)
		w.lose(tr, len(tr.records), Evicted)
	}
}

// delivering is how many bytes are being delivered.
func (s *shard[M]) delivering() (bytes int) {
	for _, h := range s.traces {
		bytes += h.out
	}
	return bytes
}

// compare fails if the table has not done what the model has.
func (w *world) compare() {
	w.Helper()
	check(w.T, w.table)
	if len(w.seen) != len(w.losses) {
		w.Fatalf("%d losses, want %d", len(w.seen), len(w.losses))
	}
	// Whether a trace makes room before its own record is told of, or after it, is open.
	byRecord := func(a, b loss) int { return a.records[0].n - b.records[0].n }
	slices.SortFunc(w.seen, byRecord)
	slices.SortFunc(w.losses, byRecord)
	for i, got := range w.seen {
		want := w.losses[i]
		if got.reason != want.reason || got.evicted != want.evicted {
			w.Fatalf("loss %d: reason %d after %d, want %d after %d", i, got.reason, got.evicted, want.reason, want.evicted)
		}
		w.equal("a loss", got.records, want.records)
		w.fates[[...]string{"ended", "evicted"}[got.reason]] += len(got.records)
	}
	w.seen, w.losses = nil, nil

	stats, traces, records := w.table.Stats(), 0, 0
	for i, all := range w.shards {
		for _, tr := range all {
			h := w.table.shards[i].traces[tr.id]
			if h == nil || h.state != tr.state || h.roots != tr.roots {
				w.Fatalf("trace %v is %+v, want %+v", tr.id, h, tr)
			}
			traces++
			records += len(tr.records)
		}
	}
	if stats.Traces != traces || stats.Records != records {
		w.Fatalf("%d traces with %d records, want %d with %d", stats.Traces, stats.Records, traces, records)
	}
	for i := range w.table.shards { // while much is being delivered, the traces themselves may be too much
		s := &w.table.shards[i]
		if limit := w.table.limit.Total; s.size > limit && (s.delivering() == 0 || s.size > limit+len(s.traces)*traceSize[mark]()) {
			w.Fatalf("%d bytes of %d are in use, of which %d are being delivered", s.size, limit, s.delivering())
		}
	}
}

// end closes the table, and looks at what it has given away.
func (w *world) end() {
	w.table.Close()
	w.close()
	w.compare()
	if got := w.table.Stats(); got != (Stats{}) {
		w.Fatalf("%+v is left in the end", got)
	}
	for _, h := range w.handed {
		w.equal("a batch in the end", w.read(h.b), h.want.records)
	}
}

// modelIDs are of traces in one or in several shards, and some leave what they lose in the
// same slot.
func modelIDs() (ids []trace.TraceID) {
	for i := range 8 {
		ids = append(ids, traceOf(i<<8|i&1))
	}
	return append(ids, traceOf(16), traceOf(64<<8), traceOf(2), traceOf(7), trace.TraceID{})
}

// kinds are the kinds of steps, some more often than others.
var kinds = rapid.SampledFrom(slices.Concat(
	slices.Repeat([]string{"put"}, 24),
	slices.Repeat([]string{"next", "root started"}, 4),
	slices.Repeat([]string{"release", "root ended"}, 2),
	[]string{"tick", "close"},
))

// do does one step to both.
func (w *world) do(kind string, id trace.TraceID) {
	before := w.reserved()
	switch kind {
	case "put":
		w.put(id)
		w.follow(id, before)
	case "release":
		b, want := w.table.Release(id), w.release(id)
		w.follow(id, before)
		w.hand(b, want)
	case "next":
		last := rapid.IntRange(0, 5).Draw(w.T, "last") == 5
		w.hand(w.table.Next(id, last), w.model.next(id, last))
	case "root started":
		w.table.RootStarted(id)
		if !w.closed {
			w.use(id).roots++
		}
		w.follow(id, before)
	case "root ended":
		w.table.RootEnded(id)
		w.rootEnded(id)
	case "tick":
		idle := rapid.SampledFrom([]int{4, 2, 1, 0}).Draw(w.T, "idle")
		w.table.Tick(uint32(idle))
		w.tick(idle)
	case "close":
		if rapid.IntRange(0, 4).Draw(w.T, "really") == 4 {
			w.table.Close()
			w.close()
		}
	}
	w.compare()
}
