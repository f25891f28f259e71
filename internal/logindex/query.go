package logindex

import (
	"bytes"
	"log/slog"
	"math"
	"regexp"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/logline"
)

// A Query says which records are wanted, with the lines that belong to them. The zero
// value wants all.
type Query struct {
	Trace        trace.TraceID // zero: any
	Span         trace.SpanID  // the same
	Level        slog.Level    // the lowest, if HasLevel
	HasLevel     bool
	Since, Until int64          // Unix nanoseconds; 0: no limit
	Text         string         // what the line contains, byte by byte
	Regexp       *regexp.Regexp // what the line matches
	Fields       []Field
}

// A Field is one that a record has to have, or not to have. Its key is an attribute's, or
// msg, message, logger, service or service.name.
type Field struct {
	Key, Value string
	Not        bool
}

// wantsHead reports whether a line can be wanted, by its head and its text.
func (q *Query) wantsHead(h *logline.Head, text []byte) bool {
	switch {
	case q.Trace.IsValid() && h.Trace != q.Trace,
		q.Span.IsValid() && h.Span != q.Span,
		q.HasLevel && (!h.HasLevel || h.Level < q.Level),
		q.Since != 0 && h.Time < q.Since,
		q.Until != 0 && (h.Time == 0 || h.Time > q.Until),
		q.Text != "" && !bytes.Contains(text, []byte(q.Text)),
		q.Regexp != nil && !q.Regexp.Match(text):
		return false
	}
	return true
}

// wants reports whether the record of such a line is wanted.
func (q *Query) wants(r *logline.Record) bool {
	for _, f := range q.Fields {
		if f.matches(r) == f.Not {
			return false
		}
	}
	return true
}

func (f *Field) matches(r *logline.Record) bool {
	switch f.Key {
	case "msg", "message":
		return string(r.Message) == f.Value
	case "logger":
		return string(r.Logger) == f.Value
	case "service", "service.name":
		return string(r.Service) == f.Value
	}
	for _, a := range r.Attrs {
		if string(a.Key) == f.Key && string(a.Text) == f.Value {
			return true
		}
	}
	return false
}

// mayMatch reports whether a text can have the field. Values stand in lines as they are,
// unless they have escapes.
func (f *Field) mayMatch(text []byte) bool {
	return f.Not || bytes.Contains(text, []byte(f.Value)) || bytes.IndexByte(text, '\\') >= 0
}

// mayMatch is that for all fields.
func (q *Query) mayMatch(text []byte) bool {
	for i := range q.Fields {
		if !q.Fields[i].mayMatch(text) {
			return false
		}
	}
	return true
}

// wantsBlock reports whether a block can have a record that is wanted.
func (q *Query) wantsBlock(b *block) bool {
	switch {
	case q.HasLevel && (b.level == noLevel || b.level < clampLevel(q.Level)),
		q.Since != 0 && b.last < q.Since,
		q.Until != 0 && b.first > q.Until:
		return false
	}
	return true
}

// wantsText reports whether what a block has can have a record that is wanted. Only the
// lines that belong to a record of an earlier block may be wanted without.
func (q *Query) wantsText(b *block, raw []byte) bool {
	if b.owner >= 0 {
		return true
	}
	if q.Text != "" && !bytes.Contains(raw, []byte(q.Text)) {
		return false
	}
	if q.Regexp != nil {
		if prefix, _ := q.Regexp.LiteralPrefix(); !bytes.Contains(raw, []byte(prefix)) {
			return false
		}
	}
	return q.mayMatch(raw)
}

func clampLevel(l slog.Level) int32 {
	return int32(min(max(int64(l), noLevel+1), math.MaxInt32))
}
