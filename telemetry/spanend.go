package telemetry

// The news of spans for flight recorders. They are in the root package, which does not link the
// SDK; package spanend is where the two meet. Without a flight recorder, a span costs a look at
// whether there is one (TestSpanProcessorAllocs).

import (
	"context"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/spanlog/spanlog/internal/spanend"
)

// SpanProcessor returns what tells each [spanlog.FlightRecorder] of this process how traces
// go on: that a local root span starts, and that a span has ended, how long it took and
// whether it failed. [Start] installs it. A provider that the program makes itself needs it:
//
//	sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(telemetry.SpanProcessor()), ...)
//
// Register it behind the other processors: what it tells can have records written, which
// takes as long as the FlightRecorder's sink. It does no harm to have it in several
// providers, or besides Start or twice in one. It has no state: all that SpanProcessor
// returns is equal, and there is nothing to shut down.
//
// Spans that are not recorded, such as those that a sampler drops, are seen by no processor.
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
		Panicked: endedInPanic(s),
		Duration: s.EndTime().Sub(s.StartTime()),
	})
}

func (spanTeller) Shutdown(context.Context) error   { return nil }
func (spanTeller) ForceFlush(context.Context) error { return nil }

// endedInPanic reports whether the span was ended by a deferred End while the goroutine
// panicked. The SDK says so by an event that it adds then, after it has noted the end; events
// of RecordError, which look the same, come before that.
func endedInPanic(s sdktrace.ReadOnlySpan) bool {
	events := s.Events()
	if len(events) == 0 || s.Status().Code == codes.Ok {
		return false
	}
	last := events[len(events)-1]
	return last.Name == "exception" && !last.Time.Before(s.EndTime())
}

// isLocalRoot reports whether the span's parent, if it has one, is in another process.
func isLocalRoot(s sdktrace.ReadOnlySpan) bool {
	parent := s.Parent()
	return !parent.IsValid() || parent.IsRemote()
}
