package spanlog_test

import (
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"github.com/spanlog/spanlog"
)

// A schema gives the fields the names and forms that a back end looks for. These
// are all of them.
func ExampleSchema() {
	for _, schema := range []spanlog.Schema{
		spanlog.SchemaOTel,
		spanlog.SchemaDatadog,
		spanlog.SchemaECS,
		spanlog.SchemaXRay,
		spanlog.SchemaNewRelic,
		spanlog.SchemaHoneycomb,
		spanlog.SchemaZipkin,
		spanlog.SchemaGoogleCloud("shop"),
	} {
		log := spanlog.Must(spanlog.New(&spanlog.Options{Schema: schema, ReplaceAttr: removeTime},
			spanlog.Console{Writer: os.Stdout, Format: spanlog.JSON}))
		log.WarnContext(exampleSpan(), "low on tea")
		log.Close()
	}

	// Output:
	// {"level":"WARN","msg":"low on tea","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","trace_flags":"01"}
	// {"level":"WARN","message":"low on tea","dd.trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","dd.span_id":"67667974448284343"}
	// {"log.level":"warn","message":"low on tea","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7","ecs.version":"8.11.0"}
	// {"level":"WARN","msg":"low on tea","xray_trace_id":"1-4bf92f35-77b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","trace_flags":"01"}
	// {"level":"WARN","message":"low on tea","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7"}
	// {"level":"WARN","msg":"low on tea","trace.trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","trace.parent_id":"00f067aa0ba902b7","meta.annotation_type":"span_event"}
	// {"level":"WARN","msg":"low on tea","traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7"}
	// {"severity":"WARNING","message":"low on tea","logging.googleapis.com/trace":"projects/shop/traces/4bf92f3577b34da6a3ce929d0e0e4736","logging.googleapis.com/spanId":"00f067aa0ba902b7","logging.googleapis.com/trace_sampled":true}
}

// A schema from a flag or a configuration file, by its name.
func ExampleParseSchema() {
	schema, err := spanlog.ParseSchema("google:shop")
	if err != nil {
		panic(err)
	}
	fmt.Println(schema.LevelKey, schema.TraceIDKey)

	_, err = spanlog.ParseSchema("graylog")
	fmt.Println(err)

	// Output:
	// severity logging.googleapis.com/trace
	// schema "graylog": want otel, datadog, ecs, xray, newrelic, honeycomb, zipkin, google or google:PROJECT
}

// Every key can have another name. What is left empty is OpenTelemetry's, or
// slog's.
func ExampleSchema_keys() {
	log := spanlog.Must(spanlog.New(&spanlog.Options{
		Schema: spanlog.Schema{
			TimeKey: "@t", LevelKey: "severity", SourceKey: "at", MessageKey: "text",
			TraceIDKey: "trace", SpanIDKey: "span", TraceFlagsKey: "flags",
			ServiceNameKey: "app", ServiceVersionKey: "release", ServiceEnvKey: "stage", HostKey: "node",
		},
		Service:     spanlog.Service{Name: "shop", Version: "1.4.2", Env: "production", Host: "web-1"},
		ReplaceAttr: removeTime,
	}, spanlog.Console{Writer: os.Stdout, Format: spanlog.Text}))
	defer log.Close()
	log.InfoContext(exampleSpan(), "low on tea")

	// Output:
	// severity=INFO text="low on tea" trace=4bf92f3577b34da6a3ce929d0e0e4736 span=00f067aa0ba902b7 flags=01 app=shop release=1.4.2 stage=production node=web-1
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

// The key is slog's custom. Another one is ReplaceAttr's to set, for all errors.
func ExampleErr_key() {
	log := spanlog.Must(spanlog.New(&spanlog.Options{
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if a.Key == spanlog.ErrorKey {
				a.Key = "err"
			}
			return removeTime(groups, a)
		},
	}, spanlog.Console{Writer: os.Stdout, Format: spanlog.Text}))
	defer log.Close()
	log.Error("no menu", spanlog.Err(fs.ErrNotExist))

	// Output:
	// level=ERROR msg="no menu" err="file does not exist"
}
