package spanlog_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// TestLimit: of each level and message the first of an interval pass, and the rest
// are told when it is over, by a timer or by the next record, whichever comes
// first; and at the end.
func TestLimit(t *testing.T) {
	type logs struct {
		after time.Duration
		level slog.Level
		msg   string
		times int
	}
	const info, warn = slog.LevelInfo, slog.LevelWarn
	for _, test := range []struct {
		name  string
		limit spanlog.Limit
		logs  []logs
		want  string
	}{
		{"few", spanlog.Limit{First: 2}, []logs{{0, info, "a", 2}}, "a a"},
		{"the rest is counted", spanlog.Limit{First: 2}, []logs{{0, info, "a", 5}}, `a a spanlog: "a" repeated 3 times in 0.0s`},
		{"one", spanlog.Limit{First: 2}, []logs{{0, info, "a", 3}}, `a a spanlog: "a" repeated 1 time in 0.0s`},
		{"each message", spanlog.Limit{First: 1}, []logs{{0, info, "a", 2}, {0, info, "b", 1}}, `a b spanlog: "a" repeated 1 time in 0.0s`},
		{"each level", spanlog.Limit{First: 1}, []logs{{0, info, "a", 1}, {0, warn, "a", 1}}, `a a`},
		{"the next interval", spanlog.Limit{First: 1}, []logs{{0, info, "a", 2}, {1100 * time.Millisecond, info, "a", 2}},
			`a spanlog: "a" repeated 1 time in 0.0s a spanlog: "a" repeated 1 time in 0.0s`},
		{"within it", spanlog.Limit{First: 1, Every: 10 * time.Second}, []logs{{0, info, "a", 2}, {9 * time.Second, info, "a", 1}, {2 * time.Second, info, "b", 1}},
			`a spanlog: "a" repeated 2 times in 9.0s b`},
		{"defaults", spanlog.Limit{}, []logs{{0, info, "a", 150}, {5 * time.Second, info, "b", 1}}, repeated("a ", 100) + `spanlog: "a" repeated 50 times in 0.0s b`},
		{"a forgotten one is told", spanlog.Limit{First: 1, MaxMessages: 1}, []logs{{0, info, "a", 3}, {0, info, "b", 1}, {0, info, "a", 1}},
			`a spanlog: "a" repeated 2 times in 0.0s b a`},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var buf bytes.Buffer
				test.limit.Sink = spanlog.Writer{Writer: &buf}
				l := open(t, nil, test.limit)
				sent := 0
				for _, do := range test.logs {
					time.Sleep(do.after)
					synctest.Wait()
					for range do.times {
						l.Log(bg, do.level, do.msg, "n", sent)
						sent++
					}
				}
				if err := l.Close(); err != nil {
					t.Fatal(err)
				}
				assert.Equal(t, "delivered", messages(t, buf.String()), test.want)
				checkSum(t, l.Stats().Sinks[0], sent)
			})
		})
	}
}

func repeated(s string, n int) (out string) {
	for range n {
		out += s
	}
	return out
}

// TestLimitSummary: the summary has the level of what it stands for, and the count
// as a number.
func TestLimitSummary(t *testing.T) {
	var buf bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		l := open(t, nil, spanlog.Limit{Sink: spanlog.Writer{Writer: &buf}, First: 1})
		for range 4 {
			l.Error("a", "password", "x")
		}
		if s := l.Stats().Sinks[0]; s.LastError != "" || fmt.Sprint(s.Dropped) != "[{ERROR limited 3}]" {
			t.Errorf("to hold back is no error: %+v", s)
		}
		_ = l.Close()
	})
	lines := bytes.Split(bytes.TrimSpace(buf.Bytes()), []byte("\n"))
	got := parsed(t, string(lines[len(lines)-1]))
	if got["level"] != "ERROR" || got["repeated"] != 3.0 || got["password"] != nil {
		t.Errorf("got %v", got)
	}
}

// TestLimitLate: after Shutdown nothing is held back, since nobody would be told.
func TestLimitLate(t *testing.T) {
	var buf bytes.Buffer
	l := open(t, nil, spanlog.Limit{Sink: spanlog.Console{Writer: &buf}, First: 1})
	_ = l.Close()
	for range 3 {
		l.Info("late")
	}
	assert.Equal(t, "delivered", messages(t, buf.String()), "late late late")
}

// TestLimitManyMessages: each summary is written, also if it becomes due while
// others are being written to a slow sink.
func TestLimitManyMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const messages, each = 500, 20
		var told, passed atomic.Int64
		count := funcHandler{handle: func(r slog.Record) error {
			time.Sleep(time.Millisecond)
			passed.Add(1)
			r.Attrs(func(a slog.Attr) bool {
				if a.Key == "repeated" {
					told.Add(a.Value.Int64())
					passed.Add(-1)
				}
				return true
			})
			return nil
		}}
		l := open(t, nil, spanlog.Limit{Sink: spanlog.Relay{Handler: count}, First: 1, Every: 100 * time.Millisecond})
		for i := range messages * each {
			l.Info(fmt.Sprint("m", i/each))
		}
		time.Sleep(10 * time.Second)
		if n := told.Load() + passed.Load(); n != messages*each {
			t.Errorf("%d passed and %d were told, of %d", passed.Load(), told.Load(), messages*each)
		}
	})
}

// TestLimitSinkFails: a summary that the sink does not take is told when it does.
func TestLimitSinkFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFlaky()
		l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Limit{Sink: spanlog.Writer{Writer: f}, First: 1})
		for range 50 {
			l.Info("m")
		}
		f.set("fail")
		time.Sleep(1500 * time.Millisecond)
		f.set("work")
		time.Sleep(10 * time.Second)
		if err := l.Close(); err != nil { // nobody writes any more
			t.Error(err)
		}
		if n := len(f.tried); n != 3 { // the record, and the summary twice
			t.Errorf("the sink was called %d times, at %v", n, f.tried)
		}
		assert.Equal(t, "delivered", messages(t, f.String()), `m spanlog: "m" repeated 49 times in 0.0s`)
		checkSum(t, l.Stats().Sinks[0], 50)
	})
}

// TestLimitGoexit: a sink that ends the goroutine when it is told of repeats costs neither the
// record that is being logged nor what it was told.
func TestLimitGoexit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var buf bytes.Buffer
		var ends atomic.Bool
		ends.Store(true)
		l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Limit{First: 1, MaxMessages: 1, Sink: spanlog.Writer{
			Writer: writeFunc(func(b []byte) (int, error) {
				if ends.Load() && bytes.Contains(b, []byte("repeated")) {
					runtime.Goexit()
				}
				return buf.Write(b)
			}),
		}})
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range 5 {
				l.Info("m")
			}
			l.Info("n") // for which m is forgotten, and told of
		}()
		<-done
		ends.Store(false)
		time.Sleep(2 * time.Second)
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		assert.Equal(t, "messages", messages(t, buf.String()), `m n spanlog: "m" repeated 4 times in 0.0s`)
		if s := l.Stats().Sinks[0]; fmt.Sprint(s.Dropped) != "[{INFO limited 4}]" || s.Delivered != 3 {
			t.Errorf("delivered %d, dropped %v", s.Delivered, s.Dropped)
		}
	})
}
