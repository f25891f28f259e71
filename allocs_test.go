package spanlog_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/race"
)

// fiveAttrs has a value of each kind that is promised not to allocate.
var fiveAttrs = []slog.Attr{
	slog.String("method", "GET"),
	slog.Int("status", 200),
	slog.Duration("took", 1234567*time.Nanosecond),
	slog.Bool("cached", true),
	slog.Any("error", errors.New("connection refused")),
}

// otherKinds are the scalar kinds that fiveAttrs has no room for.
var otherKinds = []slog.Attr{
	slog.Uint64("u", 1<<63),
	slog.Float64("f", 12.5),
	slog.Float64("small", 1e-9),
	slog.Time("t", time.Unix(1_700_000_000, 123_000_000).UTC()),
	slog.String("quoted", "a \"b\"\n\xff ü"),
}

var spanCtx = trace.ContextWithSpanContext(context.Background(), testSpan)

func TestAllocs(t *testing.T) {
	race.Skip(t)
	msg := "request done"
	log := func(attrs ...slog.Attr) func(*slog.Logger) {
		return func(l *slog.Logger) { l.LogAttrs(spanCtx, slog.LevelInfo, msg, attrs...) }
	}
	group := []slog.Attr{slog.Group("http", slog.String("method", "GET"), slog.Int("status", 200))}
	formats := map[string]spanlog.Formatter{
		"JSON":    spanlog.JSON,
		"Text":    spanlog.Text,
		"Pattern": spanlog.Pattern("[%(levelname)s] %(asctime)s - %(message)s %(trace)s %(attrs)s"),
	}
	sinks := map[string]func(spanlog.Formatter) spanlog.Sink{
		"Writer": func(f spanlog.Formatter) spanlog.Sink { return spanlog.Writer{Writer: io.Discard, Format: f} },
		"File": func(f spanlog.Formatter) spanlog.Sink {
			return spanlog.File{Path: filepath.Join(t.TempDir(), "app.log"), Format: f}
		},
		"Console": func(f spanlog.Formatter) spanlog.Sink { return spanlog.Console{Writer: io.Discard, Format: f} },
	}
	for formatName, format := range formats {
		for sinkName, sink := range sinks {
			for _, c := range []struct {
				name string
				with func(*slog.Logger) *slog.Logger
				log  func(*slog.Logger)
			}{
				{"no attributes", nil, log()},
				{"five attributes", nil, log(fiveAttrs...)},
				{"other kinds", nil, log(otherKinds...)},
				{"a group", nil, log(group...)},
				{"With", func(l *slog.Logger) *slog.Logger { return l.With("a", 1, "b", "two") }, log(fiveAttrs...)},
				{"WithGroup", func(l *slog.Logger) *slog.Logger { return l.WithGroup("g") }, log(fiveAttrs...)},
				{"With and groups", func(l *slog.Logger) *slog.Logger { return l.With("a", 1).WithGroup("g").With("b", 2).WithGroup("h") }, log(group...)},
				{"no span", nil, func(l *slog.Logger) { l.LogAttrs(context.Background(), slog.LevelInfo, msg, fiveAttrs...) }},
				{"disabled", nil, func(l *slog.Logger) { l.LogAttrs(spanCtx, slog.LevelDebug, msg, fiveAttrs...) }},
			} {
				t.Run(formatName+"/"+sinkName+"/"+c.name, func(t *testing.T) {
					owner := spanlog.Must(spanlog.New(nil, sink(format)))
					defer owner.Close()
					l := owner.Logger
					if c.with != nil {
						l = c.with(l)
					}
					wantAllocs(t, 0, func() { c.log(l) })
				})
			}
		}
	}
}

// TestAllocsTwoSinks shows that a second sink of another format costs none.
func TestAllocsTwoSinks(t *testing.T) {
	race.Skip(t)
	l := spanlog.Must(spanlog.New(nil, spanlog.Writer{Writer: io.Discard}, spanlog.Writer{Writer: io.Discard, Format: spanlog.Text}))
	wantAllocs(t, 0, func() { l.LogAttrs(spanCtx, slog.LevelInfo, "m", fiveAttrs...) })
}

