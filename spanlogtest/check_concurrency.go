package spanlogtest

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"sync"

	"go.opentelemetry.io/otel/trace"
)

const concurrently = `log/slog, Handler: "Any of the Handler's methods may be called concurrently with itself or with other methods."`

// Without the race detector these checks find records that are torn or mixed
// up; with it they also find races that have no effect yet.
var concurrencyChecks = []check{
	{
		name:   "concurrent/handle",
		rule:   "concurrent calls of Handle each put out their own record, whole and once, with their own span",
		source: concurrently,
		run: func(p *probe) {
			crowd(p, func(s *session, worker int) func(ctx context.Context, n int) {
				return func(ctx context.Context, n int) {
					l := slog.New(s.bind(ctx, s.handler))
					l.Info("m", "n", n, "first", slow{}, slog.Group("g", "second", slow{}), "worker", worker)
				}
			})
		},
	},
	{
		name:   "concurrent/derived",
		rule:   "derived handlers may be used concurrently with each other",
		source: concurrently,
		run: func(p *probe) {
			crowd(p, func(s *session, worker int) func(ctx context.Context, n int) {
				h := s.handler.WithAttrs([]slog.Attr{slog.Int("worker", worker)})
				return func(ctx context.Context, n int) {
					slog.New(s.bind(ctx, h)).Info("m", "n", n, "first", slow{}, slog.Group("g", "second", slow{}))
				}
			})
		},
	},
	{
		name:   "concurrent/derive",
		rule:   "handlers may be derived from one parent concurrently",
		source: concurrently,
		run: func(p *probe) {
			crowd(p, func(s *session, worker int) func(ctx context.Context, n int) {
				return func(ctx context.Context, n int) {
					// The parent has room at the end of whatever it keeps.
					l := slog.New(s.bind(ctx, s.shared)).With("worker", worker)
					runtime.Gosched()
					l.With("n", n).WithGroup("g").With("second", "done").Info("m", "third", slow{})
				}
			})
		},
	},
}

// Enough for calls to overlap many times, few enough for the race detector.
const (
	workers = 8
	rounds  = 12
)

// crowd lets many goroutines log at once. Each gets a function from start, one
// after the other, and calls it with contexts of different spans. The records
// must have the attributes worker and n.
func crowd(p *probe, start func(s *session, worker int) func(ctx context.Context, n int)) {
	for _, span := range twoKinds {
		s := p.session(span)
		s.shared = s.handler
		for i := range 3 {
			s.shared = s.shared.WithAttrs([]slog.Attr{slog.Int(fmt.Sprintf("shared%d", i), i)})
		}
		var wg sync.WaitGroup
		for w := range workers {
			log := start(s, w)
			wg.Go(func() {
				defer func() {
					if v := recover(); v != nil {
						s.errorf("concurrently", "the handler panicked: %v", v)
					}
				}()
				for n := range rounds {
					log(contextOf(span, w, n), n)
				}
			})
		}
		wg.Wait()
		s.checkCrowd()
	}
}

// checkCrowd does for crowd what close does for records in order.
func (s *session) checkCrowd() {
	got := s.results()
	if want := 1 + workers*rounds; len(got) != want {
		s.errorf("concurrently", "got %d records, want %d", len(got), want)
	}
	fields := len(got) > 0 && len(s.p.checkTrace(got[0], s.span.sc)) == 0
	left := map[[2]string]trace.SpanContext{}
	for w := range workers {
		for n := range rounds {
			ctx := contextOf(s.span, w, n)
			left[[2]string{fmt.Sprint(w), fmt.Sprint(n)}] = trace.SpanContextFromContext(ctx)
		}
	}
	for _, m := range got[min(1, len(got)):] { // the first began the session
		id := [2]string{fmt.Sprint(m["worker"]), fmt.Sprint(m["n"])}
		sc, ok := left[id]
		if !ok {
			s.errorf("concurrently", "the record is there twice or was never logged: %s", brief(m))
			continue
		}
		delete(left, id)
		if g, ok := m["g"].(map[string]any); !ok || g["second"] != "done" {
			s.errorf("concurrently", "the record is not whole: %s", brief(m))
		}
		if !fields {
			continue // as in close
		}
		for _, problem := range s.p.checkTrace(m, sc) {
			s.errorf("concurrently", "%s", problem)
		}
	}
	for id := range left {
		s.errorf("concurrently", "the record of worker %s, n %s, is missing", id[0], id[1])
	}
}

// contextOf returns the context for a worker's n-th record: a span of its own,
// if the kind of span is one.
func contextOf(span spanKind, worker, n int) context.Context {
	if !span.sc.IsValid() {
		return span.ctx
	}
	sc := span.sc.WithSpanID(trace.SpanID{0xa0, byte(worker), byte(n)})
	return trace.ContextWithSpanContext(context.Background(), sc)
}

// slow is a LogValuer that lets the others go first, so that two calls of
// Handle overlap even if there is only one processor.
type slow struct{}

func (slow) LogValue() slog.Value {
	runtime.Gosched()
	return slog.StringValue("done")
}
