package spanlog_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/telemetry"
)

// What the examples share; some tests use it as well.
var (
	// message is a format of the level and the message.
	message = spanlog.Pattern("%(levelname)s %(message)s")

	// removeTime is a ReplaceAttr that keeps the output the same.
	removeTime = func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
)

// exampleSpan is a context with a span, as a tracer returns it.
func exampleSpan() context.Context {
	return trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID:    trace.TraceID{0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36},
		SpanID:     trace.SpanID{0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7},
		TraceFlags: trace.FlagsSampled,
	}))
}

// A record that is logged with a context has the ids of the context's span.
// slog.Info has no context, and so no ids.
func Example() {
	log := spanlog.Must(spanlog.New(&spanlog.Options{ReplaceAttr: removeTime}, spanlog.Console{Writer: os.Stdout}))
	defer log.Close()

	ctx := exampleSpan() // in a program: ctx, span := otel.Tracer("shop").Start(ctx, "place order")
	log.InfoContext(ctx, "order placed", "order", 17)
	log.Info("order placed", "order", 17)

	// Output:
	// {"level":"INFO","msg":"order placed","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","trace_flags":"01","order":17}
	// {"level":"INFO","msg":"order placed","order":17}
}

// The template for main: tracing first, then the logger. At the end it goes the
// other way round: the server stops, the logger closes its sinks, and the last
// spans are sent. That ctx is done by then makes no difference.
//
// It has no output here, as it goes on until a signal comes.
func Example_main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	service := spanlog.Service{Name: "shop", Version: "1.4.2", Env: "production"}

	shutdown, err := telemetry.Start(ctx, telemetry.Options{Service: service})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer shutdown(ctx)

	log := spanlog.Must(spanlog.New(&spanlog.Options{Service: service},
		spanlog.Console{},
		spanlog.File{Path: "shop.log", Level: slog.LevelDebug},
	))
	defer log.Close()
	defer log.FlushOnPanic(ctx)
	slog.SetDefault(log.Logger)

	slog.InfoContext(ctx, "listening", "addr", ":8080")
	<-ctx.Done() // a program serves here
	slog.InfoContext(ctx, "shutting down", "cause", context.Cause(ctx))
}

// Without options and sinks, a logger writes to the console at level Info. That
// cannot fail. It has no output here, since the console is stderr.
func ExampleNew_default() {
	log, err := spanlog.New(nil)
	if err != nil {
		panic(err)
	}
	defer log.Close()
	slog.SetDefault(log.Logger)

	slog.Info("listening", "addr", ":8080")
}

// The error of New is about all that is wrong, by sink and field. Sizes are bytes
// and ages are durations: small numbers are taken for megabytes and days, and
// refused.
func ExampleNew_error() {
	_, err := spanlog.New(&spanlog.Options{Redact: []string{"password", ""}},
		spanlog.File{Path: "app.log", MaxSize: 100, MaxAge: 28},
		spanlog.Writer{},
	)
	fmt.Println(err)

	// Output:
	// options: Redact[1] is empty
	// file sink "app.log": MaxSize is 100 bytes, less than 4096: for megabytes, write 100*spanlog.MiB
	// MaxAge is 28ns, less than 1m0s: for days, write 28*24*time.Hour
	// writer sink <nil>: Writer is nil
}

// A logger that the program cannot do without: a bad option, or a file that cannot
// be opened, is a panic.
func ExampleMust() {
	defer func() { fmt.Println(recover()) }()

	log := spanlog.Must(spanlog.New(nil, spanlog.File{Path: "app.log", MaxFiles: 7}))
	defer log.Close()

	// Output:
	// spanlog: file sink "app.log": MaxFiles is for rotated files, and there are none without MaxSize or Every
}
