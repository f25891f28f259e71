package spanlog

// An event is what formats see of a record. Its attributes are in three places, which
// are written in this order:
//
//	root      those of the context, at the root
//	segments  those of the logger: one segment for the root, and one for each open group
//	attrs     the record's own, in the innermost of these groups
//
// The segments are the state's (handler.go), which all records of a logger share: nothing
// here writes to them. Encoders that have written them already, as a prefix, leave them
// alone.

import (
	"iter"
	"log/slog"
	"runtime"
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/encode"
)

// NameKey is the key of the attribute that names a logger:
//
//	db := log.With(spanlog.NameKey, "shop.db")
//
// It is an attribute like any other, but Pattern prints it as %(name)s and
// Pretty in a place of its own, and level [Rules] go by it. Only a string at the
// root counts; the last one wins. Rules look at With's only, as they are asked
// before there is a record.
const NameKey = "logger"

// Event is one record on its way to a [FormatFunc]. It is valid during the call
// only, and must not be changed. Its methods are safe for concurrent use until
// then.
type Event struct {
	// Time is when the record was made. A zero time is to be left out: there is none,
	// or ReplaceAttr has removed it, or made something else of it.
	Time time.Time
	// Level is the record's level.
	Level slog.Level
	// Message is the record's message, or what ReplaceAttr has made of it.
	Message string
	// Span is the span that was active, or an invalid one.
	Span trace.SpanContext
	// PC is the caller's program counter, or 0. See Source.
	PC uintptr

	// What ReplaceAttr made of the four built-in attributes, if there is one.
	// The fields above then have what it left of them.
	replaced  bool
	builtins  []slog.Attr // those left over, in slog's order; aliases builtin
	builtin   [4]slog.Attr
	timeText  string     // instead of Time, if ReplaceAttr made a text of it
	levelText string     // instead of Level, if it made a text of that
	level     slog.Level // in its place otherwise; see shownLevel

	spanned bool      // Span has a trace id, and so is one
	at      time.Time // the record's own, whatever ReplaceAttr made of Time
	handler *Handler
	state   *state      // handler's, with or without an active span
	root    []slog.Attr // from the context: at the root before all else
	attrs   []slog.Attr // the record's own, within the handler's open groups
	path    []byte      // scratch of the text encoders
}

// Attrs yields the attributes in order: those of the context, then those of the
// logger's With and of the record, with groups as nested attributes. Values are
// resolved, redacted and replaced; no attribute and no group is empty. The
// trace fields are not among them; see Span.
func (e *Event) Attrs() iter.Seq[slog.Attr] {
	return func(yield func(slog.Attr) bool) {
		segs, own := e.state.segments, e.attrs
		if len(segs) > 1 {
			own = nil
			if g := groupSegments(segs[1:], e.attrs); !emptyGroup(g.Value) {
				own = []slog.Attr{g}
			}
		}
		for _, attrs := range [...][]slog.Attr{e.root, segs[0].attrs, own} {
			for _, a := range attrs {
				if !yield(resolved(a)) {
					return
				}
			}
		}
	}
}

// resolved turns the one LogValuer that a rewriter leaves, a [replacedSource],
// into the source.
func resolved(a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindLogValuer:
		a.Value = a.Value.Resolve()
	case slog.KindGroup:
		members := a.Value.Group()
		if slices.ContainsFunc(members, func(m slog.Attr) bool {
			return m.Value.Kind() == slog.KindLogValuer || m.Value.Kind() == slog.KindGroup
		}) {
			members = slices.Clone(members)
			for i := range members {
				members[i] = resolved(members[i])
			}
			a.Value = slog.GroupValue(members...)
		}
	}
	return a
}

// leaves visits the attributes with their groups flattened: path names the
// groups around a, each with a dot behind it.
func (e *Event) leaves(visit func(path string, a slog.Attr)) {
	visitLeaves("", e.root, visit)
	path := ""
	for i, s := range e.state.segments {
		if i > 0 {
			path += s.group + "."
		}
		visitLeaves(path, s.attrs, visit)
	}
	visitLeaves(path, e.attrs, visit)
}

