package flight

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"go.opentelemetry.io/otel/trace"
)

// TestConcurrent: whatever others do at the same time, each record is handed out, has
// ended, was evicted or refused, and that once. A release hands out the records of a
// goroutine in its order, and there is no other one of that trace until it is done.
func TestConcurrent(t *testing.T) {
	for _, test := range []struct {
		name  string
		limit Limit
		ids   func(n int) []trace.TraceID
	}{
		{"room for all", Limit{1 << 20, 1 << 30}, sameShard},
		{"little room, one shard", Limit{4 << 10, 16 << 10}, sameShard},
		{"little room, several shards", Limit{1 << 10, 32 << 10}, func(n int) (ids []trace.TraceID) {
			for i := range n {
				ids = append(ids, traceOf(i))
			}
			return ids
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			const producers, records, traces = 4, 5000, 12
			c := newCrowd(t, test.limit, test.ids(traces), producers, records)
			var work, others sync.WaitGroup
			for p := range producers {
				work.Go(func() { c.produce(p) })
			}
			var done atomic.Bool
			for seed, do := range []func(*rand.Rand){c.release, c.release, c.release, c.rest} {
				others.Go(func() {
					for random := rand.New(rand.NewPCG(2, uint64(seed))); !done.Load(); runtime.Gosched() {
						do(random)
					}
				})
			}
			work.Wait()
			done.Store(true)
			others.Wait()
			check(t, c.table)
			c.table.Close()
			c.sum()
		})
	}
}

// A crowd is goroutines at the same table.
type crowd struct {
	t          *testing.T
	table      *Table[mark]
	ids        []trace.TraceID
	records    [][]atomic.Int32 // by producer and number, how often its fate was told
	fates      [4]atomic.Int32  // by fate, records
	delivering []atomic.Bool    // by trace
}

// What comes of a record.
const (
	isEnded = iota // as Ended
	isEvicted
	isRefused
	isHandedOut
)

func newCrowd(t *testing.T, limit Limit, ids []trace.TraceID, producers, records int) *crowd {
	c := &crowd{t: t, ids: ids, records: make([][]atomic.Int32, producers), delivering: make([]atomic.Bool, len(ids))}
	for p := range c.records {
		c.records[p] = make([]atomic.Int32, records)
	}
	c.table = New(limit, func(b *Batch[mark], reason Reason) {
		seen := c.newest()
		b.All(func(m *mark, lines Lines) { c.see(m, lines, int(reason), seen) })
	})
	return c
}

// newest is for the number of the record of each producer that was seen last.
func (c *crowd) newest() []int {
	seen := make([]int, len(c.records))
	for i := range seen {
		seen[i] = -1
	}
	return seen
}

func lineFor(m mark) string { return fmt.Sprintf("record %d of %d", m.n, m.from) }

func (c *crowd) see(m *mark, lines Lines, fate int, seen []int) {
	if m.n <= seen[m.from] {
		c.t.Errorf("of %d, record %d comes after %d", m.from, m.n, seen[m.from])
	}
	seen[m.from] = m.n
	if line, rest := lines.Next(); string(line) != lineFor(*m) || len(rest) > 0 {
		c.t.Errorf("of %d, record %d is %q with %d bytes behind it", m.from, m.n, line, len(rest))
	}
	c.end(m, fate)
}

func (c *crowd) end(m *mark, fate int) {
	c.records[m.from][m.n].Add(1)
	c.fates[fate].Add(1)
}

func (c *crowd) produce(p int) {
	random := rand.New(rand.NewPCG(1, uint64(p)))
	for n := range c.records[p] {
		m := mark{from: p, n: n}
		if !c.table.Put(c.ids[random.IntN(len(c.ids))], &m, 0, []byte(lineFor(m))) {
			c.end(&m, isRefused)
		}
		if n%16 == 0 {
			runtime.Gosched()
		}
	}
}

func (c *crowd) release(random *rand.Rand) {
	i := random.IntN(len(c.ids))
	seen, last := c.newest(), false
	for b := c.table.Release(c.ids[i]); b != nil; b = c.table.Next(c.ids[i], last) {
		// Once the last batch is out, there may be another release.
		if !last && !c.delivering[i].CompareAndSwap(false, true) {
			c.t.Error("two releases of a trace are underway")
		}
		for m, lines := b.Take(); m != nil; m, lines = b.Take() {
			c.see(m, lines, isHandedOut, seen)
			runtime.Gosched()
		}
		if last {
			return
		}
		c.delivering[i].Store(false)
		last = random.IntN(4) == 0
	}
}

// rest does what else there is.
func (c *crowd) rest(random *rand.Rand) {
	id := c.ids[random.IntN(len(c.ids))]
	switch random.IntN(8) {
	case 0, 1, 2, 3:
		c.table.RootEnded(id)
	case 4, 5:
		c.table.RootStarted(id)
	case 6:
		c.table.Tick(uint32(random.IntN(4)))
	case 7:
		if got, limit := c.table.Stats(), c.table.limit.Total*len(c.table.shards); got.Bytes > limit {
			c.t.Errorf("%d bytes of %d are in use", got.Bytes, limit)
		}
	}
}

// sum fails if the fate of a record was not told once.
func (c *crowd) sum() {
	for p := range c.records {
		for n := range c.records[p] {
			if told := c.records[p][n].Load(); told != 1 {
				c.t.Errorf("of %d, the fate of record %d is told %d times", p, n, told)
			}
		}
	}
	c.t.Logf("%d ended, %d evicted, %d refused, %d handed out",
		c.fates[isEnded].Load(), c.fates[isEvicted].Load(), c.fates[isRefused].Load(), c.fates[isHandedOut].Load())
}

// TestNothingOvertakes: who delivers a record as soon as it is refused does not overtake
// the records before it, which a release delivers.
func TestNothingOvertakes(t *testing.T) {
	const traces, producers, records = 300, 4, 50
	table := New(Limit{1 << 20, 1 << 30}, func(b *Batch[mark], _ Reason) { t.Errorf("%d records are lost", b.Len()) })
	for tr := range traces {
		var delivered [producers]atomic.Int32
		deliver := func(m *mark) {
			if old := delivered[m.from].Swap(int32(m.n)); int(old) != m.n-1 {
				t.Errorf("trace %d: of %d, record %d comes after %d", tr, m.from, m.n, old)
			}
		}
		release := func() {
			for b := table.Release(traceOf(tr)); b != nil; b = table.Next(traceOf(tr), false) {
				for m, _ := b.Take(); m != nil; m, _ = b.Take() {
					deliver(m)
				}
			}
		}
		var all sync.WaitGroup
		for p := range producers {
			all.Go(func() {
				for n := range records {
					m := mark{from: p, n: n + 1}
					if !table.Put(traceOf(tr), &m, 0) {
						deliver(&m)
					}
					if n%8 == p {
						runtime.Gosched()
					}
				}
			})
		}
		for i := range 2 {
			all.Go(func() {
				for range tr % 10 * (i + 1) {
					runtime.Gosched()
				}
				release()
			})
		}
		all.Wait()
		for p := range delivered {
			if got := delivered[p].Load(); got != records {
				t.Errorf("trace %d: of %d, record %d is the last", tr, p, got)
			}
		}
	}
}
