package telemetry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// shutdownTime is how long a shutdown may take whose context doesn't say.
const shutdownTime = 5 * time.Second

// pipeline is all that one Start began. A span comes from the provider, passes
// the fanout and waits in the queue of each exporter.
//
// Everything but the last three fields is immutable once Start has returned.
type pipeline struct {
	provider  *sdktrace.TracerProvider
	exporters []*exporter // none, Zipkin, OTLP or both
	batch     batching
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

// addExporters makes the exporters for the endpoints. They do nothing until
// addProvider gives them spans.
func (p *pipeline) addExporters(ctx context.Context, opts Options, to endpoints, warn *warnings) error {
	p.batch = newBatching(opts, warn)
	if to.zipkin != nil {
		client := p.client(opts, timeout(opts, warn, envZipkinTimeout))
		e, err := newZipkin(to.zipkin, opts.Headers, client)
		if err != nil {
			return fmt.Errorf("telemetry: Zipkin: %w", err)
		}
		p.addExporter("zipkin", e)
	}
	if to.otlp != nil {
		checkProtocol(warn)
		timeout := timeout(opts, warn, envOTLPTracesTimeout, envOTLPTimeout)
		// Without a client, the exporter makes one that knows the certificates
		// in the environment, but whose connections stay open after a shutdown.
		var client *http.Client
		if opts.Client != nil || to.otlp.Scheme == "http" || !tlsFromEnv() {
			client = p.client(opts, timeout)
		}
		e, err := newOTLP(ctx, to.otlp, opts.Headers, client, timeout)
		if err != nil {
			return fmt.Errorf("telemetry: OTLP: %w", err)
		}
		p.addExporter("otlp", e)
	}
	return nil
}

// addExporter wraps an exporter and adds it. The name is for errors.
func (p *pipeline) addExporter(name string, e sdktrace.SpanExporter) {
	p.exporters = append(p.exporters, &exporter{
		SpanExporter: e,
		name:         name,
		queueSize:    int64(p.batch.queueSize),
		aborted:      p.aborted,
		drained:      make(chan struct{}),
	})
}

// addProvider makes what spans come from, and starts the queues. The program's
// processors see a span first, so that they can add to it.
func (p *pipeline) addProvider(ctx context.Context, opts Options) {
	processors := append(fanout(nil), opts.SpanProcessors...)
	for _, e := range p.exporters {
		processors = append(processors, newQueue(e, p.batch))
	}
	p.provider = sdktrace.NewTracerProvider(
		sdktrace.WithResource(newResource(ctx, opts.Service)),
		sdktrace.WithSampler(opts.Sampler), // nil: what the environment says
		sdktrace.WithSpanProcessor(processors),
	)
}

// client returns a client for an exporter. Each has its own, since their
// timeouts may differ.
func (p *pipeline) client(opts Options, timeout time.Duration) *http.Client {
	client, closeIdle := newClient(opts.Client, timeout)
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
	ctx, cancel := bounded(ctx)
	defer cancel()
	p.once.Do(func() {
		go func() {
			defer close(p.done)
			p.err = p.stop(ctx)
		}()
	})
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
		// The first caller gave more time than this one has, or a client of the
		// program's doesn't end when it should. The rest happens without us.
		return fmt.Errorf("telemetry: shutdown: %w", context.Cause(ctx))
	}
}

// bounded returns a context that is not done yet and has a deadline: ctx, or
// where that won't do, one with shutdownTime of its own.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx == nil {
		ctx = context.Background()
	}
	if ctx.Err() != nil {
		ctx = context.WithoutCancel(ctx)
	}
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, shutdownTime)
}

// stop sends what is left and ends everything. It returns by the deadline of
// ctx, unless the program's own client ignores the end of its requests.
func (p *pipeline) stop(ctx context.Context) error {
	before := make([]int64, len(p.exporters))
	for i, e := range p.exporters {
		before[i] = e.failed.Load()
	}

	// The last tenth of the time is for ending exports that don't come to an
	// end, and for counting what was lost.
	deadline, _ := ctx.Deadline()
	reserve := min(time.Until(deadline)/10, 100*time.Millisecond)
	flush, cancel := context.WithDeadline(ctx, deadline.Add(-reserve))
	defer cancel()

	err := p.provider.Shutdown(flush)
	if flush.Err() != nil {
		err = fmt.Errorf("telemetry: shutdown: %w", context.Cause(flush))
		p.abort(context.Cause(flush))
	}
	for i, e := range p.exporters {
		err = errors.Join(err, e.settle(before[i]))
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

// settle waits until the queue is empty, which is soon when the exports were
// ended, and returns an error when spans were lost since failed stood at
// before. What failed was reported when it did; what was dropped is reported
// here.
func (e *exporter) settle(before int64) error {
	<-e.drained
	dropped := e.drop(0)
	if dropped != nil {
		otel.Handle(dropped)
	}
	var err error
	if n := e.failed.Load() - before; n > 0 {
		err = fmt.Errorf("telemetry: %s: %d spans lost at shutdown", e.name, n)
	}
	return errors.Join(err, dropped)
}
