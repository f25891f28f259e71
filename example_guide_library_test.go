package spanlog_test

import (
	"context"
	"log/slog"
	"os"

	"github.com/spanlog/spanlog"
)

// A boundHandler logs what comes without a context as if it came with one.
type boundHandler struct {
	slog.Handler
	ctx context.Context
}

func (h boundHandler) Handle(_ context.Context, r slog.Record) error {
	return h.Handler.Handle(h.ctx, r)
}

func (h boundHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return boundHandler{h.Handler.WithAttrs(attrs), h.ctx}
}

func (h boundHandler) WithGroup(name string) slog.Handler {
	return boundHandler{h.Handler.WithGroup(name), h.ctx}
}

// library takes a logger, and calls it without a context.
func library(log *slog.Logger) { log.Info("retrying", "attempt", 2) }

// A library that logs without a context can be given a logger that has one: for the
// time of a request, say, if it makes a client for each.
func Example_boundLogger() {
	log := spanlog.Must(spanlog.New(nil, spanlog.Console{Writer: os.Stdout, Format: shortIDs}))
	defer log.Close()
	ctx := spanlog.With(exampleSpan(), "user", "ann")

	library(log.Logger)
	library(slog.New(boundHandler{log.Handler(), ctx}))

	// Output:
	// trace=0 span=0 retrying attempt=2
	// trace=4b span=00 retrying user=ann attempt=2
}
