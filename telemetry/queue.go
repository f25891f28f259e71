package telemetry

// Batchers as the SDK's processors for spans and for log records: how large they are, and how
// items get in.

import (
	"cmp"
	"context"
	"math"
	"time"

	sdklog "go.opentelemetry.io/otel/sdk/log"
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

// newBatching returns what the options and the environment say.
func newBatching(opts Options, names batchNames, warn *warnings) batching {
	const most = 1 << 20
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

// A queue is what a pipeline does with each batcher, whatever is in it.
type queue interface {
	work()
	losses() int64
	settle(before int64) error
}

// spanQueue is a span processor: a batcher in front of an exporter of spans.
type spanQueue struct {
	*batcher[sdktrace.ReadOnlySpan]
}

func newSpanQueue(name string, e sdktrace.SpanExporter, b batching, aborted context.Context) spanQueue {
	return spanQueue{newBatcher(name, b, aborted, e.ExportSpans, e.Shutdown)}
}

// OnStart does nothing.
func (q spanQueue) OnStart(context.Context, sdktrace.ReadWriteSpan) {}

// OnEnd puts a span into the queue, if it was sampled.
func (q spanQueue) OnEnd(s sdktrace.ReadOnlySpan) {
	if s.SpanContext().IsSampled() {
		q.add(s)
	}
}

// logQueue is a processor of log records: the same for these.
type logQueue struct {
	*batcher[sdklog.Record]
}

func newLogQueue(name string, e sdklog.Exporter, b batching, aborted context.Context) logQueue {
	q := logQueue{newBatcher(name, b, aborted, e.Export, e.Shutdown)}
	q.logs = true
	return q
}

// Enabled reports that all records are exported.
func (q logQueue) Enabled(context.Context, sdklog.EnabledParameters) bool { return true }

// OnEmit puts a log record into the queue.
func (q logQueue) OnEmit(_ context.Context, r *sdklog.Record) error {
	q.add(r.Clone()) // the next processor may change its own
	return nil
}
