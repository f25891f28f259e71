package spanlog_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"go.opentelemetry.io/otel/attribute"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/spanlog/spanlog"
)

// Records from Info on are events of their span: Zipkin shows them as annotations.
func ExampleOptions_spanEvents() {
	spans := tracetest.NewSpanRecorder() // elsewhere, what telemetry.Start sets up
	tracer := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)).Tracer("shop")
	log := spanlog.Must(spanlog.New(&spanlog.Options{SpanEvents: slog.LevelInfo}, spanlog.Console{Writer: os.Stdout, Format: message}))
	defer log.Close()

	ctx, span := tracer.Start(context.Background(), "place order")
	log.DebugContext(ctx, "cache missed")
	log.InfoContext(ctx, "order placed", "order", 17)
	span.End()

	for _, event := range spans.Ended()[0].Events() {
		fmt.Print(event.Name)
		for _, a := range event.Attributes {
			fmt.Printf(" %s=%s", a.Key, a.Value)
		}
		fmt.Println()
	}

	// Output:
	// INFO order placed
	// order placed log.severity=INFO order=17
}

// An error in the log is the failure of its span, without the program's having to
// say so twice.
func ExampleOptions_spanErrors() {
	spans := tracetest.NewSpanRecorder()
	tracer := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)).Tracer("shop")
	log := spanlog.Must(spanlog.New(&spanlog.Options{SpanErrors: slog.LevelError}, spanlog.Console{Writer: os.Stdout, Format: message}))
	defer log.Close()

	ctx, span := tracer.Start(context.Background(), "place order")
	log.ErrorContext(ctx, "cannot pay", spanlog.Err(errors.New("card declined")))
	span.End()

	ended := spans.Ended()[0]
	fmt.Printf("%v: %s\n", ended.Status().Code, ended.Status().Description)
	fmt.Println(ended.Events()[0].Name, "event")

	// Output:
	// ERROR cannot pay
	// Error: cannot pay: card declined
	// exception event
}

// printer stands for what sends log records to a Collector.
type printer struct{}

func (printer) Enabled(context.Context, sdklog.EnabledParameters) bool { return true }

func (printer) OnEmit(_ context.Context, r *sdklog.Record) error {
	fmt.Printf("%d %s: %s, trace %.8s\n", r.Severity(), r.SeverityText(), r.Body().AsString(), r.TraceID())
	r.WalkAttributes(func(a attribute.KeyValue) bool {
		fmt.Printf("  %s: %s\n", a.Key, a.Value)
		return true
	})
	return nil
}

func (printer) Shutdown(context.Context) error   { return nil }
func (printer) ForceFlush(context.Context) error { return nil }

// Records go to OpenTelemetry's logs API. With telemetry.Start the provider need
// not be named.
func ExampleOTel() {
	provider := sdklog.NewLoggerProvider(sdklog.WithProcessor(printer{}))
	log := spanlog.Must(spanlog.New(nil, spanlog.OTel{Provider: provider, Level: slog.LevelInfo}))
	defer log.Close()

	log.WarnContext(exampleSpan(), "low on tea", slog.Group("shop", "city", "Leipzig"), "left", 3)

	// Output:
	// 13 WARN: low on tea, trace 4bf92f35
	//   shop: {"city":"Leipzig"}
	//   left: 3
}
