package logindex

import (
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/logline"
)

// A filter judges the lines of a log, one after the other.
type filter struct {
	query   *Query
	scanner logline.Scanner
	record  logline.Record
	owner   owner
}

// An owner is what is known of a record, for the lines that belong to it.
type owner struct {
	at     int64 // the merger's time; 0: there was no record yet
	trace  trace.TraceID
	span   trace.SpanID
	wanted bool
}

func newFilter(q *Query, zone *time.Location) *filter {
	return &filter{query: q, scanner: logline.Scanner{Location: zone}}
}

// continues reports whether a line belongs to a record before it.
func (o *owner) continues(h *logline.Head) bool {
	return h.Kind == logline.Plain && !h.Torn && h.Time == 0 && o.at != 0
}

// take has the line own those that follow it, or gives it its own owner's ids.
func (o *owner) take(h *logline.Head) (continued bool) {
	if o.continues(h) {
		h.Trace, h.Span = o.trace, o.span
		return true
	}
	o.at, o.trace, o.span = max(o.at, h.Time), h.Trace, h.Span
	return false
}

// head finds a line's head, and reports whether it is wanted, and whether it belongs to
// another one.
func (f *filter) head(text []byte, h *logline.Head) (wanted, continued bool) {
	f.scanner.Head(text, h)
	if f.owner.take(h) {
		return f.owner.wanted, true
	}
	f.owner.wanted = f.wants(text, h)
	return f.owner.wanted, false
}

// wants judges a line by itself.
func (f *filter) wants(text []byte, h *logline.Head) bool {
	if !f.query.wantsHead(h, text) || !f.query.mayMatch(text) {
		return false
	}
	if len(f.query.Fields) == 0 {
		return true
	}
	f.scanner.Parse(text, &f.record)
	return f.query.wants(&f.record)
}
