package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/spanlog/spanlog/internal/spanend"
)

// SpanProcessor returns what tells spanlog.FlightRecorder how traces go on. Start installs
// it; it is for a provider that the program makes itself:
//
//	sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(telemetry.SpanProcessor()), …)
//
// Spans that a sampler drops are seen by no processor. To have it in several providers, or
// twice in one, does no harm. It holds nothing, and there is nothing to shut down.
func SpanProcessor() sdktrace.SpanProcessor { return spanTeller{} }

type spanTeller struct{}

func (spanTeller) OnStart(_ context.Context, s sdktrace.ReadWriteSpan) {
	if spanend.Listening() && isLocalRoot(s) {
		spanend.RootStarted(s.SpanContext().TraceID())
	}
}

func (spanTeller) OnEnd(s sdktrace.ReadOnlySpan) {
	if !spanend.Listening() {
		return
	}
	spanend.Ended(spanend.End{
		Trace:    s.SpanContext().TraceID(),
		Root:     isLocalRoot(s),
		Failed:   s.Status().Code == codes.Error,
		Duration: s.EndTime().Sub(s.StartTime()),
	})
}

func (spanTeller) Shutdown(context.Context) error   { return nil }
func (spanTeller) ForceFlush(context.Context) error { return nil }

// isLocalRoot reports whether the span's parent, if it has one, is in another process.
func isLocalRoot(s sdktrace.ReadOnlySpan) bool {
	parent := s.Parent()
	return !parent.IsValid() || parent.IsRemote()
}
