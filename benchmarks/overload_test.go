package benchmarks

import (
	"context"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spanlog/spanlog"
)

// BenchmarkBlockedPipe reports how long Handle takes with a console that nobody
// reads, behind an Async whose queue is full for nearly all of the time: the
// distribution, in nanoseconds, over all b.N records of two goroutines. There is
// nothing to compare it with: without an Async, it takes for ever.
func BenchmarkBlockedPipe(b *testing.B) {
	for _, test := range []struct {
		name  string
		async spanlog.Async
	}{
		{"DropNewest", spanlog.Async{}},
		{"DropOldest", spanlog.Async{Overflow: spanlog.DropOldest}},
		{"Block=1ms", spanlog.Async{Overflow: spanlog.Block, MaxBlock: time.Millisecond}},
	} {
		b.Run(test.name, func(b *testing.B) {
			r, w, err := os.Pipe()
			if err != nil {
				b.Fatal(err)
			}
			test.async.Sink = spanlog.Console{Writer: w}
			l, err := spanlog.New(&spanlog.Options{OnError: func(error) {}}, test.async)
			if err != nil {
				b.Fatal(err)
			}
			took := [2][]time.Duration{}
			var wg sync.WaitGroup
			for g := range took {
				took[g] = make([]time.Duration, 0, b.N/2+1)
				wg.Go(func() {
					h := l.Handler()
					for i := range b.N/2 + 1 {
						rec := slog.NewRecord(time.Now(), slog.LevelInfo, "m", 0)
						rec.AddAttrs(slog.Int("i", i), slog.Int("goroutine", g))
						start := time.Now()
						_ = h.Handle(context.Background(), rec)
						took[g] = append(took[g], time.Since(start))
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			_ = r.Close() // the console ends with an error
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			if err := l.Shutdown(ctx); err != nil && !strings.Contains(err.Error(), "broken pipe") {
				b.Log(err)
			}
			_ = w.Close()
			all := slices.Sorted(slices.Values(append(took[0], took[1]...)))
			b.ReportMetric(0, "ns/op")
			for _, p := range []struct {
				name string
				part float64
			}{{"p50-ns", 0.5}, {"p99-ns", 0.99}, {"p99.9-ns", 0.999}, {"max-ns", 1}} {
				b.ReportMetric(float64(all[min(int(p.part*float64(len(all))), len(all)-1)]), p.name)
			}
		})
	}
}
