package flight

// Giving the records of a trace away. They are handed out in batches and not one by one, so
// that no lock is held while a sink is called, which may take long or log by itself. The
// caller's loop is
//
//	for b := t.Release(id); b != nil; b = t.Next(id, false) {
//		… deliver the records of b …
//	}

import (
	"go.opentelemetry.io/otel/trace"
)

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
// an end, which may not come where others log faster than the sink takes it. Records that
// come after that may overtake those of the last batch.
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
