package telemetry

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	sdklog "go.opentelemetry.io/otel/sdk/log"
)

// newOTLPLogs is newOTLP for log records.
func newOTLPLogs(ctx context.Context, to *url.URL, headers map[string]string, client *http.Client, timeout time.Duration) (sdklog.Exporter, error) {
	options := []otlploghttp.Option{
		otlploghttp.WithEndpointURL(to.String()),
		otlploghttp.WithTimeout(timeout),
		otlploghttp.WithRetry(otlploghttp.RetryConfig{
			Enabled:         true,
			InitialInterval: retryWaitMin,
			MaxInterval:     retryWaitMax,
			MaxElapsedTime:  0, // the batch processor sets the limit
		}),
	}
	if client != nil {
		options = append(options,
			otlploghttp.WithHTTPClient(redialing(client)),
			otlploghttp.WithTLSClientConfig(nil),
		)
	}
	if len(headers) > 0 {
		options = append(options, otlploghttp.WithHeaders(maps.Clone(headers)))
	}
	if name, _ := firstEnv(envOTLPLogsCompress, envOTLPCompression); name == "" {
		options = append(options, otlploghttp.WithCompression(otlploghttp.GzipCompression))
	}
	return otlploghttp.New(ctx, options...)
}

// logExporter wraps an exporter of log records and counts them.
//
// The batch processor calls Export one batch at a time, and Shutdown last.
type logExporter struct {
	sdklog.Exporter
	*tally
	batch batching
}

// Export sends log records. It reports an error itself: the batch processor does so
// for some exports, and returns the error of the others to whoever flushes.
func (e *logExporter) Export(ctx context.Context, records []sdklog.Record) error {
	if len(records) == 0 { // the batch processor flushes also what is empty
		return nil
	}
	err := e.export(ctx, len(records), func(ctx context.Context) error {
		return e.Exporter.Export(ctx, records)
	})
	if err != nil {
		otel.Handle(err)
	}
	return nil
}

// Shutdown ends the exporter. The batch processor calls it when its queue is
// empty.
func (e *logExporter) Shutdown(ctx context.Context) error {
	defer close(e.drained)
	return e.Exporter.Shutdown(ctx)
}

// logQueue is the SDK's batch processor in front of an exporter. It counts what
// goes in.
type logQueue struct {
	sdklog.Processor
	tally *tally
}

func newLogQueue(e *logExporter) logQueue {
	return logQueue{
		tally: e.tally,
		Processor: sdklog.NewBatchProcessor(e,
			sdklog.WithMaxQueueSize(e.batch.queueSize),
			sdklog.WithExportMaxBatchSize(e.batch.batchSize),
			sdklog.WithExportInterval(e.batch.delay),
			sdklog.WithExportTimeout(e.batch.timeout),
		),
	}
}

// OnEmit puts a log record into the queue.
func (q logQueue) OnEmit(ctx context.Context, r *sdklog.Record) error {
	q.tally.queued.Add(1)
	return q.Processor.OnEmit(ctx, r)
}

// ForceFlush sends what is in the queue. Its error says how many records were lost
// in the meantime; the causes were reported.
func (q logQueue) ForceFlush(ctx context.Context) error {
	before := q.tally.failed.Load()
	err := q.Processor.ForceFlush(ctx)
	if n := q.tally.failed.Load() - before; n > 0 {
		err = errors.Join(err, fmt.Errorf("telemetry: %s: %s lost", q.tally.name, q.tally.error(int(n), nil).items()))
	}
	return err
}
