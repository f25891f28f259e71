package benchmarks

import (
	"context"
	"encoding/binary"
	"io"
	"log/slog"
	"testing"

	"github.com/DataDog/dd-trace-go/v2/ddtrace/mocktracer"
	"github.com/DataDog/dd-trace-go/v2/ddtrace/tracer"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/benchmarks/wrapper"
)

// wrapped puts the wrapper of three fields around a handler.
func wrapped(to maker) maker {
	return func(w io.Writer) slog.Handler { return wrapper.Handler{Handler: to(w)} }
}

// A spanner turns the span of a context into one that a peer knows.
type spanner func(ctx context.Context, sc trace.SpanContext) context.Context

// datadog puts a span of Datadog's tracer beside OpenTelemetry's, with the same
// ids. That tracer never has spans of other processes in a context, nor spans
// that lack an id.
func datadog(ctx context.Context, sc trace.SpanContext) context.Context {
	if sc.IsRemote() || !sc.IsValid() {
		return ctx
	}
	parent := tracer.FromGenericCtx(genericContext{sc})
	span := tracer.StartSpan("test", func(c *tracer.StartSpanConfig) { c.Parent, c.SpanID = parent, spanNumber(sc) })
	return tracer.ContextWithSpan(ctx, span)
}

// A genericContext is a span context in the form that Datadog takes from others.
type genericContext struct{ sc trace.SpanContext }

func (c genericContext) SpanID() uint64         { return spanNumber(c.sc) }
func (c genericContext) TraceID() string        { return c.sc.TraceID().String() }
func (c genericContext) TraceIDBytes() [16]byte { return c.sc.TraceID() }
func (c genericContext) TraceIDLower() uint64 {
	id := c.sc.TraceID()
	return binary.BigEndian.Uint64(id[8:])
}
func (c genericContext) ForeachBaggageItem(func(k, v string) bool) {}

func spanNumber(sc trace.SpanContext) uint64 {
	id := sc.SpanID()
	return binary.BigEndian.Uint64(id[:])
}

// spanned makes handlers that see the contexts that to returns.
func spanned(to spanner, make factory) factory {
	return func(tb testing.TB) (slog.Handler, func() []map[string]any) {
		h, results := make(tb)
		return spanHandler{h, to}, results
	}
}

// A spanHandler changes the context of each record that has a span.
type spanHandler struct {
	slog.Handler
	to spanner
}

func (h spanHandler) Handle(ctx context.Context, r slog.Record) error {
	if sc := trace.SpanContextFromContext(ctx); sc.HasTraceID() || sc.HasSpanID() {
		ctx = h.to(ctx, sc)
	}
	return h.Handler.Handle(ctx, r)
}

func (h spanHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return spanHandler{h.Handler.WithAttrs(attrs), h.to}
}

func (h spanHandler) WithGroup(name string) slog.Handler {
	return spanHandler{h.Handler.WithGroup(name), h.to}
}

func TestMain(m *testing.M) {
	// Datadog's tracer makes spans only when it is started. This one sends
	// them nowhere.
	defer mocktracer.Start().Stop()
	m.Run()
}
