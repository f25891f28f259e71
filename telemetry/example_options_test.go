package telemetry_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/telemetry"
)

// Spans go to a Zipkin that wants to know who sends them, through a client of the
// program's. The path of the URL may be left out.
func ExampleOptions_zipkin() {
	zipkin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Method, r.URL.Path, r.Header.Get("Authorization"), r.Header.Get("Content-Encoding"))
		w.WriteHeader(http.StatusAccepted)
	}))
	defer zipkin.Close()

	ctx := context.Background()
	shutdown, err := telemetry.Start(ctx, telemetry.Options{
		Service: spanlog.Service{Name: "shop"},
		Zipkin:  zipkin.URL, // elsewhere, http://localhost:9411
		Headers: map[string]string{"Authorization": "Bearer s3cr3t"},
		Client:  zipkin.Client(),
		Timeout: 2 * time.Second, // for a request
	})
	if err != nil {
		log.Fatal(err)
	}
	_, span := otel.Tracer("shop").Start(ctx, "place order")
	span.End()
	fmt.Println(shutdown(ctx)) // sends what waits
	// Output:
	// POST /api/v2/spans Bearer s3cr3t gzip
	// <nil>
}

// Spans and log records go to a Collector, each to its own path.
func ExampleOptions_otlp() {
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Method, r.URL.Path, r.Header.Get("Content-Type"))
	}))
	defer collector.Close()

	ctx := context.Background()
	shutdown, err := telemetry.Start(ctx, telemetry.Options{
		Service:  spanlog.Service{Name: "shop"},
		OTLP:     collector.URL, // elsewhere, http://localhost:4318
		OTLPLogs: collector.URL,
	})
	if err != nil {
		log.Fatal(err)
	}
	logger := spanlog.Must(spanlog.New(nil, spanlog.OTel{}))
	logger.InfoContext(ctx, "order placed", "order", 4711)
	if err := logger.Close(); err != nil { // sends the log records
		log.Fatal(err)
	}
	_, span := otel.Tracer("shop").Start(ctx, "place order")
	span.End()
	fmt.Println(shutdown(ctx)) // sends the spans
	// Output:
	// POST /v1/logs application/x-protobuf
	// POST /v1/traces application/x-protobuf
	// <nil>
}

// A tenth of the traces that begin here is kept, and each that a caller keeps. The
// ids are in the logs all the same.
func ExampleOptions_sampler() {
	ctx := context.Background()
	shutdown, err := telemetry.Start(ctx, telemetry.Options{
		Sampler: sdktrace.ParentBased(sdktrace.TraceIDRatioBased(0.1)),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = shutdown(ctx) }()

	kept := 0
	for range 1000 {
		_, span := otel.Tracer("shop").Start(ctx, "place order")
		if span.SpanContext().IsSampled() {
			kept++
		}
		span.End()
	}
	fmt.Println("about a tenth:", 50 < kept && kept < 150)
	// Output: about a tenth: true
}

// The propagator that the program sets is the one that its clients and servers use.
// By default, outgoing requests have the headers of B3 besides.
func ExampleOptions_propagator() {
	ctx := context.Background()
	shutdown, err := telemetry.Start(ctx, telemetry.Options{Propagator: propagation.TraceContext{}})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = shutdown(ctx) }()

	ctx, span := otel.Tracer("shop").Start(ctx, "place order")
	defer span.End()
	headers := make(propagation.HeaderCarrier)
	otel.GetTextMapPropagator().Inject(ctx, headers)
	fmt.Println(len(headers), len(headers.Get("traceparent")))
	// Output: 1 55
}

// A processor of the program's sees each span before it is exported.
func ExampleOptions_spanProcessors() {
	spans := tracetest.NewSpanRecorder()
	ctx := context.Background()
	shutdown, err := telemetry.Start(ctx, telemetry.Options{SpanProcessors: []sdktrace.SpanProcessor{spans}})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = shutdown(ctx) }()

	_, span := otel.Tracer("shop").Start(ctx, "place order")
	span.End()
	fmt.Println(spans.Ended()[0].Name())
	// Output: place order
}

// What goes wrong with an export is for the program to decide about. That a server
// has refused spans is no error of the code that made them.
func ExampleOptions_onError() {
	zipkin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "who are you?", http.StatusUnauthorized)
	}))
	defer zipkin.Close()

	ctx := context.Background()
	shutdown, err := telemetry.Start(ctx, telemetry.Options{
		Zipkin: zipkin.URL,
		OnError: func(err error) {
			if failed := new(telemetry.ExportError); errors.As(err, &failed) {
				fmt.Println(failed.Exporter, failed.Spans, strings.Contains(failed.Error(), "401 Unauthorized"))
			}
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	_, span := otel.Tracer("shop").Start(ctx, "place order")
	span.End()
	fmt.Println(shutdown(ctx))
	// Output:
	// zipkin 1 true
	// telemetry: zipkin: 1 span lost at shutdown
}

// A provider that the program makes itself tells flight recorders of its spans: one
// that fails has its trace's details written.
func ExampleSpanProcessor() {
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(telemetry.SpanProcessor()))
	logger := spanlog.Must(spanlog.New(nil, spanlog.FlightRecorder{
		Sink: spanlog.Console{Writer: os.Stdout, Format: spanlog.Pattern("%(levelname)s %(message)s")},
	}))
	defer logger.Close()

	for _, failure := range []error{nil, errors.New("card declined")} {
		ctx, span := provider.Tracer("shop").Start(context.Background(), "place order")
		logger.Log(ctx, slog.LevelDebug, "asking the bank")
		if failure != nil {
			span.SetStatus(codes.Error, failure.Error())
		}
		span.End()
	}
	// Output:
	// DEBUG asking the bank
	// INFO spanlog: 1 record of this trace released: the status of a span is Error
}
