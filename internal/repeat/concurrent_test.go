package repeat

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestConcurrent: many goroutines, with times that go on, and now and then back,
// lose no record between them, while others ask for what is due.
func TestConcurrent(t *testing.T) {
	const goroutines, records = 8, 5000
	for _, size := range []int{1, 3, 1000} {
		t.Run(fmt.Sprintf("size %d", size), func(t *testing.T) {
			t.Parallel()
			table := New(2, time.Millisecond, size)
			var now, passed, held atomic.Int64
			sum := func(due []Summary) {
				for _, s := range due {
					if s.Count < 1 || s.Message == "" || s.Until.Before(s.Since) {
						t.Errorf("summary %+v", s)
					}
					held.Add(int64(s.Count))
				}
			}

			var wg sync.WaitGroup
			for g := range goroutines {
				wg.Go(func() {
					random := rand.New(rand.NewPCG(1, uint64(g)))
					var due []Summary
					for i := range records {
						at := base.Add(time.Duration(now.Add(random.Int64N(int64(20 * time.Microsecond)))))
						if i%1000 == 0 {
							at = at.Add(-time.Hour)
						}
						message := fmt.Sprintf("message %d", random.IntN(10))
						var pass bool
						if pass, due = table.Pass(at, slog.LevelInfo, message, due[:0]); pass {
							passed.Add(1)
						}
						sum(due)
						if i%100 == 0 {
							due, _ = table.Due(at, i%200 == 0, due[:0])
							sum(due)
						}
					}
				})
			}
			wg.Wait()
			check(t, table)
			due, _ := table.Due(base, true, nil)
			sum(due)
			if got := passed.Load() + held.Load(); got != goroutines*records {
				t.Errorf("%d passed and %d were held back, of %d", passed.Load(), held.Load(), goroutines*records)
			}
		})
	}
}

// TestFirstOfMany: of the records that come at the same time on many goroutines,
// exactly the number passes that may.
func TestFirstOfMany(t *testing.T) {
	const first, goroutines, records, messages = 5, 8, 500, 20
	table := New(first, time.Hour, messages)
	var passed [messages]atomic.Int64
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for i := range records * messages {
				m := i % messages
				if pass, _ := table.Pass(base, slog.LevelInfo, fmt.Sprint(m), nil); pass {
					passed[m].Add(1)
				}
			}
		})
	}
	wg.Wait()
	for m := range passed {
		if got := passed[m].Load(); got != first {
			t.Errorf("message %d: %d have passed", m, got)
		}
	}
	due, _ := table.Due(base, true, nil)
	if len(due) != messages {
		t.Fatalf("%d summaries", len(due))
	}
	for _, s := range due {
		if s.Count != goroutines*records-first {
			t.Errorf("message %s: %d were held back", s.Message, s.Count)
		}
	}
}
