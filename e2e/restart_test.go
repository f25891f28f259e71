package e2e_test

import (
	"context"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/spanlog/spanlog/internal/zipkin"
)

// restartRate is how many spans TestZipkinRestart makes in a second.
const restartRate = 1000

// TestZipkinRestart makes spans all the while a real Zipkin is killed and comes
// back. SPANLOG_RESTART is for how long, as a duration.
//
// A Zipkin that is killed forgets what it had in memory. So what has arrived is
// known from its acknowledgements, and asked for only as far as they came from the
// second one.
func TestZipkinRestart(t *testing.T) {
	jar := tool(t, "SPANLOG_ZIPKIN_JAR")
	length := 12 * time.Second
	if s := os.Getenv("SPANLOG_RESTART"); s != "" {
		var err error
		if length, err = time.ParseDuration(s); err != nil || length <= 0 {
			t.Fatalf("SPANLOG_RESTART: %q: want a duration such as 30s", s)
		}
	}
	tests := []struct {
		name      string
		queueSize int // 0: the default
	}{
		{"default queue", 0},
		{"queue for all", 1 << 17},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.queueSize > 0 {
				t.Setenv("OTEL_BSP_MAX_QUEUE_SIZE", strconv.Itoa(test.queueSize))
			}
			port, err := freePort()
			if err != nil {
				t.Fatal(err)
			}
			first, err := runZipkin(jar, port)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(first.kill)
			l, shutdown := openLedger(t, first.URL)
			stopSpans := l.makeSteadily(restartRate)

			time.Sleep(length / 2)
			killed := time.Now()
			first.kill()
			second, err := runZipkin(jar, port)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(second.kill)
			back := l.nextServer()
			if left := length/2 - back.Sub(killed); left > 0 {
				time.Sleep(left)
			}
			// A batch that waits for its next attempt holds up the others.
			eventually(t, "spans arrive at the second Zipkin", func() bool { return len(l.ackedBy(1)) > 0 })
			stopSpans()
			if err := shutDown(t, shutdown, patience); err != nil {
				t.Logf("shutdown: %v", err)
			}

			made, arrived, lost := l.balance(t)
			t.Logf("%d spans made, %d arrived (%d of them at the second Zipkin), %d lost: %s",
				made, arrived, len(l.ackedBy(1)), lost, l.reasons())
			t.Logf("Zipkin was away for %v; %d spans ended in that time, of which %d are lost",
				back.Sub(killed).Round(time.Millisecond), l.between(killed, back, false), l.between(killed, back, true))
			if n := l.lostBecause("queue is full"); test.queueSize > made && n != 0 {
				t.Errorf("a queue for %d spans was too full for %d of %d", test.queueSize, n, made)
			}
			l.checkReadable(t, second)
		})
	}
}

// makeSteadily makes traces of ten spans each, so many spans in a second, until it
// is stopped. A machine that was busy with other things is made up for.
func (l *ledger) makeSteadily(rate int) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		const each = 10
		begin := time.Now()
		for made := 0; ctx.Err() == nil; {
			for due := int(time.Since(begin).Seconds() * float64(rate)); made+each <= due; made += each {
				l.make(each)
			}
			time.Sleep(time.Millisecond)
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// nextServer notes that another server answers from now on.
func (l *ledger) nextServer() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.server++
	return time.Now()
}

// ackedBy returns the spans that one of the servers has acknowledged, in the order
// in which they were made.
func (l *ledger) ackedBy(server int) (spans []madeSpan) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.made {
		if by, ok := l.acked[s.id]; ok && by == server {
			spans = append(spans, s)
		}
	}
	return spans
}

// between returns how many spans were made in a time, or lost of those.
func (l *ledger) between(from, to time.Time, lost bool) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.made {
		_, ok := l.acked[s.id]
		if s.at.After(from) && s.at.Before(to) && !(lost && ok) {
			n++
		}
	}
	return n
}

// lostBecause returns how many spans were lost for a reason.
func (l *ledger) lostBecause(reason string) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.lost {
		if e.Err.Error() == reason {
			n += e.Spans
		}
	}
	return n
}

// checkReadable asks the second Zipkin for some of the spans that it has
// acknowledged, from the first to the last.
func (l *ledger) checkReadable(t *testing.T, z *zipkinServer) {
	t.Helper()
	acked := l.ackedBy(1)
	if len(acked) == 0 {
		t.Error("the second Zipkin has acknowledged nothing")
		return
	}
	for i := 0; i < len(acked); i += max(1, len(acked)/50) {
		s := acked[i]
		eventually(t, "a span that Zipkin has acknowledged can be read", func() bool {
			return slices.ContainsFunc(z.trace(t, s.trace.String()), func(got zipkin.Span) bool {
				return got.ID == s.id.String()
			})
		})
	}
}
