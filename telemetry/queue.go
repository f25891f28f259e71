package telemetry

import (
	"cmp"
	"math"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// batching says how spans wait for their export.
type batching struct {
	queueSize int           // spans that can wait; more are dropped
	batchSize int           // spans in one export at most
	delay     time.Duration // longest wait for a batch to fill
	timeout   time.Duration // longest export of a batch, retries included
}

// newBatching returns what the options and OTEL_BSP_* say. The SDK would read
// the variables too, but it panics for a negative size, runs in circles for a
// delay of zero and keeps quiet about what is no number.
func newBatching(opts Options, warn *warnings) batching {
	const most = 1 << 20 // memory is taken at once
	b := batching{
		queueSize: cmp.Or(numberFromEnv(warn, most, envQueueSize), sdktrace.DefaultMaxQueueSize),
		batchSize: cmp.Or(numberFromEnv(warn, most, envBatchSize), sdktrace.DefaultMaxExportBatchSize),
		delay:     cmp.Or(timeoutFromEnv(warn, envBatchDelay), sdktrace.DefaultScheduleDelay*time.Millisecond),
		timeout:   cmp.Or(timeoutFromEnv(warn, envBatchTimeout), sdktrace.DefaultExportTimeout*time.Millisecond),
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
	exporter *exporter
}

func newQueue(e *exporter, b batching) queue {
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
