package telemetry

import (
	"cmp"
	"math"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// batching says how spans, or log records, wait for their export.
type batching struct {
	queueSize int           // items that can wait; more are dropped
	batchSize int           // items in one export at most
	delay     time.Duration // longest wait for a batch to fill
	timeout   time.Duration // longest export of a batch, retries included
}

// batchNames are the variables that say how a signal is batched, with the delay
// that the specification sets where they don't.
type batchNames struct {
	queueSize, batchSize, delay, timeout string
	defaultDelay                         time.Duration
}

var (
	spanBatches = batchNames{envQueueSize, envBatchSize, envBatchDelay, envBatchTimeout, sdktrace.DefaultScheduleDelay * time.Millisecond}
	logBatches  = batchNames{envLogQueueSize, envLogBatchSize, envLogBatchDelay, envLogBatchTimeout, time.Second}
)

// newBatching returns what the options and the environment say. The SDK would read
// the variables too, but it panics for a negative size, runs in circles for a
// delay of zero and keeps quiet about what is no number.
func newBatching(opts Options, names batchNames, warn *warnings) batching {
	const most = 1 << 20 // memory is taken at once
	b := batching{
		queueSize: cmp.Or(numberFromEnv(warn, most, names.queueSize), sdktrace.DefaultMaxQueueSize),
		batchSize: cmp.Or(numberFromEnv(warn, most, names.batchSize), sdktrace.DefaultMaxExportBatchSize),
		delay:     cmp.Or(timeoutFromEnv(warn, names.delay), names.defaultDelay),
		timeout:   cmp.Or(timeoutFromEnv(warn, names.timeout), sdktrace.DefaultExportTimeout*time.Millisecond),
	}
	b.batchSize = min(b.batchSize, b.queueSize)
	if opts.Timeout > 0 {
		b.timeout = 3 * min(opts.Timeout, math.MaxInt64/3)
	}
	return b
}

// queue is the SDK's batch processor in front of an exporter. It counts what
// goes in.
type queue struct {
	sdktrace.SpanProcessor
	exporter exporter
}

func newQueue(e exporter, b batching) queue {
	return queue{
		exporter: e,
		SpanProcessor: sdktrace.NewBatchSpanProcessor(e,
			sdktrace.WithMaxQueueSize(b.queueSize),
			sdktrace.WithMaxExportBatchSize(b.batchSize),
			sdktrace.WithBatchTimeout(b.delay),
			sdktrace.WithExportTimeout(b.timeout),
		),
	}
}

// OnEnd puts a span into the queue.
func (q queue) OnEnd(s sdktrace.ReadOnlySpan) {
	if s.SpanContext().IsSampled() { // the processor leaves out the others
		q.exporter.queued.Add(1)
	}
	q.SpanProcessor.OnEnd(s)
}
