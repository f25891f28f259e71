// Package logquery says which lines of a log are wanted.
package logquery

import (
	"bytes"
	"log/slog"
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
	MaxLevel     slog.Level // the highest, if HasMaxLevel
	HasMaxLevel  bool
	Since, Until int64          // Unix nanoseconds; 0: no limit
	Texts        []Text         // what the line contains
	Regexp       *regexp.Regexp // what the line matches, as it is
	Fields       []Field
}

// A Field is one that a record has to have, or not to have. Its key is an attribute's, or
// msg, message, logger, service or service.name.
type Field struct {
	Key, Value string
	Not        bool
}

// WantsHead reports whether a line can be wanted, by its head.
func (q *Query) WantsHead(h *logline.Head) bool {
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

// Wants reports whether a record has the fields.
func (q *Query) Wants(r *logline.Record) bool {
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

// MayMatch reports whether some lines can have one with all the texts and fields.
func (q *Query) MayMatch(lines []byte) bool {
	for i := range q.Texts {
		if !q.Texts[i].mayMatch(lines) {
			return false
		}
	}
	return q.mayHaveFields(lines)
}

func (q *Query) mayHaveFields(lines []byte) bool {
	for i := range q.Fields {
		if !q.Fields[i].mayMatch(lines) {
			return false
		}
	}
	return true
}
