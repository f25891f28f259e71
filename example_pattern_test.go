package spanlog_test

import (
	"context"
	"log/slog"
	"os"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
)

// The layouts are those of Python's logging, so services in both languages can
// write the same lines.
func ExamplePattern() {
	layout := "%(levelname)-8s [%(name)s] [trace_id=%(otelTraceID)s span_id=%(otelSpanID)s] - %(message)s %(attrs)s"
	log := spanlog.Must(spanlog.New(nil, spanlog.Console{Writer: os.Stdout, Format: spanlog.Pattern(layout)}))
	defer log.Close()

	traceID, _ := trace.TraceIDFromHex("4bf92f3577b34da6a3ce929d0e0e4736")
	spanID, _ := trace.SpanIDFromHex("00f067aa0ba902b7")
	ctx := trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: traceID, SpanID: spanID}))

	log.Info("ready")
	log.With(spanlog.NameKey, "shop.checkout").WarnContext(ctx, "order on hold", "order", 17)
	// Output:
	// INFO     [root] [trace_id=0 span_id=0] - ready
	// WARNING  [shop.checkout] [trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7] - order on hold order=17
}

// The trace fields as the schema names them, and nothing where there is no span.
func ExamplePattern_trace() {
	log := spanlog.Must(spanlog.New(
		&spanlog.Options{Schema: spanlog.SchemaZipkin},
		spanlog.Console{Writer: os.Stdout, Format: spanlog.Pattern("[%(levelname)s] %(message)s %(trace)s %(attrs)s")}))
	defer log.Close()

	traceID, _ := trace.TraceIDFromHex("4bf92f3577b34da6a3ce929d0e0e4736")
	spanID, _ := trace.SpanIDFromHex("00f067aa0ba902b7")
	ctx := trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: traceID, SpanID: spanID}))

	log.Info("ready", slog.Group("http", "port", 8080))
	log.InfoContext(ctx, "order placed", "total", 9.90)
	// Output:
	// [INFO] ready http.port=8080
	// [INFO] order placed traceId=4bf92f3577b34da6a3ce929d0e0e4736 spanId=00f067aa0ba902b7 total=9.9
}
