package spanlog_test

import (
	"context"
	"os"
	"sync"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
)

// countingIDs makes ids that are the same every time: the first byte counts.
type countingIDs struct{ traces, spans byte }

func (c *countingIDs) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	c.traces++
	id := trace.TraceID{c.traces, 15: 1}
	return id, c.NewSpanID(ctx, id)
}

func (c *countingIDs) NewSpanID(context.Context, trace.TraceID) trace.SpanID {
	c.spans++
	return trace.SpanID{c.spans, 7: 1}
}

// countingTracer is a tracer with such ids.
func countingTracer() trace.Tracer {
	return sdktrace.NewTracerProvider(sdktrace.WithIDGenerator(new(countingIDs))).Tracer("guide")
}

// shortIDs is a format with the first byte of each id.
var shortIDs = spanlog.Pattern("trace=%(otelTraceID).2s span=%(otelSpanID).2s %(message)s %(attrs)s")

// What a request leaves behind logs with the request's ids, although its span has
// ended and its context is cancelled. A span of its own tells the two apart, and
// WithoutCancel lets the work itself go on.
func Example_goroutine() {
	log := spanlog.Must(spanlog.New(nil, spanlog.Console{Writer: os.Stdout, Format: shortIDs}))
	defer log.Close()
	tracer := countingTracer()

	ctx, cancel := context.WithCancel(context.Background())
	ctx, request := tracer.Start(ctx, "request")
	log.InfoContext(ctx, "order placed")
	answered, done := make(chan bool), sync.WaitGroup{}
	done.Go(func() {
		<-answered
		log.InfoContext(ctx, "late", "cancelled", ctx.Err() != nil)

		ctx, span := tracer.Start(context.WithoutCancel(ctx), "send mail")
		defer span.End()
		log.InfoContext(ctx, "mail sent", "cancelled", ctx.Err() != nil)
	})
	request.End()
	cancel()
	close(answered)
	done.Wait()

	// Output:
	// trace=01 span=01 order placed
	// trace=01 span=01 late cancelled=true
	// trace=01 span=02 mail sent cancelled=false
}

// A worker logs with the context of the job, not with its own: that of the pool
// knows no job's trace.
func Example_workerPool() {
	log := spanlog.Must(spanlog.New(nil, spanlog.Console{Writer: os.Stdout, Format: shortIDs}))
	defer log.Close()
	tracer := countingTracer()

	type job struct {
		ctx   context.Context // of whoever has asked for it
		order int
	}
	jobs := make(chan job)
	pool, ended := context.Background(), sync.WaitGroup{}
	ended.Go(func() { // a worker, one of many
		log.InfoContext(pool, "worker ready")
		for j := range jobs {
			log.InfoContext(j.ctx, "job done", "order", j.order)
		}
	})
	for order := range 2 {
		ctx, span := tracer.Start(context.Background(), "request")
		jobs <- job{ctx, order}
		span.End()
	}
	close(jobs)
	ended.Wait()

	// Output:
	// trace=0 span=0 worker ready
	// trace=01 span=01 job done order=0
	// trace=02 span=02 job done order=1
}

// Nobody has called a job that runs by the clock, so it begins a trace itself: one
// for each run.
func Example_cronJob() {
	log := spanlog.Must(spanlog.New(nil, spanlog.Console{Writer: os.Stdout, Format: shortIDs}))
	defer log.Close()
	tracer := countingTracer()

	run := func(ctx context.Context, tidied int) {
		ctx, span := tracer.Start(ctx, "tidy up")
		defer span.End()
		log.InfoContext(ctx, "tidying up")
		log.InfoContext(ctx, "tidied up", "orders", tidied)
	}
	for n := range 2 { // a time.Ticker, in a program
		run(context.Background(), n)
	}

	// Output:
	// trace=01 span=01 tidying up
	// trace=01 span=01 tidied up orders=0
	// trace=02 span=02 tidying up
	// trace=02 span=02 tidied up orders=1
}
