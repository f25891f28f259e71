package spanlog_test

import (
	"bufio"
	"context"
	"log/slog"
	"os"

	"github.com/spanlog/spanlog"
)

// Around a handler that is there already, one line adds the trace fields. They
// stand at the root, whatever groups the logger has open.
func ExampleNewHandler() {
	next := slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: removeTime})
	log := slog.New(spanlog.NewHandler(next, nil))
	ctx := exampleSpan()

	log.InfoContext(ctx, "order placed", "order", 17)
	log.With("shop", "leipzig").WithGroup("db").InfoContext(ctx, "query", "rows", 3)
	log.Info("no context, no span")

	// Output:
	// {"level":"INFO","msg":"order placed","order":17,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","trace_flags":"01"}
	// {"level":"INFO","msg":"query","shop":"leipzig","db":{"rows":3},"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","trace_flags":"01"}
	// {"level":"INFO","msg":"no context, no span"}
}

// Options are for the records on their way to the other handler: its own level
// still counts, and so do its AddSource and ReplaceAttr.
func ExampleNewHandler_options() {
	next := slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: removeTime})
	log := slog.New(spanlog.NewHandler(next, &spanlog.Options{
		Level:   slog.LevelInfo,
		Schema:  spanlog.SchemaZipkin,
		Service: spanlog.Service{Name: "shop"},
		Redact:  []string{"password"},
	}))

	log.Debug("below the level of the options")
	log.InfoContext(exampleSpan(), "sign in", "user", "ann", "password", "hunter2")

	// Output:
	// level=INFO msg="sign in" service.name=shop user=ann password=[REDACTED] traceId=4bf92f3577b34da6a3ce929d0e0e4736 spanId=00f067aa0ba902b7
}

// bufferedHandler is a handler whose writer has a buffer.
type bufferedHandler struct {
	slog.Handler
	buffer *bufio.Writer
}

func (h bufferedHandler) Flush() error { return h.buffer.Flush() }

// A handler that has a method Flush is flushed through the one around it, without
// who calls it having to know which handler that is.
func ExampleHandler_Flush() {
	buffer := bufio.NewWriter(os.Stdout)
	next := bufferedHandler{slog.NewTextHandler(buffer, &slog.HandlerOptions{ReplaceAttr: removeTime}), buffer}
	slog.New(spanlog.NewHandler(next, nil)).Info("last words")

	h := spanlog.NewHandler(next, nil)
	if err := h.Flush(context.Background()); err != nil {
		panic(err)
	}

	// Output:
	// level=INFO msg="last words"
}
