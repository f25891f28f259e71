package telemetry

// All that Start begins and shutdown ends:
//
//	provider ── fanout ─┬─ the program's processors
//	                    ├─ a queue for each exporter ── Zipkin, OTLP
//	                    └─ spanTeller ── flight recorders
//	logs ── a queue ── OTLP
//
// The end has a deadline and keeps it: TestShutdownByDeadline, TestHangingServer.

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/spanlog/spanlog/internal/deadline"
	"github.com/spanlog/spanlog/internal/logprovider"
)

// pipeline is all that one Start began. A span comes from the provider, passes
// the fanout and waits in the queue of each exporter.
//
// Everything but the last three fields is immutable once Start has returned.
type pipeline struct {
	provider  *sdktrace.TracerProvider
	logs      *sdklog.LoggerProvider  // nil: log records go nowhere
	installed *logprovider.Installed  // logs, or one that wants nothing
	spans     []spanQueue             // for none, Zipkin, OTLP or both
	records   *logQueue               // nil: log records go nowhere
	batch     batching                // of spans
	aborted   context.Context         // done when exports have to end at once
	abort     context.CancelCauseFunc // ends aborted
	closeIdle []func()                // one for each client
	report    *reporter               // nil: the program has a handler of its own

	once sync.Once
	done chan struct{} // closed when the shutdown is over
	err  error         // of the shutdown; read after done
}

// newPipeline returns a pipeline without parts. Start adds them in two steps,
// because the first may fail and the second may not.
func newPipeline() *pipeline {
	p := &pipeline{done: make(chan struct{})}
	p.aborted, p.abort = context.WithCancelCause(context.Background())
	return p
}

// preparing is held while the environment is read, and while a part of it is hidden from exporters.
var preparing sync.Mutex

// prepare completes the options from the environment, and makes the exporters. It reports whether
// the environment wants no telemetry at all.
func (p *pipeline) prepare(ctx context.Context, opts *Options, to endpoints, warn *warnings) (disabled bool, err error) {
	preparing.Lock()
	defer preparing.Unlock()
	disabled = sdkDisabled(warn)
	if opts.Propagator == nil {
		opts.Propagator = propagatorFromEnv(warn)
	}
	if disabled {
		return true, nil
	}
	if to.zipkin == nil && to.otlp == nil {
		env := endpointsFromEnv(warn)
		to.zipkin, to.otlp = env.zipkin, env.otlp
	}
	if to.logs == nil {
		to.logs = logsFromEnv(warn)
	}
	return false, p.addExporters(ctx, *opts, to, warn)
}

// addExporters makes the exporters for the endpoints. They do nothing until
// addProviders gives them spans. It may fail, and so comes before anything is installed.
func (p *pipeline) addExporters(ctx context.Context, opts Options, to endpoints, warn *warnings) error {
	p.batch = newBatching(opts, spanBatches, warn)
	if to.zipkin != nil {
		client := p.client(opts, timeout(opts, warn, envZipkinTimeout), nil)
		e, err := newZipkin(to.zipkin, opts.Headers, client)
		if err != nil {
			return fmt.Errorf("telemetry: Zipkin: %w", err)
		}
		p.addExporter("zipkin", e)
	}
	if to.otlp != nil {
		checkProtocol(warn, envOTLPTracesProtocol)
		timeout := timeout(opts, warn, envOTLPTracesTimeout, envOTLPTimeout)
		client := p.client(opts, timeout, tlsFromEnv(warn, "TRACES"))
		var e sdktrace.SpanExporter
		env := newOTLPEnv(warn, "TRACES")
		err := env.hide(func() (err error) {
			e, err = newOTLP(ctx, to.otlp, env.headersOr(opts.Headers), env.compress, client)
			return err
		})
		if err != nil {
			return fmt.Errorf("telemetry: OTLP: %w", err)
		}
		p.addExporter("otlp", e)
	}
	if to.logs != nil {
		checkProtocol(warn, envOTLPLogsProtocol)
		timeout := timeout(opts, warn, envOTLPLogsTimeout, envOTLPTimeout)
		client := p.client(opts, timeout, tlsFromEnv(warn, "LOGS"))
		var e sdklog.Exporter
		env := newOTLPEnv(warn, "LOGS")
		err := env.hide(func() (err error) {
			e, err = newOTLPLogs(ctx, to.logs, env.headersOr(opts.Headers), env.compress, client)
			return err
		})
		if err != nil {
			return fmt.Errorf("telemetry: OTLPLogs: %w", err)
		}
		q := newLogQueue("otlp", e, newBatching(opts, logBatches, warn), p.aborted)
		p.records = &q
	}
	return nil
}

