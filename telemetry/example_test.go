package telemetry_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"os/signal"

	"go.opentelemetry.io/otel"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/telemetry"
)

// The template for main: tracing first, then the logger. At the end it goes
// the other way round: the logger closes, and the last spans are sent. That ctx
// is done by then, after a Ctrl-C, makes no difference.
func Example() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	service := spanlog.Service{Name: "shop", Version: "1.4.2", Env: "production"}
	shutdown, err := telemetry.Start(ctx, telemetry.Options{
		Service: service,
		Zipkin:  "http://localhost:9411/api/v2/spans",
	})
	if err != nil {
		log.Print(err)
		return
	}
	defer func() {
		if err := shutdown(ctx); err != nil {
			log.Print(err)
		}
	}()

	logger, err := spanlog.New(&spanlog.Options{Service: service}, spanlog.Console{}, spanlog.File{Path: "shop.log"})
	if err != nil {
		log.Print(err)
		return
	}
	defer logger.Close()
	slog.SetDefault(logger.Logger)

	ctx, span := otel.Tracer("shop").Start(ctx, "checkout")
	defer span.End()
	slog.InfoContext(ctx, "order placed", "order", 4711)
}

// Log records go to an OpenTelemetry Collector beside the console. Either of Start
// and New may come first.
func Example_collector() {
	ctx := context.Background()
	service := spanlog.Service{Name: "shop"}
	shutdown, err := telemetry.Start(ctx, telemetry.Options{
		Service:  service,
		OTLP:     "http://localhost:4318",
		OTLPLogs: "http://localhost:4318",
	})
	if err != nil {
		log.Print(err)
		return
	}
	defer shutdown(ctx)

	logger := spanlog.Must(spanlog.New(&spanlog.Options{Service: service}, spanlog.Console{}, spanlog.OTel{}))
	defer logger.Close()
	logger.InfoContext(ctx, "order placed", "order", 4711)
}

// Without a server to send to, spans are made all the same, and logs have their
// ids.
func ExampleStart() {
	ctx := context.Background()
	shutdown, err := telemetry.Start(ctx, telemetry.Options{
		Service: spanlog.Service{Name: "shop", Version: "1.4.2"},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = shutdown(ctx) }()

	_, span := otel.Tracer("shop").Start(ctx, "checkout")
	defer span.End()
	fmt.Println(span.SpanContext().IsValid(), span.SpanContext().IsSampled())
	// Output: true true
}

// A wrong option is an error that says which one.
func ExampleStart_error() {
	_, err := telemetry.Start(context.Background(), telemetry.Options{Zipkin: "localhost:9411"})
	fmt.Println(err)
	// Output: telemetry: Zipkin: "localhost:9411": missing scheme
}

// Errors go where the program wants them: here, exports that fail are counted.
func ExampleExportError() {
	lost := 0
	onError := func(err error) {
		var failed *telemetry.ExportError
		if errors.As(err, &failed) {
			lost += failed.Spans
		}
	}
	onError(&telemetry.ExportError{Exporter: "zipkin", Spans: 3, Err: errors.New("connection refused")})
	fmt.Println(lost)
	// Output: 3
}
