package spanlogtest

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"slices"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/valuer"
)

// A naive handler adds trace fields in front of any other handler by building
// each record anew, with the groups as attributes.
type naive struct {
	next slog.Handler
	ops  []op
}

func (h naive) Enabled(ctx context.Context, level slog.Level) bool { return h.next.Enabled(ctx, level) }

func (h naive) WithAttrs(attrs []slog.Attr) slog.Handler {
	var own []slog.Attr
	for _, a := range attrs {
		own = appendResolved(own, a, valuer.Within{})
	}
	return naive{h.next, append(slices.Clip(h.ops), op{attrs: own})}
}

func (h naive) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	return naive{h.next, append(slices.Clip(h.ops), op{isGroup: true, group: name})}
}

func (h naive) Handle(ctx context.Context, r slog.Record) error {
	var attrs []slog.Attr
	for a := range r.Attrs {
		attrs = appendResolved(attrs, a, valuer.Within{})
	}
	for _, o := range slices.Backward(h.ops) {
		switch {
		case !o.isGroup:
			attrs = slices.Concat(o.attrs, attrs)
		case len(attrs) > 0:
			attrs = []slog.Attr{slog.GroupAttrs(o.group, attrs...)}
		}
	}
	nr := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	if sc := trace.SpanContextFromContext(ctx); sc.IsValid() {
		fields := otelFields(sc)
		for _, k := range slices.Sorted(maps.Keys(fields)) {
			nr.AddAttrs(slog.String(k, fields[k]))
		}
		attrs = slices.DeleteFunc(attrs, func(a slog.Attr) bool { return fields[a.Key] != "" })
	}
	nr.AddAttrs(attrs...)
	return h.next.Handle(ctx, nr)
}

// adding is what most wrappers do: the record gets the fields, and with them
// the group that happens to be open.
type adding struct{ slog.Handler }

func (h adding) Handle(ctx context.Context, r slog.Record) error {
	if sc := trace.SpanContextFromContext(ctx); sc.IsValid() {
		for k, v := range otelFields(sc) {
			r.AddAttrs(slog.String(k, v))
		}
	}
	return h.Handler.Handle(ctx, r)
}

func (h adding) WithAttrs(attrs []slog.Attr) slog.Handler { return adding{h.Handler.WithAttrs(attrs)} }
func (h adding) WithGroup(name string) slog.Handler       { return adding{h.Handler.WithGroup(name)} }

// embedding is what the shortest wrappers do: WithAttrs and WithGroup are
// those of the handler within, and the wrapper is gone after them.
type embedding struct{ slog.Handler }

func (h embedding) Handle(ctx context.Context, r slog.Record) error {
	return adding(h).Handle(ctx, r.Clone())
}

// jsonOver returns a factory of handlers around slog.JSONHandler.
func jsonOver(wrap func(slog.Handler) slog.Handler) factory {
	return func(tb testing.TB) (slog.Handler, func() []map[string]any) {
		var buf bytes.Buffer
		h := slog.NewJSONHandler(&buf, nil)
		return wrap(h), func() []map[string]any { return ParseJSON(tb, buf.Bytes()) }
	}
}

// textOver is jsonOver for slog.TextHandler.
func textOver(wrap func(slog.Handler) slog.Handler) factory {
	return func(tb testing.TB) (slog.Handler, func() []map[string]any) {
		var buf bytes.Buffer
		h := slog.NewTextHandler(&buf, nil)
		return wrap(h), func() []map[string]any { return ParseText(tb, buf.Bytes()) }
	}
}

func plain(h slog.Handler) slog.Handler { return h }
