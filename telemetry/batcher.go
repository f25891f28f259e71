package telemetry

// The queue in front of an exporter, with the goroutine that empties it. An item's way is
//
//	accept   into rest, or lost: no room, or closed
//	         from rest into full, when a batch has come together
//	take     out of either, by the one goroutine
//	send     exported, or lost; either way it is done
//
// The sums hold at any time: accepted = waiting + under way + done, and lost is reported, at the
// latest with the next batch. batcher_test.go holds a batcher to a model of that, and
// shutdown_test.go accounts for every span.

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/encode"
)

// A batcher keeps spans or log records until a batch of them has come together,
// or the first of them has waited long enough, and exports one batch at a time.
// Each item is exported, or it is counted and reported as lost. The SDK has such
// queues as well, but theirs tell nobody what they drop.
//
// Its methods may be called concurrently. None but ForceFlush and Shutdown waits;
// they are those of the SDK's processors for spans and for log records.
type batcher[T any] struct {
	name     string // of the exporter, for errors: "zipkin" or "otlp"
	logs     bool   // the items are log records, not spans
	batching batching
	export   func(context.Context, []T) error
	end      func(context.Context) error // of the exporter
	aborted  context.Context             // done when exports have to end at once
	wake     chan struct{}               // something is to be done
	ended    chan struct{}               // closed when all is done for good

	// The lock is held for moments only, never while something is exported or reported.
	mu       sync.Mutex
	full     [][]T         // batches that have come together
	rest     []T           // the items behind them
	added    int64         // items that were taken in
	done     int64         // those of them that were exported, or lost
	lost     int64         // items lost: not taken in, or not exported
	dropped  int           // those that had no room and are yet to be reported
	flushing int64         // items up to this one don't wait for a batch
	closed   bool          // no more items come
	progress chan struct{} // closed after each batch
}

var (
	errQueueFull = errors.New("queue is full")
	errEnded     = errors.New("shut down")
)

// newBatcher returns a batcher. Its work is for a goroutine of its own.
func newBatcher[T any](
	name string, b batching, aborted context.Context,
	export func(context.Context, []T) error, end func(context.Context) error,
) *batcher[T] {
	return &batcher[T]{
		name:     name,
		batching: b,
		export:   export,
		end:      end,
		aborted:  aborted,
		wake:     make(chan struct{}, 1),
		ended:    make(chan struct{}),
		progress: make(chan struct{}),
	}
}

// add takes in an item, unless there is no room for it.
func (q *batcher[T]) add(item T) {
	if !q.accept(item) {
		handle(q.error(1, errEnded))
	}
}

// accept is add. It reports whether the batcher is still open.
func (q *batcher[T]) accept(item T) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	waiting := q.waiting()
	switch {
	case q.closed:
		q.lost++
		return false
	case waiting >= q.batching.queueSize:
		q.lost++
		q.dropped++ // reported with the batch that is under way
		return true
	}
	q.added++
	q.rest = append(q.rest, item)
	if len(q.rest) == q.batching.batchSize {
		q.full, q.rest = append(q.full, q.rest), nil
	}
	if waiting == 0 || q.rest == nil {
		q.poke()
	}
	return true
}

// waiting is how many items wait. q.mu is held.
func (q *batcher[T]) waiting() int { return len(q.full)*q.batching.batchSize + len(q.rest) }

// poke has the worker look what there is to do.
func (q *batcher[T]) poke() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// work exports batches until the batcher is closed and empty. It looks after it was poked, or
// when the first of the items that wait has waited long enough; the timer runs only then.
func (q *batcher[T]) work() {
	defer close(q.ended)
	timer := time.NewTimer(q.batching.delay)
	defer timer.Stop()
	timer.Stop() // until there is something to wait for
	running := false
	for due := false; ; due = false {
		select {
		case <-q.wake:
		case <-timer.C:
			due, running = true, false
		}
		for batch := q.take(due); batch != nil; batch = q.take(due) {
			q.send(batch)
		}
		waits, over := q.state()
		switch {
		case over:
			return
		case waits && !running:
			timer.Reset(q.batching.delay)
			running = true
		}
	}
}

// state reports whether items wait for a batch, and whether all is over.
func (q *batcher[T]) state() (waits, over bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := q.waiting()
	return n > 0, n == 0 && q.closed
}

