// Package wrapper has what programs do without a library to have a trace's ids in
// their records: a handler of a few lines, which the peers' tests and the command
// speed put around the handlers that know nothing of traces.
package wrapper

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel/trace"
)

// A Handler adds the ids and flags of the context's span to each record, if there
// is a span, and leaves the rest to the handler that it has. It can be used by
// several goroutines if that can.
type Handler struct{ slog.Handler }

// Handle gives the record, with the ids, to the handler within, and returns its error.
func (h Handler) Handle(ctx context.Context, r slog.Record) error {
	if sc := trace.SpanContextFromContext(ctx); sc.IsValid() {
		r.AddAttrs(
			slog.String("trace_id", sc.TraceID().String()),
			slog.String("span_id", sc.SpanID().String()),
			slog.String("trace_flags", sc.TraceFlags().String()),
		)
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs returns a Handler around the WithAttrs of the handler within.
func (h Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return Handler{h.Handler.WithAttrs(attrs)}
}

// WithGroup returns a Handler around the WithGroup of the handler within.
func (h Handler) WithGroup(name string) slog.Handler { return Handler{h.Handler.WithGroup(name)} }
