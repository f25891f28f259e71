package spanlog_test

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/spanend"
)

// BenchmarkRules: what level rules cost a record that they keep out. A record that is
// below all of them is told apart by slog's question Enabled; one below its package's only
// has been made already, so it is compared with one that a handler does nothing with.
//
//	go test -run=^$ -bench=Rules -count=10 . | benchstat -col /way -
func BenchmarkRules(b *testing.B) {
	logger := func(level slog.Leveler) slog.Handler {
		return spanlog.Must(spanlog.New(nil, spanlog.Writer{Writer: io.Discard, Level: level})).Handler()
	}
	for _, c := range []struct {
		record string
		level  slog.Level
		way    string
		h      slog.Handler
	}{
		{"disabled-for-all", slog.LevelDebug, "without", logger(slog.LevelInfo)},
		{"disabled-for-all", slog.LevelDebug, "rules", logger(spanlog.Levels("info, github.com/acme/shop/db=warn"))},
		{"disabled-for-all", slog.LevelDebug, "LevelVar", logger(new(slog.LevelVar))},
		{"rejected", slog.LevelInfo, "floor", noop{}},
		{"rejected", slog.LevelInfo, "by-package", logger(spanlog.Levels("debug, spanlog_test=warn"))},
		{"rejected", slog.LevelInfo, "by-name", logger(spanlog.Levels("debug, shop=warn")).WithAttrs([]slog.Attr{slog.String(spanlog.NameKey, "shop.db")})},
	} {
		b.Run("record="+c.record+"/way="+c.way, func(b *testing.B) {
			log := slog.New(c.h)
			b.ReportAllocs()
			for b.Loop() {
				log.LogAttrs(spanCtx, c.level, "request done", fiveAttrs...)
			}
		})
	}
}

// BenchmarkHeld: what a record costs that a FlightRecorder holds, beside one that is
// written to nowhere. Each trace has twenty, and ends.
//
//	go test -run=^$ -bench=Held -count=10 . | benchstat -col /way -
func BenchmarkHeld(b *testing.B) {
	discard := spanlog.Writer{Writer: io.Discard}
	for _, c := range []struct {
		way   string
		sink  spanlog.Sink
		level slog.Level
	}{
		{"emitted", discard, slog.LevelInfo},
		{"held", spanlog.FlightRecorder{Sink: discard}, slog.LevelDebug},
		{"passed", spanlog.FlightRecorder{Sink: discard}, slog.LevelInfo},
	} {
		b.Run("way="+c.way, func(b *testing.B) {
			log := open(b, nil, c.sink)
			ids := newTraceIDs()
			var ctx context.Context
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				if n%20 == 0 {
					ctx = ids.next()
				}
				log.LogAttrs(ctx, c.level, "request done", fiveAttrs...)
			}
		})
	}
}

// BenchmarkHeldRatio compares the two in pairs of short rounds, one right after the other, so
// that what else the machine does is the same for both: it gives the median of their ratio,
// and its upper quartile.
//
//	go test -run=^$ -bench=HeldRatio -benchtime=1500x .
func BenchmarkHeldRatio(b *testing.B) {
	discard := spanlog.Writer{Writer: io.Discard}
	emitted, held := open(b, nil, discard), open(b, nil, spanlog.FlightRecorder{Sink: discard})
	ids := newTraceIDs()
	round := func(log *spanlog.Logger, level slog.Level, ctx func() context.Context) time.Duration {
		start := time.Now()
		for range 100 {
			ctx := ctx()
			for range 20 {
				log.LogAttrs(ctx, level, "request done", fiveAttrs...)
			}
		}
		return time.Since(start)
	}
	rounds := []func() time.Duration{
		func() time.Duration {
			return round(emitted, slog.LevelInfo, func() context.Context { return ids.all[0] })
		},
		func() time.Duration { return round(held, slog.LevelDebug, ids.next) },
	}
	var ratios []float64
	for n := range b.N {
		var took [2]time.Duration
		for i := range took {
			which := (i + n) % 2 // each is the first as often
			took[which] = rounds[which]()
		}
		ratios = append(ratios, float64(took[1])/float64(took[0]))
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "held/emitted")
	b.ReportMetric(ratios[len(ratios)*3/4], "upper-quartile")
}

// traceIDs are contexts of some traces, over and over. As a span processor would, next says
// that the trace before has ended, and that another has begun.
type traceIDs struct {
	all []context.Context
	n   int
}

func newTraceIDs() *traceIDs {
	t := new(traceIDs)
	for i := range 1024 {
		id := trace.TraceID{0: 1, 8: byte(i >> 8), 15: byte(i)}
		t.all = append(t.all, trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: trace.SpanID{1}, TraceFlags: 1})))
	}
	return t
}

func (t *traceIDs) next() context.Context {
	if spanend.Listening() {
		spanend.Ended(spanend.End{Trace: trace.SpanContextFromContext(t.all[t.n%len(t.all)]).TraceID(), Root: true})
		t.n++
		spanend.RootStarted(trace.SpanContextFromContext(t.all[t.n%len(t.all)]).TraceID())
	}
	return t.all[t.n%len(t.all)]
}