// TestAllocsContext shows what attributes on the context cost: nothing.
func TestAllocsContext(t *testing.T) {
	race.Skip(t)
	l := spanlog.Must(spanlog.New(&spanlog.Options{
		FromContext: func(_ context.Context, dst []slog.Attr) []slog.Attr { return append(dst, slog.Int("from", 1)) },
	}, spanlog.Writer{Writer: io.Discard}))
	ctx := spanlog.Scope(spanlog.With(spanCtx, "user", "u1"))
	spanlog.Add(ctx, "order", 17)
	wantAllocs(t, 0, func() { l.LogAttrs(ctx, slog.LevelInfo, "m", fiveAttrs...) })
}

// TestAllocsForeign holds NewHandler to its budget beyond what the handler
// around which it stands allocates itself.
func TestAllocsForeign(t *testing.T) {
	race.Skip(t)
	two, six := fiveAttrs[:2], append(fiveAttrs[:5:5], slog.Int("n", 6))
	for _, c := range []struct {
		name  string
		ctx   context.Context
		attrs []slog.Attr
		with  func(*slog.Logger) *slog.Logger
		want  int
	}{
		{"no span", context.Background(), two, nil, 0},
		{"all fit the record", spanCtx, two, nil, 1},
		{"beyond the record", spanCtx, six, nil, 2},
		{"an open group", spanCtx, two, func(l *slog.Logger) *slog.Logger { return l.WithGroup("g") }, 3},
		{"open groups and attributes", spanCtx, two, func(l *slog.Logger) *slog.Logger { return l.With("a", 1).WithGroup("g").With("b", 2).WithGroup("h") }, 3},
		{"disabled", spanCtx, two, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			bare, l := slog.New(noop{}), slog.New(spanlog.NewHandler(noop{}, nil))
			if c.with != nil {
				l = c.with(l)
			}
			level := slog.LevelInfo
			if c.name == "disabled" {
				level = slog.LevelDebug
			}
			// A record of more than five attributes spills into a slice of slog's.
			own := testing.AllocsPerRun(200, func() { bare.LogAttrs(c.ctx, level, "m", c.attrs...) })
			wantAllocs(t, c.want+int(own), func() { l.LogAttrs(c.ctx, level, "m", c.attrs...) })
		})
	}
}

// noop is a foreign handler that does nothing at level Info and above.
type noop struct{}

func (noop) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelInfo }
func (noop) Handle(context.Context, slog.Record) error    { return nil }
func (n noop) WithAttrs([]slog.Attr) slog.Handler         { return n }
func (n noop) WithGroup(string) slog.Handler              { return n }

// wantAllocs fails if f allocates more often than want.
func wantAllocs(t *testing.T, want int, f func()) {
	t.Helper()
	if got := int(testing.AllocsPerRun(200, f)); got > want {
		t.Errorf("%d allocations, want at most %d", got, want)
	}
}

// TestAllocsAsync: what waits in a queue is in memory that is used again.
func TestAllocsAsync(t *testing.T) {
	race.Skip(t)
	for _, test := range []struct {
		name string
		sink spanlog.Sink
	}{
		{"Async", spanlog.Async{Sink: spanlog.Console{Writer: io.Discard}}},
		{"Async, Limit", spanlog.Async{Sink: spanlog.Limit{Sink: spanlog.Console{Writer: io.Discard}, First: 1 << 30}}},
		{"Limit that holds back", spanlog.Limit{Sink: spanlog.Console{Writer: io.Discard}, First: 1, Every: time.Hour}},
		{"Failover", spanlog.Failover{Sinks: []spanlog.Sink{spanlog.Console{Writer: io.Discard}, spanlog.Console{Writer: io.Discard}}}},
		{"a writer of the program", spanlog.Writer{Writer: writeFunc(func(b []byte) (int, error) { return len(b), nil })}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := open(t, &spanlog.Options{OnError: func(error) {}}, test.sink)
			log := func() { l.LogAttrs(spanCtx, slog.LevelInfo, "request done", fiveAttrs...) }
			for range 20_000 { // the queue, and the memory for what is in it, reach their size
				log()
			}
			flush(t, l)
			// AllocsPerRun will not do: it changes the number of processors,
			// which empties all pools. So do collections, and moves to another
			// processor: what allocates by itself does so in every round.
			const rounds, runs = 20, 1000
			least := math.Inf(1)
			for range rounds {
				flush(t, l) // a queue that is full is another matter
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				for range runs {
					log()
				}
				runtime.ReadMemStats(&after)
				least = min(least, float64(after.Mallocs-before.Mallocs)/runs)
			}
			if least > 0.05 {
				t.Errorf("%.2f allocations", least)
			}
		})
	}
}
