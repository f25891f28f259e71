package flight

import (
	"slices"
	"testing"

	"go.opentelemetry.io/otel/trace"
	"pgregory.net/rapid"
)

// A record is one as the model knows it.
type record struct {
	n     int
	lines []string
	extra int
}

func (r record) size() int {
	n := itemSize[mark]() + r.extra
	for _, l := range r.lines {
		n += lengthSize + len(l)
	}
	return n
}

// A modelTrace is what a trace is to be.
type modelTrace struct {
	id      trace.TraceID
	state   state
	roots   int
	epoch   int
	evicted int
	records []record
}

func (m *modelTrace) used() int {
	n := 0
	for _, r := range m.records {
		n += r.size()
	}
	return n
}

// A loss is a call of gone.
type loss struct {
	reason  Reason
	evicted int
	records []record
}

// A model is what a table is to be: of each shard the traces, the one at the front that
// was not used for the longest time. It does not know how much memory its traces take up.
// So where there is no room it does what the table has done, and says whether that may be.
type model struct {
	limit   int // of a trace
	shards  [][]*modelTrace
	shard   func(id trace.TraceID) int
	epoch   int
	evicted map[[2]int]modelTrace // by shard and slot: which trace has lost records there
	losses  []loss                // of this step
	closed  bool
}

// refused is what is told of a record that was not held.
func (r record) refused() record {
	r.lines = nil
	return r
}

func (m *model) find(id trace.TraceID) *modelTrace {
	traces := m.shards[m.shard(id)]
	if i := slices.IndexFunc(traces, func(tr *modelTrace) bool { return tr.id == id }); i >= 0 {
		return traces[i]
	}
	return nil
}

func (m *model) use(id trace.TraceID) *modelTrace {
	s := m.shard(id)
	tr := m.find(id)
	if tr == nil {
		tr = &modelTrace{id: id}
		at := [2]int{s, slot(id)}
		if lost := m.evicted[at]; lost.id == id {
			if tr.evicted = lost.evicted; lost.state == open {
				tr.state = open
			}
			delete(m.evicted, at)
		}
	} else {
		m.remove(tr)
	}
	tr.epoch = m.epoch
	m.shards[s] = append(m.shards[s], tr)
	return tr
}

func (m *model) remove(tr *modelTrace) {
	s := &m.shards[m.shard(tr.id)]
	*s = slices.DeleteFunc(*s, func(o *modelTrace) bool { return o == tr })
}

// lose is for the n oldest records of a trace.
func (m *model) lose(tr *modelTrace, n int, reason Reason) {
	if n == 0 {
		return
	}
	m.losses = append(m.losses, loss{reason, tr.evicted, slices.Clone(tr.records[:n])})
	tr.records = slices.Clone(tr.records[n:])
	if reason == Evicted {
		tr.evicted += n
	}
}

func (m *model) end(tr *modelTrace) {
	m.lose(tr, len(tr.records), Ended)
	m.remove(tr)
}

func (m *model) put(id trace.TraceID, r record) bool {
	if m.closed {
		m.losses = append(m.losses, loss{Ended, 0, []record{r.refused()}})
		return true
	}
	tr := m.use(id)
	if tr.state == open {
		return false
	}
	if r.size() > m.limit {
		m.losses = append(m.losses, loss{Evicted, tr.evicted, []record{r.refused()}})
		tr.evicted++
		return true
	}
	if tr.used()+r.size() > m.limit { // a quarter of all is made room, or more
		n, used := 0, tr.used()
		for n < len(tr.records) && (used > m.limit/4*3 || used+r.size() > m.limit) {
			used -= tr.records[n].size()
			n++
		}
		m.lose(tr, n, Evicted)
	}
	tr.records = append(tr.records, r)
	return true
}

// hand returns a batch: nil is none.
func (tr *modelTrace) hand() *loss {
	b := &loss{evicted: tr.evicted, records: tr.records}
	tr.evicted, tr.records = 0, nil
	return b
}

func (m *model) release(id trace.TraceID) *loss {
	if m.closed {
		return nil
	}
	tr := m.use(id)
	if tr.state != holding {
		return nil
	}
	tr.state = releasing
	return tr.hand()
}

func (m *model) next(id trace.TraceID, last bool) *loss {
	tr := m.find(id)
	if tr == nil || tr.state != releasing {
		return nil
	}
	m.use(id)
	if len(tr.records) == 0 || last {
		tr.state = open
	}
	if len(tr.records) == 0 && tr.evicted == 0 {
		return nil
	}
	return tr.hand()
}

func (m *model) rootEnded(id trace.TraceID) {
	tr := m.find(id)
	if tr == nil {
		return
	}
	m.use(id)
	if tr.roots = max(0, tr.roots-1); tr.roots == 0 && tr.state == holding {
		m.end(tr)
	}
}

func (m *model) tick(idle int) {
	m.epoch++
	for _, traces := range m.shards {
		for _, tr := range slices.Clone(traces) {
			if m.epoch-tr.epoch > idle && tr.roots == 0 && tr.state != releasing {
				m.end(tr)
			}
		}
	}
}

func (m *model) close() {
	m.closed = true
	for _, traces := range m.shards {
		for _, tr := range slices.Clone(traces) {
			m.end(tr)
		}
	}
}

// evict has the n traces go of a shard that were not used for the longest time.
func (m *model) evict(s, n int) {
	for _, tr := range slices.Clone(m.shards[s][:n]) {
		m.lose(tr, len(tr.records), Evicted)
		if tr.state == releasing {
			continue
		}
		m.remove(tr)
		if tr.evicted > 0 || tr.state == open {
			m.evicted[[2]int{s, slot(tr.id)}] = modelTrace{id: tr.id, evicted: tr.evicted, state: tr.state}
		}
	}
}

// TestModel does the same to a table and to a model of it.
func TestModel(t *testing.T) {
	fates := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int{2000, 4096, 20_000, 100_000}).Draw(t, "limit of a trace")
		times := rapid.SampledFrom([]int{4, 16, 5, 33}).Draw(t, "times that, in total")
		w := newWorld(t, Limit{size, size * times}, fates)
		ids := rapid.SampledFrom(modelIDs()[:rapid.SampledFrom([]int{13, 8, 5, 3, 1}).Draw(t, "traces")])
		for range rapid.SampledFrom([]int{500, 300, 100, 30}).Draw(t, "number of steps") {
			w.do(kinds.Draw(t, "do"), ids.Draw(t, "trace"))
		}
		w.end()
	})
	for _, fate := range []string{"refused", "handed out", "ended", "evicted", "evicted with their trace", "evicted during a release", "evicted before a batch"} {
		if !t.Failed() && fates[fate] < 20 {
			t.Errorf("only %d records were %s", fates[fate], fate)
		}
	}
	t.Log(fates)
}
