package spanlogtest

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/encode"
	"github.com/spanlog/spanlog/internal/levelname"
)

// A Record is one log record as a [Recorder] received it. It is the test's own: changing
// its fields changes nothing that is recorded, but for what values point to.
type Record struct {
	// Time, Level and Message are those of the [slog.Record].
	Time    time.Time
	Level   slog.Level
	Message string

	// Attrs holds the attributes in the order in which they were given, those
	// of With first. The rules of [slog.Handler] have been applied: values are
	// resolved, the groups of WithGroup stand as group values around their
	// members, empty attributes and groups are gone, and groups without a key
	// are inlined.
	Attrs []slog.Attr

	// Span is the span context that the call's context carried. It is not
	// valid if there was none.
	Span trace.SpanContext

	// PC is the program counter of the log call, as in [slog.Record].
	PC uintptr
}

// Attr returns the value of the attribute at a dotted path: "user.id" is the
// attribute id of the group user, or the attribute whose key is literally
// "user.id". If the path occurs more than once the last one counts, as it does
// for most readers of JSON. If it doesn't occur, Attr returns the zero
// [slog.Value], whose Any method returns nil.
func (r Record) Attr(path string) slog.Value {
	v, _ := find(r.Attrs, path)
	return v
}

// find looks for a path both as a key and as a way through groups, at each level: a key with
// dots in a group is found as well.
func find(attrs []slog.Attr, path string) (v slog.Value, ok bool) {
	for _, a := range attrs {
		if a.Key == path {
			v, ok = a.Value, true
			continue
		}
		rest, within := strings.CutPrefix(path, a.Key+".")
		if !within || a.Value.Kind() != slog.KindGroup {
			continue
		}
		if member, found := find(a.Value.Group(), rest); found {
			v, ok = member, true
		}
	}
	return v, ok
}

// Source returns the place of the log call, or nil if the record has no
// program counter.
func (r Record) Source() *slog.Source {
	return slog.Record{PC: r.PC}.Source()
}

// String returns the record as one line for people: level, message, attributes
// with dotted keys, and the span in brackets if there is one. The time is left
// out, since it says little in a test. The form may change; don't parse it.
func (r Record) String() string {
	b := append([]byte(levelname.Of(r.Level)), ' ')
	b = strconv.AppendQuote(b, r.Message)
	b = appendAttrs(b, "", r.Attrs)
	if r.Span.IsValid() {
		b = fmt.Appendf(b, " [%s]", spanName(r.Span))
	}
	return string(b)
}

// appendAttrs appends attributes as items, with a space before each, and groups as prefixes.
func appendAttrs(b []byte, prefix string, attrs []slog.Attr) []byte {
	for _, a := range attrs {
		if a.Value.Kind() == slog.KindGroup {
			b = appendAttrs(b, prefix+a.Key+".", a.Value.Group())
			continue
		}
		b = append(b, ' ')
		b = appendWord(b, prefix+a.Key)
		b = append(b, '=')
		// Package fmt, by which any value is formatted, survives one whose own String or
		// Error method panics.
		b = appendWord(b, encode.ValueText(a.Value))
	}
	return b
}

// appendWord appends s, quoted unless it is a plain word.
func appendWord(b []byte, s string) []byte {
	plain := s != "" && !strings.ContainsAny(s, " =\"") && strconv.CanBackquote(s)
	if plain {
		return append(b, s...)
	}
	return strconv.AppendQuote(b, s)
}

// spanName says which span sc is.
func spanName(sc trace.SpanContext) string {
	return fmt.Sprintf("trace %s span %s", sc.TraceID(), sc.SpanID())
}
