package telemetry

import (
	"context"
	"errors"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// fanout is several span processors in one: the program's first, then the queues,
// and what tells flight recorders last. The SDK can hold several as well, but shuts
// them down one after the other: a server that doesn't answer would use up the time
// that another needs.
type fanout []sdktrace.SpanProcessor

// OnStart passes on a span that begins, unless an export made it: see
// exportSpan.
func (f fanout) OnStart(ctx context.Context, s sdktrace.ReadWriteSpan) {
	if s.SpanContext().TraceID() == exportSpan.TraceID() {
		return
	}
	for _, p := range f {
		p.OnStart(ctx, s)
	}
}

// OnEnd passes on a span that has ended, unless an export made it.
func (f fanout) OnEnd(s sdktrace.ReadOnlySpan) {
	if s.SpanContext().TraceID() == exportSpan.TraceID() {
		return
	}
	for _, p := range f {
		p.OnEnd(s)
	}
}

// Shutdown ends all processors at the same time.
func (f fanout) Shutdown(ctx context.Context) error {
	return f.each(ctx, func(p sdktrace.SpanProcessor) error { return p.Shutdown(ctx) })
}

// ForceFlush flushes all processors at the same time.
func (f fanout) ForceFlush(ctx context.Context) error {
	return f.each(ctx, func(p sdktrace.SpanProcessor) error { return p.ForceFlush(ctx) })
}

// each calls do for all processors at the same time.
func (f fanout) each(ctx context.Context, do func(sdktrace.SpanProcessor) error) error {
	var calls []func(context.Context) error
	for _, p := range f {
		calls = append(calls, func(context.Context) error { return do(p) })
	}
	return atOnce(ctx, calls)
}

// atOnce makes calls at the same time and joins their errors. It returns when ctx
// is done, also when one of them doesn't.
func atOnce(ctx context.Context, calls []func(context.Context) error) error {
	done := make(chan error, len(calls))
	for _, call := range calls {
		go func() { done <- call(ctx) }()
	}
	var err error
	for range calls {
		select {
		case e := <-done:
			err = errors.Join(err, e)
		case <-ctx.Done():
			return errors.Join(err, context.Cause(ctx))
		}
	}
	return err
}
