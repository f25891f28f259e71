package spanlog_test

import (
	"context"
	"io"
	"log/slog"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
)

// Ratios within one run are what counts:
//
//	go test -run=^$ -bench=Handle -count=10 . | benchstat -col /h -

// BenchmarkHandle logs five attributes with an active span, through slog's front
// end, to nowhere.
func BenchmarkHandle(b *testing.B) {
	discard := func(f spanlog.Formatter) spanlog.Sink { return spanlog.Writer{Writer: io.Discard, Format: f} }
	logger := func(sinks ...spanlog.Sink) slog.Handler { return spanlog.Must(spanlog.New(nil, sinks...)).Handler() }
	for _, c := range []struct {
		name string
		h    slog.Handler
	}{
		{"floor", noop{}},
		{"slog-JSON-no-trace", slog.NewJSONHandler(io.Discard, nil)},
		{"slog-JSON-wrapper", wrapper{slog.NewJSONHandler(io.Discard, nil)}},
		{"NewHandler-slog-JSON", spanlog.NewHandler(slog.NewJSONHandler(io.Discard, nil), nil)},
		{"JSON", logger(discard(spanlog.JSON))},
		{"Text", logger(discard(spanlog.Text))},
		{"Pattern", logger(discard(spanlog.Pattern("[%(levelname)s] %(asctime)s - %(message)s %(trace)s %(attrs)s")))},
		{"Pretty", logger(discard(spanlog.Pretty))},
		{"JSON-and-Text", logger(discard(spanlog.JSON), discard(spanlog.Text))},
	} {
		b.Run("h="+c.name, func(b *testing.B) {
			log := slog.New(c.h)
			b.ReportAllocs()
			for b.Loop() {
				log.LogAttrs(spanCtx, slog.LevelInfo, "request done", fiveAttrs...)
			}
		})
	}
}

// wrapper is what most programs have today: it adds the ids to each record.
type wrapper struct{ slog.Handler }

func (w wrapper) Handle(ctx context.Context, r slog.Record) error {
	if sc := trace.SpanContextFromContext(ctx); sc.IsValid() {
		r.AddAttrs(slog.String("trace_id", sc.TraceID().String()), slog.String("span_id", sc.SpanID().String()),
			slog.String("trace_flags", sc.TraceFlags().String()))
	}
	return w.Handler.Handle(ctx, r)
}
