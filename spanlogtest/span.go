package spanlogtest

// The spans in which checks are run. They are made without an SDK, which this package does not
// import: programs' tests would link it.

import (
	"context"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// A spanKind is a state of the context in which checks are run.
type spanKind struct {
	name string // completes "with …"
	sc   trace.SpanContext
	ctx  context.Context
}

// The ids have digits and letters, leading zeros, and no byte in common, so
// that any other way of writing them shows.
var (
	traceID = trace.TraceID{0x0a, 0xf7, 0x65, 0x19, 0x16, 0xcd, 0x43, 0xdd, 0x84, 0x48, 0xeb, 0x21, 0x1c, 0x80, 0x31, 0x9c}
	spanID  = trace.SpanID{0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7}
)

// The kinds of spans. A handler that asks the span whether it is recording, or sampled, or that
// takes the span from the context rather than the span context, works with some of them.
var (
	noSpan    = spanKind{"no span", trace.SpanContext{}, context.Background()}
	sampled   = localSpan("a sampled span", newSpanContext(trace.FlagsSampled))
	unsampled = localSpan("an unsampled span", newSpanContext(0))
	remote    = remoteSpan("a remote span", newSpanContext(trace.FlagsSampled))

	// Checks of attributes run in all of these: a handler that takes another
	// path when there is a span must get everything right on both.
	spanKinds = []spanKind{noSpan, sampled, unsampled, remote}

	// Checks with many records run in these. Both paths are in them.
	twoKinds = []spanKind{noSpan, sampled}
)

func newSpanContext(flags trace.TraceFlags) trace.SpanContext {
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: traceID, SpanID: spanID, TraceFlags: flags})
}

// localSpan is a span as an SDK would start it: it records if it is sampled.
func localSpan(name string, sc trace.SpanContext) spanKind {
	ctx := trace.ContextWithSpanContext(context.Background(), sc)
	if sc.IsSampled() {
		ctx = trace.ContextWithSpan(ctx, recordingSpan{sc: sc})
	}
	return spanKind{name, sc, ctx}
}

// remoteSpan is what a propagator leaves in the context of a request: ids without a span.
func remoteSpan(name string, sc trace.SpanContext) spanKind {
	return spanKind{name, sc, trace.ContextWithRemoteSpanContext(context.Background(), sc)}
}

// A recordingSpan stands in for a span of an SDK. It says that it records and
// forgets everything.
type recordingSpan struct {
	noop.Span
	sc trace.SpanContext
}

func (s recordingSpan) SpanContext() trace.SpanContext { return s.sc }
func (s recordingSpan) IsRecording() bool              { return true }

// otelFields are the names and forms of OpenTelemetry's "Trace Context in
// non-OTLP Log Formats".
func otelFields(sc trace.SpanContext) map[string]string {
	return map[string]string{
		"trace_id":    sc.TraceID().String(),
		"span_id":     sc.SpanID().String(),
		"trace_flags": sc.TraceFlags().String(),
	}
}
