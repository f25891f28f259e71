package logquery

import (
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/logline"
)

// A Filter judges the lines of a log, one after the other. It keeps memory from line to line, and
// the record that the next lines may belong to; it is for one goroutine at a time.
type Filter struct {
	Query *Query
	// Owner is the record that was judged last. Who begins in the middle of a log sets it.
	Owner Owner

	scanner   logline.Scanner
	record    logline.Record
	unescaped []byte // a line
}

// An Owner is what is known of a record, for the lines that belong to it.
type Owner struct {
	// At is the time that lines of several logs are merged by: the latest that a record had so
	// far. 0: there was no record with a time yet.
	At     int64
	Trace  trace.TraceID
	Span   trace.SpanID
	Wanted bool
}

// NewFilter returns a filter for a query. Times without a zone are of the one given; nil is
// the local one.
func NewFilter(q *Query, zone *time.Location) *Filter {
	return &Filter{Query: q, scanner: logline.Scanner{Location: zone}}
}

// continues reports whether a line belongs to a record before it: it is plain, and says no time.
// A torn line is a record of its own, or what is left of one. Before the first record that has a
// time there is none to belong to.
func (o *Owner) continues(h *logline.Head) bool {
	return h.Kind == logline.Plain && !h.Torn && h.Time == 0 && o.At != 0
}

// Take has the line own those that follow it, or gives it its own owner's ids. At never goes
// back, so a record that is older than those before it counts as being of their time.
func (o *Owner) Take(h *logline.Head) (continued bool) {
	if o.continues(h) {
		h.Trace, h.Span = o.Trace, o.Span
		return true
	}
	o.At, o.Trace, o.Span = max(o.At, h.Time), h.Trace, h.Span
	return false
}

// Head finds a line's head, and reports whether it is wanted, and whether it belongs to
// another one. It is to be called for all lines in a row, wanted or not, as each may be the
// owner of the next.
func (f *Filter) Head(text []byte, h *logline.Head) (wanted, continued bool) {
	f.scanner.Head(text, h)
	if f.Owner.Take(h) {
		return f.Owner.Wanted, true
	}
	f.Owner.Wanted = f.Wants(text, h)
	return f.Owner.Wanted, false
}

// Wants judges a line by itself. A negation, of a text or a field, is for the step that can tell
// for sure: those in front let it through.
func (f *Filter) Wants(line []byte, h *logline.Head) bool {
	q := f.Query
	if !q.wantsHead(h) || !q.mayHaveFields(line) {
		return false
	}
	for _, t := range q.Texts {
		if f.contains(line, t.Value) == t.Not {
			return false
		}
	}
	if q.Regexp != nil && !q.Regexp.Match(line) {
		return false
	}
	if len(q.Fields) == 0 {
		return true
	}
	f.scanner.Parse(line, &f.record)
	return q.wantsFields(&f.record)
}

// contains reports whether a line contains a text, be it escaped. What it says escaped and
// unescaped counts, so somebody who pastes a part of the line finds it, too.
func (f *Filter) contains(line []byte, text string) bool {
	if containsFold(line, text) {
		return true
	}
	if !mayBeEscaped(line, text) {
		return false
	}
	f.unescaped = logline.AppendUnescaped(f.unescaped[:0], line)
	return containsFold(f.unescaped, text)
}