// take returns the next batch, or nil if it is not time for one.
func (q *batcher[T]) take(due bool) (batch []T) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.full) > 0 {
		batch, q.full[0] = q.full[0], nil
		if q.full = q.full[1:]; len(q.full) == 0 {
			q.full = nil // not the array, of which less is left every time
		}
		return batch
	}
	if due || q.closed || q.flushing > q.done {
		batch, q.rest = q.rest, nil
	}
	return batch
}

// send exports a batch, and reports what is lost.
func (q *batcher[T]) send(batch []T) {
	err := q.try(batch)
	if err != nil {
		handle(q.error(len(batch), err))
	}
	q.reportDropped()
	q.mu.Lock()
	defer q.mu.Unlock()
	q.done += int64(len(batch))
	if err != nil {
		q.lost += int64(len(batch))
	}
	close(q.progress)
	q.progress = make(chan struct{})
}

// try exports a batch within its time. A panic, in a client of the program's, say, is
// an error. The context has exportSpan, so that what a client's transport makes of spans is
// known for what it is.
func (q *batcher[T]) try(batch []T) (err error) {
	if q.aborted.Err() != nil {
		return context.Cause(q.aborted)
	}
	defer func() {
		if v := recover(); v != nil {
			err = errors.New("panic: " + encode.AnyText("%v", v))
		}
	}()
	ctx := trace.ContextWithSpanContext(context.Background(), exportSpan)
	ctx, timeUp := context.WithTimeoutCause(ctx, q.batching.timeout, fmt.Errorf("no success within %v", q.batching.timeout))
	defer timeUp()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(q.aborted, func() { cancel(context.Cause(q.aborted)) })
	defer stop()
	return q.export(ctx, batch)
}

// reportDropped reports what had no room since it was called last.
func (q *batcher[T]) reportDropped() {
	q.mu.Lock()
	n := q.dropped
	q.dropped = 0
	q.mu.Unlock()
	if n > 0 {
		handle(q.error(n, errQueueFull))
	}
}

// handle reports an error. What a handler of the program's does wrong ends here.
func handle(err error) {
	defer func() { _ = recover() }()
	otel.Handle(err)
}

// error says that n items were lost.
func (q *batcher[T]) error(n int, err error) *ExportError {
	if q.logs {
		return &ExportError{Exporter: q.name, Records: n, Err: err}
	}
	return &ExportError{Exporter: q.name, Spans: n, Err: err}
}

// items is n of them, in words.
func (q *batcher[T]) items(n int64) string { return q.error(int(n), nil).items() }

// ForceFlush has all items exported that were added before, and waits for that. What is
// not exported when ctx is done stays in the queue. The error says how many items
// were lost in the meantime; the causes were reported.
func (q *batcher[T]) ForceFlush(ctx context.Context) error {
	q.mu.Lock()
	target, before := q.added, q.lost-int64(q.dropped)
	q.flushing = max(q.flushing, target)
	q.mu.Unlock()
	q.poke()
	for {
		q.mu.Lock()
		left, lost, progress := target-q.done, q.lost-before, q.progress
		q.mu.Unlock()
		var err error
		if lost > 0 {
			err = fmt.Errorf("telemetry: %s: %s lost", q.name, q.items(lost))
		}
		if left <= 0 {
			return err
		}
		select {
		case <-progress:
		case <-ctx.Done():
			late := fmt.Errorf("telemetry: %s: %s still to be sent: %w", q.name, q.items(left), context.Cause(ctx))
			return errors.Join(late, err)
		}
	}
}

// close has what waits exported; no more is taken in.
func (q *batcher[T]) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.poke()
}

// Shutdown closes the batcher, waits until all is exported and ends the exporter.
func (q *batcher[T]) Shutdown(ctx context.Context) error {
	q.close()
	select {
	case <-q.ended:
		return q.end(ctx)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// losses is how many items were lost so far, and reported.
func (q *batcher[T]) losses() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.lost - int64(q.dropped)
}

// settle waits for the end, which is soon when the exports were aborted, and returns
// an error if items were lost since losses was before.
func (q *batcher[T]) settle(before int64) error {
	q.close() // an SDK without time for it may not have come so far
	<-q.ended
	if n := q.losses() - before; n > 0 {
		return fmt.Errorf("telemetry: %s: %s lost at shutdown", q.name, q.items(n))
	}
	return nil
}
