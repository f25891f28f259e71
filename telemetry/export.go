package telemetry

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"go.opentelemetry.io/otel"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// ExportError says that spans could not be sent. [Options].OnError hears it.
type ExportError struct {
	// Exporter is "zipkin" or "otlp".
	Exporter string
	// Spans is the number of spans concerned. Where a server refuses a part of
	// what it got, this is the whole of it.
	Spans int
	// Err is what went wrong.
	Err error
}

// Error says which exporter failed, for how many spans, and why.
func (e *ExportError) Error() string {
	noun := "spans"
	if e.Spans == 1 {
		noun = "span"
	}
	return fmt.Sprintf("telemetry: %s: export of %d %s failed: %v", e.Exporter, e.Spans, noun, e.Err)
}

// Unwrap returns e.Err.
func (e *ExportError) Unwrap() error { return e.Err }

// errQueueFull is why a span doesn't get as far as the exporter.
var errQueueFull = errors.New("queue is full")

// exportSpan is the parent of all spans that a request to a server may make
// when the client's transport makes spans. It is not sampled; should a sampler
// not care, the processors know its trace and leave it out. Otherwise every
// export would be the reason for another one.
var exportSpan = func() trace.SpanContext {
	c := trace.SpanContextConfig{SpanID: trace.SpanID{7: 1}}
	binary.BigEndian.PutUint64(c.TraceID[:8], rand.Uint64())
	binary.BigEndian.PutUint64(c.TraceID[8:], rand.Uint64()|1)
	return trace.NewSpanContext(c)
}()

// exporter wraps an exporter: it keeps count of spans, ends exports when the
// time for the shutdown is over, and names itself in errors.
//
// The batch processor calls ExportSpans one batch at a time, and Shutdown last.
type exporter struct {
	sdktrace.SpanExporter
	name      string          // "zipkin" or "otlp"
	queueSize int64           // of the batch processor
	aborted   context.Context // done when exports have to end at once
	drained   chan struct{}   // closed when the queue is empty for good

	// At any time, queued is the sum of taken, dropped, what waits in the queue
	// and what was dropped since drop was called last.
	queued  atomic.Int64 // spans that ended
	taken   atomic.Int64 // spans that came out of the queue
	dropped atomic.Int64 // spans known never to come out of it
	failed  atomic.Int64 // spans whose export failed
}

// ExportSpans sends spans. Its error is an *ExportError.
func (e *exporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	e.taken.Add(int64(len(spans)))
	// The batch processor tells nobody when its queue is full. What is neither
	// taken nor fits in the queue must have been dropped.
	if err := e.drop(e.queueSize); err != nil {
		otel.Handle(err)
	}

	ctx = trace.ContextWithSpanContext(ctx, exportSpan)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(e.aborted, func() { cancel(context.Cause(e.aborted)) })
	defer stop()

	if err := e.SpanExporter.ExportSpans(ctx, spans); err != nil {
		e.failed.Add(int64(len(spans)))
		return &ExportError{e.name, len(spans), err}
	}
	return nil
}

// drop counts the spans that were dropped since the last time, given how many
// can be in the queue at most, and returns an error when there are any.
func (e *exporter) drop(waiting int64) error {
	n := e.queued.Load() - e.taken.Load() - e.dropped.Load() - waiting
	if n <= 0 {
		return nil
	}
	e.dropped.Add(n)
	return &ExportError{e.name, int(n), errQueueFull}
}

// Shutdown ends the exporter. The batch processor calls it when its queue is
// empty.
func (e *exporter) Shutdown(ctx context.Context) error {
	defer close(e.drained)
	return e.SpanExporter.Shutdown(ctx)
}
