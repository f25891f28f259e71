package logquery

import (
	"bytes"
	"log/slog"
	"regexp"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/logline"
)

// A Query says which records are wanted, with the lines that belong to them. The zero
// value wants all. It is not changed while filters use it, which many may.
type Query struct {
	Trace        trace.TraceID // zero: any
	Span         trace.SpanID  // the same
	Level        slog.Level    // the lowest, if HasLevel
	HasLevel     bool
	MaxLevel     slog.Level // the highest, if HasMaxLevel
	HasMaxLevel  bool
	Since, Until int64          // Unix nanoseconds, both included; 0: no limit
	Texts        []Text         // what the line contains
	Regexp       *regexp.Regexp // what the line matches, as it is
	Fields       []Field
}

// A Field is one that a record has to have, or not to have. Its key is an attribute's, or
// msg, message, logger, service or service.name. An attribute's is written as in package logline:
// the keys of the objects around it come before its own, with dots between them.
type Field struct {
	Key, Value string // Value is compared with the text, byte by byte
	Not        bool   // also wants records that do not have the key
}

// wantsHead reports whether a line can be wanted, by its head. A line without a level or a time
// is not wanted where one is asked for: nobody knows whether it would fit.
func (q *Query) wantsHead(h *logline.Head) bool {
	switch {
	case q.Trace.IsValid() && h.Trace != q.Trace,
		q.Span.IsValid() && h.Span != q.Span,
		(q.HasLevel || q.HasMaxLevel) && !h.HasLevel,
		q.HasLevel && h.Level < q.Level,
		q.HasMaxLevel && h.Level > q.MaxLevel,
		q.Since != 0 && h.Time < q.Since,
		q.Until != 0 && (h.Time == 0 || h.Time > q.Until):
		return false
	}
	return true
}

// wantsFields reports whether a record has the fields.
func (q *Query) wantsFields(r *logline.Record) bool {
	for _, f := range q.Fields {
		if f.matches(r) == f.Not {
			return false
		}
	}
	return true
}

// matches reports whether a record has the field, with that value. Of a key that it has several
// times, one is enough. The keys in front are of fields that are not among the attributes.
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
// unless they have escapes: then there is a backslash. The key is not looked for, as it may be
// spelled in many ways, or in parts.
func (f *Field) mayMatch(text []byte) bool {
	return f.Not || bytes.Contains(text, []byte(f.Value)) || bytes.IndexByte(text, '\\') >= 0
}

// MayMatch reports whether some lines can have one with all the texts and fields. It may be asked
// for many lines at once, or for one.
func (q *Query) MayMatch(lines []byte) bool {
	for i := range q.Texts {
		if !q.Texts[i].mayMatch(lines) {
			return false
		}
	}
	return q.mayHaveFields(lines)
}

// mayHaveFields reports whether some lines can have one with all the fields.
func (q *Query) mayHaveFields(lines []byte) bool {
	for i := range q.Fields {
		if !q.Fields[i].mayMatch(lines) {
			return false
		}
	}
	return true
}
