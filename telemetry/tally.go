package telemetry

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"
)

// A tally keeps count of what goes through the queue of a batch processor, which
// tells nobody when it is full, and to an exporter. It ends exports when the time
// for the shutdown is over, and names the exporter in errors.
type tally struct {
	name      string          // "zipkin" or "otlp"
	logs      bool            // log records are counted, not spans
	queueSize int64           // of the batch processor
	aborted   context.Context // done when exports have to end at once
	drained   chan struct{}   // closed when the queue is empty for good

	// At any time, queued is the sum of taken, dropped, what waits in the queue
	// and what was dropped since drop was called last.
	queued  atomic.Int64 // items that ended, or were logged
	taken   atomic.Int64 // items that came out of the queue
	dropped atomic.Int64 // items known never to come out of it
	failed  atomic.Int64 // items whose export failed
}

// errQueueFull is why an item doesn't get as far as the exporter.
var errQueueFull = errors.New("queue is full")

// export sends n items by do. The error is an *ExportError.
func (t *tally) export(ctx context.Context, n int, do func(context.Context) error) error {
	t.taken.Add(int64(n))
	// What is neither taken nor fits in the queue must have been dropped.
	if err := t.drop(t.queueSize); err != nil {
		otel.Handle(err)
	}

	ctx = trace.ContextWithSpanContext(ctx, exportSpan)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(t.aborted, func() { cancel(context.Cause(t.aborted)) })
	defer stop()

	if err := do(ctx); err != nil {
		t.failed.Add(int64(n))
		return t.error(n, err)
	}
	return nil
}

// drop counts the items that were dropped since the last time, given how many can
// be in the queue at most, and returns an error when there are any.
func (t *tally) drop(waiting int64) error {
	n := t.queued.Load() - t.taken.Load() - t.dropped.Load() - waiting
	if n <= 0 {
		return nil
	}
	t.dropped.Add(n)
	return t.error(int(n), errQueueFull)
}

// error says that n items were lost.
func (t *tally) error(n int, err error) *ExportError {
	if t.logs {
		return &ExportError{Exporter: t.name, Records: n, Err: err}
	}
	return &ExportError{Exporter: t.name, Spans: n, Err: err}
}

// settle waits until the queue is empty, which is soon when the exports were
// ended, and returns an error when items were lost since failed stood at before.
// What failed was reported when it did; what was dropped is reported here.
func (t *tally) settle(before int64) error {
	<-t.drained
	dropped := t.drop(0)
	if dropped != nil {
		otel.Handle(dropped)
	}
	var err error
	if n := t.failed.Load() - before; n > 0 {
		err = fmt.Errorf("telemetry: %s: %s lost at shutdown", t.name, t.error(int(n), nil).items())
	}
	return errors.Join(err, dropped)
}
