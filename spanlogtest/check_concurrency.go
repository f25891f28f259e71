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
	// One handler, as most programs have one.
	{
		name:   "concurrent/handle",
		rule:   "concurrent calls of Handle each put out their own record, whole and once, with their own span",
		source: concurrently,
		run: func(p *probe) {
			crowd(p, inPlace, func(s *session, worker int) func(ctx context.Context, n int) {
				return func(ctx context.Context, n int) {
					l := slog.New(s.bind(ctx, s.handler))
					l.Info("m", "n", n, "first", slow{}, slog.Group("g", "second", slow{}), "worker", worker)
				}
			})
		},
	},
	// Handlers of goroutines' own, as with a logger per request. What they share is below.
	{
		name:   "concurrent/derived",
		rule:   "derived handlers may be used concurrently with each other",
		source: concurrently,
		run: func(p *probe) {
			crowd(p, inPlace, func(s *session, worker int) func(ctx context.Context, n int) {
				h := s.handler.WithAttrs([]slog.Attr{slog.Int("worker", worker)})
				return func(ctx context.Context, n int) {
					slog.New(s.bind(ctx, h)).Info("m", "n", n, "first", slow{}, slog.Group("g", "second", slow{}))
				}
			})
		},
	},
	// One parent from which all derive at once: what append does to a shared array, at the
	// moment that is worst.
	{
		name:   "concurrent/derive",
		rule:   "handlers may be derived from one parent concurrently",
		source: concurrently,
		run: func(p *probe) {
			crowd(p, flat, func(s *session, worker int) func(ctx context.Context, n int) {
				if s.shared == nil {
					s.shared = roomy(s.handler)
				}
				return func(ctx context.Context, n int) {
					l := slog.New(s.bind(ctx, s.shared))
					if n%2 == 0 {
						l = l.With("worker", worker)
						runtime.Gosched()
						l = l.WithGroup(groupOf(worker))
					} else {
						l = l.WithGroup(groupOf(worker))
						runtime.Gosched()
						l = l.With("worker", worker)
					}
					l.With("n", n, slog.Group("g", "second", "done")).Info("m", "third", slow{})
				}
			})
		},
	},
}

// Enough for calls to overlap many times, few enough for the race detector. Each record has a
// LogValuer that gives way to others (slow) in the record and one in a group, so that two calls
// of Handle are in the middle of their work at the same time.
const (
	workers = 8
	rounds  = 12
)

// crowd lets many goroutines log at once. Each gets a function from start, one
// after the other, and calls it with contexts of different spans. In what read
// makes of the records there must be the attributes worker and n, and a group g
// in which second is done.
func crowd(p *probe, read func(map[string]any) map[string]any, start func(s *session, worker int) func(ctx context.Context, n int)) {
	for _, span := range twoKinds {
		s := p.session(span)
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
		s.checkCrowd(read)
	}
}

// checkCrowd does for crowd what close does for records in order.
func (s *session) checkCrowd(read func(map[string]any) map[string]any) {
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
		attrs := read(m)
		id := [2]string{fmt.Sprint(attrs["worker"]), fmt.Sprint(attrs["n"])}
		sc, ok := left[id]
		if !ok {
			s.errorf("concurrently", "the record is there twice or was never logged: %s", brief(m))
			continue
		}
		delete(left, id)
		if g, ok := attrs["g"].(map[string]any); !ok || g["second"] != "done" {
			s.errorf("concurrently", "the record is not whole: %s", brief(m))
		}
		for w := range workers {
			if _, other := attrs[groupOf(w)]; other && fmt.Sprint(w) != id[0] {
				s.errorf("concurrently", "the record of worker %s is in the group of worker %d: %s", id[0], w, brief(m))
			}
		}
		if !fields {
			continue // they are wrong when there is no crowd, too
		}
		for _, problem := range s.p.checkIDs(m, sc) {
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
	// It records, as the first span does, for handlers that pass others over.
	return localSpan("", span.sc.WithSpanID(trace.SpanID{0xa0, byte(worker), byte(n)})).ctx
}

// roomy returns a handler that has room at the end of whatever it keeps: append
// leaves some at three groups, and at three attributes.
func roomy(h slog.Handler) slog.Handler {
	for _, name := range []string{"x", "y", "z"} {
		h = h.WithGroup(name)
	}
	for i := range 3 {
		h = h.WithAttrs([]slog.Attr{slog.Int(fmt.Sprintf("shared%d", i), i)})
	}
	return h
}

// groupOf returns the name of the group that a worker opens.
func groupOf(worker int) string { return fmt.Sprintf("group%d", worker) }

// inPlace reads records that have their attributes at the root. For others there
// is flat: which group an attribute is in is for groups/* to see.
func inPlace(m map[string]any) map[string]any { return m }

// slow is a LogValuer that lets the others go first, so that two calls of
// Handle overlap even if there is only one processor.
type slow struct{}

func (slow) LogValue() slog.Value {
	runtime.Gosched()
	return slog.StringValue("done")
}
