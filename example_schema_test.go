package spanlog_test

import (
	"context"
	"io/fs"
	"log/slog"
	"os"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
)

// exampleSpan is a context with a span, as a tracer returns it.
func exampleSpan() context.Context {
	return trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID:    trace.TraceID{0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36},
		SpanID:     trace.SpanID{0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7},
		TraceFlags: trace.FlagsSampled,
	}))
}

// A schema gives the fields the names and forms that a back end looks for.
func ExampleSchema() {
	ctx := exampleSpan()
	for _, schema := range []spanlog.Schema{
		spanlog.SchemaOTel,
		spanlog.SchemaDatadog,
		spanlog.SchemaGoogleCloud("my-project"),
	} {
		log := spanlog.Must(spanlog.New(&spanlog.Options{Schema: schema, ReplaceAttr: removeTime},
			spanlog.Console{Writer: os.Stdout, Format: spanlog.JSON}))
		log.WarnContext(ctx, "low on tea")
		log.Close()
	}

	// Output:
	// {"level":"WARN","msg":"low on tea","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","trace_flags":"01"}
	// {"level":"WARN","message":"low on tea","dd.trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","dd.span_id":"67667974448284343"}
	// {"severity":"WARNING","message":"low on tea","logging.googleapis.com/trace":"projects/my-project/traces/4bf92f3577b34da6a3ce929d0e0e4736","logging.googleapis.com/spanId":"00f067aa0ba902b7","logging.googleapis.com/trace_sampled":true}
}

// A single key can be changed.
func ExampleSchema_key() {
	schema := spanlog.SchemaZipkin
	schema.MessageKey = "message"

	log := spanlog.Must(spanlog.New(&spanlog.Options{Schema: schema, ReplaceAttr: removeTime},
		spanlog.Console{Writer: os.Stdout, Format: spanlog.JSON}))
	defer log.Close()
	log.InfoContext(exampleSpan(), "low on tea")

	// Output:
	// {"level":"INFO","message":"low on tea","traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7"}
}

// A handler that spanlog does not write for is told the names by its own
// options.
func ExampleSchema_ReplaceAttr() {
	schema := spanlog.SchemaECS
	next := slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			return schema.ReplaceAttr(groups, removeTime(groups, a))
		},
	})
	log := slog.New(spanlog.NewHandler(next, &spanlog.Options{Schema: schema}))
	log.WarnContext(exampleSpan(), "low on tea")

	// Output:
	// {"log.level":"warn","message":"low on tea","ecs.version":"8.11.0","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7"}
}

// An error is its text, or whatever fields the schema has for errors.
func ExampleErr() {
	err := &fs.PathError{Op: "open", Path: "menu.txt", Err: fs.ErrNotExist}
	for _, schema := range []spanlog.Schema{spanlog.SchemaOTel, spanlog.SchemaDatadog} {
		log := spanlog.Must(spanlog.New(&spanlog.Options{Schema: schema, ReplaceAttr: removeTime},
			spanlog.Console{Writer: os.Stdout, Format: spanlog.JSON}))
		log.Error("no menu", spanlog.Err(err))
		log.Info("all is well", spanlog.Err(nil)) // a nil error is not printed
		log.Close()
	}

	// Output:
	// {"level":"ERROR","msg":"no menu","error":"open menu.txt: file does not exist"}
	// {"level":"INFO","msg":"all is well"}
	// {"level":"ERROR","message":"no menu","error.message":"open menu.txt: file does not exist","error.kind":"*fs.PathError"}
	// {"level":"INFO","message":"all is well"}
}