// addExporter puts a queue in front of an exporter of spans. The name is for errors.
func (p *pipeline) addExporter(name string, e sdktrace.SpanExporter) {
	p.spans = append(p.spans, newSpanQueue(name, e, p.batch, p.aborted))
}

// queues are those of all exporters.
func (p *pipeline) queues() (all []queue) {
	for _, q := range p.spans {
		all = append(all, q)
	}
	if p.records != nil {
		all = append(all, *p.records)
	}
	return all
}

// addProviders makes what spans and log records come from, and starts the queues.
// The program's processors see a span first, so that they can add to it.
func (p *pipeline) addProviders(ctx context.Context, opts Options) {
	processors := append(fanout(nil), opts.SpanProcessors...)
	for _, q := range p.spans {
		processors = append(processors, q)
	}
	// The last: what it tells can have a FlightRecorder write to a log that is slow, and the
	// export is not to wait for that.
	processors = append(processors, SpanProcessor())
	for _, q := range p.queues() {
		go q.work()
	}
	resource := newResource(ctx, opts.Service)
	if p.records != nil {
		options := []sdklog.LoggerProviderOption{sdklog.WithResource(resource), sdklog.WithProcessor(*p.records)}
		if name, _ := firstEnv(envLogAttrLimit, envAttrLimit); name == "" {
			// By default, what comes after 128 attributes would be lost untold.
			options = append(options, sdklog.WithAttributeCountLimit(-1))
		}
		p.logs = sdklog.NewLoggerProvider(options...)
	}
	p.provider = sdktrace.NewTracerProvider(
		sdktrace.WithResource(resource),
		sdktrace.WithSampler(opts.Sampler), // nil: what the environment says
		sdktrace.WithSpanProcessor(processors),
	)
}

// client returns a client for an exporter. Each has its own, since their
// timeouts may differ. The certificates are for one that is not the program's.
func (p *pipeline) client(opts Options, timeout time.Duration, certs *tls.Config) *http.Client {
	client, closeIdle := newClient(opts.Client, timeout, certs)
	p.closeIdle = append(p.closeIdle, closeIdle)
	return client
}

// timeout returns how long one request may take; names are the variables that
// may say so.
func timeout(opts Options, warn *warnings, names ...string) time.Duration {
	if opts.Timeout > 0 {
		return opts.Timeout
	}
	if opts.Client != nil && opts.Client.Timeout > 0 {
		return opts.Client.Timeout
	}
	return cmp.Or(timeoutFromEnv(warn, names...), defaultTimeout)
}

// shutdown is what Start returns.
func (p *pipeline) shutdown(ctx context.Context) error {
	ctx, cancel := deadline.Bound(ctx)
	defer cancel()
	p.once.Do(func() {
		go func() {
			defer close(p.done)
			p.err = p.stop(ctx)
		}()
	})
	if !deadline.Wait(ctx, p.done, 0) {
		// The first caller gave more time than this one has, or a client of the
		// program's doesn't end when it should. The rest happens without us.
		return fmt.Errorf("telemetry: shutdown: %w", context.Cause(ctx))
	}
	return p.err
}

// stop sends what is left and ends everything. It returns by the deadline of
// ctx, unless the program's own client ignores the end of its requests.
func (p *pipeline) stop(ctx context.Context) error {
	queues := p.queues()
	before := make([]int64, len(queues))
	for i, q := range queues {
		before[i] = q.losses()
	}
	// From here on the OTel sink says that it has nobody to give its records to.
	p.installed.Remove()
	if p.report != nil {
		p.report.ending.Store(true)
	}

	// What is left of the time then is for ending exports that don't come to an end, and for
	// counting what was lost.
	flush, cancel := deadline.Before(ctx)
	defer cancel()

	ends := []func(context.Context) error{p.provider.Shutdown}
	if p.logs != nil {
		ends = append(ends, p.logs.Shutdown)
	}
	err := atOnce(flush, ends)
	if flush.Err() != nil {
		err = fmt.Errorf("telemetry: shutdown: %w", context.Cause(flush))
		p.abort(context.Cause(flush))
	}
	for i, q := range queues {
		err = errors.Join(err, q.settle(before[i]))
	}
	p.abort(nil)
	for _, closeIdle := range p.closeIdle {
		closeIdle()
	}
	if p.report != nil {
		p.report.flush()
	}
	return err
}