func visitLeaves(path string, attrs []slog.Attr, visit func(string, slog.Attr)) {
	for _, a := range attrs {
		switch {
		case a.Value.Kind() != slog.KindGroup:
			visit(path, resolved(a))
		case a.Key == "":
			visitLeaves(path, a.Value.Group(), visit)
		default:
			visitLeaves(path+a.Key+".", a.Value.Group(), visit)
		}
	}
}

// A segment is a group that a logger has open with the attributes that With
// added while it was the innermost. The first segment is the root.
type segment struct {
	group string
	attrs []slog.Attr
	otel  []attribute.KeyValue // attrs, if there is an OTel sink
}

// groupSegments nests segments, with attrs in the innermost, as one attribute.
// All the levels share one new array.
func groupSegments(segs []segment, attrs []slog.Attr) slog.Attr {
	n := len(attrs) + len(segs) - 1
	for _, s := range segs {
		n += len(s.attrs)
	}
	slab := make([]slog.Attr, 0, n)
	var inner slog.Attr
	for i, s := range slices.Backward(segs) {
		start := len(slab)
		slab = append(slab, s.attrs...)
		if i == len(segs)-1 {
			slab = append(slab, attrs...)
		} else if !emptyGroup(inner.Value) {
			slab = append(slab, inner)
		}
		inner = slog.Attr{Key: s.group, Value: slog.GroupValue(slab[start:len(slab):len(slab)]...)}
	}
	return inner
}

// shownLevel is the level that people are shown: what ReplaceAttr made of Level, if that is one.
func (e *Event) shownLevel() slog.Level {
	if e.replaced {
		return e.level
	}
	return e.Level
}

// Source is where the record was made, or nil where that is not known. It is there
// also without Options.AddSource, and is looked up with each call.
func (e *Event) Source() *slog.Source { return sourceOf(e.PC) }

func sourceOf(pc uintptr) *slog.Source {
	if pc == 0 {
		return nil
	}
	f, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	return &slog.Source{Function: f.Function, File: f.File, Line: f.Line}
}

// Service is the program that logs, as [Options] and the environment say. Its
// fields are not among Attrs.
func (e *Event) Service() Service { return e.handler.p.service }

// Logger is the value of the attribute [NameKey], or "".
func (e *Event) Logger() string {
	if len(e.state.segments) == 1 {
		if name, ok := nameIn(e.attrs); ok {
			return name
		}
	}
	if name, ok := nameIn(e.state.segments[0].attrs); ok {
		return name
	}
	name, _ := nameIn(e.root)
	return name
}

// nameIn returns the last name of a logger among root attributes.
func nameIn(attrs []slog.Attr) (name string, ok bool) {
	for _, a := range slices.Backward(attrs) {
		if isName(a) {
			return a.Value.String(), true
		}
	}
	return "", false
}

// isName reports whether a root attribute names a logger.
func isName(a slog.Attr) bool {
	return a.Key == NameKey && a.Value.Kind() == slog.KindString
}

// err returns the first error among the attributes, or nil: the one that a span's status,
// and OpenTelemetry's exception, are about.
func (e *Event) err() error {
	if err := firstError(e.root); err != nil {
		return err
	}
	for _, s := range e.state.segments {
		if err := firstError(s.attrs); err != nil {
			return err
		}
	}
	return firstError(e.attrs)
}

// firstError returns the first error among attributes and in their groups.
func firstError(attrs []slog.Attr) error {
	for _, a := range attrs {
		if a.Value.Kind() == slog.KindGroup {
			if err := firstError(a.Value.Group()); err != nil {
				return err
			}
		} else if err, ok := attrError(a); ok {
			return err
		}
	}
	return nil
}

// attrError returns the error that is a's value.
func attrError(a slog.Attr) (error, bool) {
	if a.Value.Kind() != slog.KindAny {
		return nil, false
	}
	err, ok := a.Value.Any().(error)
	return err, ok
}

// isZero reports whether a is the zero Attr, which is not printed.
func isZero(a slog.Attr) bool {
	return a.Key == "" && a.Value.Kind() == slog.KindAny && a.Value.Any() == nil
}

func emptyGroup(v slog.Value) bool {
	return v.Kind() == slog.KindGroup && len(v.Group()) == 0
}

// valueText is a value as plain text; a value whose method panics says so.
func valueText(v slog.Value) (s string) {
	defer func() {
		if p := recover(); p != nil {
			s = panicked(p).Error()
		}
	}()
	return encode.ValueText(v)
}
