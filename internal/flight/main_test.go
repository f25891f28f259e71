package flight

import (
	"encoding/binary"
	"fmt"
	"testing"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A mark is what the records of the tests come with: it says which one it is.
type mark struct {
	from, n int
	refers  *[]byte
}

// traceOf is a trace id. Ids of adjacent numbers are in different shards.
func traceOf(n int) (id trace.TraceID) {
	id[0] = 1
	binary.BigEndian.PutUint64(id[8:], uint64(n))
	return id
}

// sameShard are n ids of the same shard, however many of these there are.
func sameShard(n int) []trace.TraceID {
	ids := make([]trace.TraceID, n)
	for i := range ids {
		ids[i] = traceOf(i << 8)
	}
	return ids
}

// numbers takes the records of a batch, and returns their numbers.
func numbers(b *Batch[mark]) []int {
	var all []int
	for m, _ := b.Take(); m != nil; m, _ = b.Take() {
		all = append(all, m.n)
	}
	return all
}

// told is what gone is told, as text: the reason, how many were evicted before, and the
// numbers of the records.
func told(b *Batch[mark], reason Reason) string {
	var all []int
	b.All(func(m *mark, _ Lines) { all = append(all, m.n) })
	return fmt.Sprintf("%s %d+%v", [...]string{"ended", "evicted"}[reason], b.Evicted, all)
}

// check fails if the table contradicts itself.
func check(t interface{ Fatalf(string, ...any) }, table *Table[mark]) {
	for i := range table.shards {
		s := &table.shards[i]
		s.mu.Lock()
		size, records, traces, epoch := 0, 0, 0, uint32(0)
		for h := s.ring.newer; h != &s.ring; h = h.newer {
			if h.newer.older != h || s.traces[h.id] != h || table.shard(h.id) != s {
				t.Fatalf("shard %d: trace %v is not where the ring, the map and its id say", i, h.id)
			}
			if h.epoch < epoch || h.epoch > s.epoch {
				t.Fatalf("shard %d: trace %v is of epoch %d, behind one of %d, and now is %d", i, h.id, h.epoch, epoch, s.epoch)
			}
			if used := h.batch.used(); used > table.limit.Trace {
				t.Fatalf("shard %d: trace %v uses %d bytes", i, h.id, used)
			}
			// The allocator may give a bit more than is asked for.
			if most := table.limit.Trace / 4 * 5; cap(h.batch.lines) > most || cap(h.batch.items)*itemSize[mark]() > most {
				t.Fatalf("shard %d: trace %v has room for %d bytes of lines, and for %d records", i, h.id, cap(h.batch.lines), cap(h.batch.items))
			}
			if h.state == open && h.batch.Len() > 0 {
				t.Fatalf("shard %d: trace %v is open, and has records", i, h.id)
			}
			bytes, extra := 0, 0
			for _, it := range h.batch.items[h.batch.first:] {
				bytes += it.bytes
				extra += it.extra
			}
			if bytes != len(h.batch.lines)-h.batch.start || extra != h.batch.extra {
				t.Fatalf("shard %d: trace %v counts %d bytes of lines and %d elsewhere, which are %d and %d",
					i, h.id, len(h.batch.lines)-h.batch.start, h.batch.extra, bytes, extra)
			}
			traces++
			epoch = h.epoch
			size += h.reserved()
			records += h.batch.Len()
		}
		for _, h := range s.spare {
			if h.batch.Len() > 0 || h.batch.Evicted > 0 || h.batch.extra > 0 || h.roots > 0 || h.state != holding {
				t.Fatalf("shard %d: what is spare is %+v", i, h)
			}
			size += h.reserved()
		}
		if size != s.size || records != s.records || traces != len(s.traces) {
			t.Fatalf("shard %d: it counts %d bytes, %d records and %d traces, which are %d, %d and %d",
				i, s.size, s.records, len(s.traces), size, records, traces)
		}
		if s.lost.items != nil || s.lost.lines != nil {
			t.Fatalf("shard %d: what is lost is still referred to", i)
		}
		s.mu.Unlock()
	}
}

// All calls f for each record with its lines, from the oldest on. They are valid during the
// call.
func (b *Batch[M]) All(f func(meta *M, lines Lines)) {
	at := b.start
	for i := b.first; i < len(b.items); i++ {
		it := &b.items[i]
		f(&it.meta, Lines(b.lines[at:at+it.bytes]))
		at += it.bytes
	}
}
