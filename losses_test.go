package spanlog_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// tellers are the kinds of sinks that are told of their losses when a second has
// passed. An Async tells as soon as its queue is empty.
func tellers() (some []int) {
	for i, kind := range kinds {
		if !strings.HasPrefix(kind.name, "Async") {
			some = append(some, i)
		}
	}
	return some
}

// TestNotices: what a sink has lost is told to it: once, with the right numbers,
// among the records.
func TestNotices(t *testing.T) {
	const broken5 = "broken off after 5 failures in a row: broken"
	for _, test := range []struct{ name, script, want string }{
		{"nothing lost", "i 2s i flush i close", "1 2 3"},
		{"with the first success", "fail i 1s work i i", "2 spanlog: 1 record dropped in 1.0s (1 INFO): broken 3"},
		{"of several levels", "fail 2i e d 2i t 1.5s work i", "8 spanlog: 7 records dropped in 1.5s (1 TRACE, 1 DEBUG, 4 INFO, 1 ERROR): " + broken5},
		{"not within a second", "fail i 999ms work i", "2"},
		{"but then", "fail i 500ms work i 500ms i i", "2 3 spanlog: 1 record dropped in 1.0s (1 INFO): broken 4"},
		{"not before the next record", "fail i 500ms work i 1h", "2"},
		{"while some still fail", "fail i 500ms work i fail i 500ms work i", "2 4 spanlog: 2 records dropped in 1.0s (2 INFO): broken"},
		{"on Flush", "fail i work flush i", "spanlog: 1 record dropped in 0.0s (1 INFO): broken 2"},
		{"at Shutdown", "fail w 100ms work close", "spanlog: 1 record dropped in 0.1s (1 WARN): broken"},
		{"on Flush, and not again at Shutdown", "fail i work flush flush close", "spanlog: 1 record dropped in 0.0s (1 INFO): broken"},
		{"of two outages", "fail i 1s work i fail 3i 1s work i", "2 spanlog: 1 record dropped in 1.0s (1 INFO): broken 6 spanlog: 3 records dropped in 1.0s (3 INFO): broken"},
		{"of what did not reach it as well", "fail 9i 1s work i", "10 spanlog: 9 records dropped in 1.0s (9 INFO): " + broken5},
		{"after a long outage", "fail 9i 1s 2e 1h i 1h work i", "13 spanlog: 12 records dropped in 7201.0s (10 INFO, 2 ERROR): broken"},
		{"not to one that is broken off", "fail 9i work flush", ""},
		{"but to one that was", "fail 9i work flush 1s i", "10 spanlog: 9 records dropped in 1.0s (9 INFO): " + broken5},
		{"that fails: later", "fail i 1s mute i work i", "2 3 spanlog: 1 record dropped in 1.0s (1 INFO): broken"},
		{"that fails: with the right total", "fail i 1s mute i fail 2e 1s work i", "2 5 spanlog: 3 records dropped in 2.0s (1 INFO, 2 ERROR): broken"},
		{"that fails on Flush", "fail i flush 1s work close", "spanlog: 1 record dropped in 1.0s (1 INFO): broken"},
		{"that fails again and again", "fail i 1s mute 9i flush work flush", "2 3 4 5 6 7 8 9 10 spanlog: 1 record dropped in 1.0s (1 INFO): broken"},
		{"that ends the goroutine", "fail i 1s vanish i work i", "2 3 spanlog: 1 record dropped in 1.0s (1 INFO): broken"},
		{"that ends the goroutine on Flush", "fail i vanish flush work flush", "spanlog: 1 record dropped in 0.0s (1 INFO): broken"},
		{"of panics", "panic i 1s work i", "2 spanlog: 1 record dropped in 1.0s (1 INFO): panic: no"},
		{"of ends of the goroutine", "exit i 1s work i", "2 spanlog: 1 record dropped in 1.0s (1 INFO): the sink has ended the goroutine"},
		{"of errors that are nil pointers", "nil i 1s work i", "2 spanlog: 1 record dropped in 1.0s (1 INFO): <nil>"},
		{"of odd errors", "odd i 1s work i", "2 spanlog: 1 record dropped in 1.0s (1 INFO): odd"},
		{"the newest error", "fail i odd i 1s work i", "3 spanlog: 2 records dropped in 1.0s (2 INFO): odd"},
		{"of two reasons", "full 2i fail i 1s work i", "4 spanlog: 1 record dropped in 1.0s (1 INFO): broken spanlog: 2 records dropped in 1.0s (2 INFO): the peer: spanlog: record dropped"},
		{"of two reasons, each in its time", "full i 500ms fail i 500ms work i 500ms i", "3 spanlog: 1 record dropped in 1.0s (1 INFO): the peer: spanlog: record dropped 4 spanlog: 1 record dropped in 1.0s (1 INFO): broken"},
		{"of two reasons, the first ends the goroutine", "full i fail i vanish flush work flush", "spanlog: 1 record dropped in 0.0s (1 INFO): broken spanlog: 1 record dropped in 0.0s (1 INFO): the peer: spanlog: record dropped"},
		{"not of a peer that is closed", "shut i 1s work i close", "2"},
	} {
		for _, kind := range tellers() {
			t.Run(test.name+" "+kinds[kind].name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					sink := kinds[kind].sink
					if kinds[kind].name == "Relay" { // whose handler has a level
						sink = func(w *flaky) spanlog.Sink {
							return spanlog.Relay{Handler: slog.NewJSONHandler(w, &slog.HandlerOptions{Level: spanlog.LevelTrace})}
						}
					}
					p, f := newPlay(t, sink)
					p.act(t, test.script)
					assert.Equal(t, "written", messages(t, f.String()), test.want)
					s := p.l.Stats().Sinks[0]
					checkSum(t, s, p.logged)
					checkNotices(t, s, f.String())
				})
			})
		}
	}
}

// checkNotices checks the notices among lines, and their number.
func checkNotices(t *testing.T, s spanlog.SinkStats, lines string) {
	t.Helper()
	notices := uint64(0)
	for line := range strings.Lines(lines) {
		r := parsed(t, line)
		if !strings.HasPrefix(r["msg"].(string), "spanlog:") {
			continue
		}
		notices++
		var n int
		if _, err := fmt.Sscanf(r["msg"].(string), "spanlog: %d record", &n); err != nil {
			t.Error(err)
		}
		reason := "error"
		if strings.Contains(line, "the peer") {
			reason = "full"
		}
		if r["level"] != "WARN" || r["dropped"] != float64(n) || r["reason"] != reason {
			t.Errorf("%s", line)
		}
	}
	if s.Notices != notices || s.Delivered != uint64(strings.Count(lines, "\n")) {
		t.Errorf("%d notices were written: %+v", notices, s)
	}
}

// TestNoticeWhileMoreIsLost: what is lost while a notice fails is told with the rest.
func TestNoticeWhileMoreIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		fails, notice := true, make(chan error)
		l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Relay{Handler: funcHandler{handle: func(r slog.Record) error {
			switch {
			case r.Message == "odd":
				return oddError{}
			case fails:
				return errBroken
			case strings.HasPrefix(r.Message, "spanlog:"):
				if err := <-notice; err != nil {
					return err
				}
			}
			got = append(got, r.Message)
			return nil
		}}})
		l.Error("lost")
		l.Info("lost")
		time.Sleep(time.Second)
		fails = false
		go l.Info("good")
		synctest.Wait() // the notice is underway
		l.Info("odd")
		time.Sleep(time.Second)
		notice <- errBroken
		synctest.Wait()
		go l.Info("good")
		synctest.Wait()
		notice <- nil
		synctest.Wait()
		assert.Equal(t, "written", strings.Join(got, " "), "good good spanlog: 3 records dropped in 2.0s (2 INFO, 1 ERROR): odd")
		checkSum(t, l.Stats().Sinks[0], 5)
	})
}

// TestNoticeForm: a notice is a record of the logger, but of nobody's With, and not
// for the sink's level to keep away.
func TestNoticeForm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFlaky()
		l := open(t, &spanlog.Options{OnError: func(error) {}, Attrs: []slog.Attr{slog.String("app", "shop")}, ReplaceAttr: removeTime}, spanlog.Writer{Writer: f, Level: slog.LevelError})
		f.set("fail")
		l.WithGroup("g").With("a", 1).ErrorContext(inSpan(bg), "lost")
		f.set("work")
		flush(t, l)
		assert.Equal(t, "written", f.String(), `{"level":"WARN","msg":"spanlog: 1 record dropped in 0.0s (1 ERROR): broken","app":"shop","dropped":1,"reason":"error"}`+"\n")
	})
}

// TestNoticesOfOthers: each sink is told of its own losses.
func TestNoticesOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newFlaky(), newFlaky()
		p := &play{l: open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Console{Writer: a}, spanlog.Writer{Writer: b}), sinks: map[string]*flaky{"A": a, "B": b}}
		p.act(t, "A:fail i B:exit i B:work i i 1s A:work i close")
		assert.Equal(t, "A", messages(t, a.String()), "5 spanlog: 4 records dropped in 1.0s (4 INFO): broken")
		assert.Equal(t, "B", messages(t, b.String()), "1 3 4 5 spanlog: 1 record dropped in 1.0s (1 INFO): the sink has ended the goroutine")
		for i, f := range []*flaky{a, b} {
			s := p.l.Stats().Sinks[i]
			checkSum(t, s, p.logged)
			checkNotices(t, s, f.String())
		}
	})
}

// TestGoexit: a sink that ends the goroutine costs other sinks nothing, wherever it
// stands, and the record is counted once.
func TestGoexit(t *testing.T) {
	for _, test := range []struct{ name, how, want string }{
		{"none", "A:work B:work C:work", "A: 1 2 B: 1 2 C: 1 2"},
		{"the first", "A:exit", "A: B: 1 2 C: 1 2"},
		{"the second", "B:exit", "A: 1 2 B: C: 1 2"},
		{"the last", "C:exit", "A: 1 2 B: 1 2 C:"},
		{"two", "A:exit C:exit", "A: B: 1 2 C:"},
		{"all", "A:exit B:exit C:exit", "A: B: C:"},
		{"one, others fail", "A:exit B:fail C:panic", "A: B: C:"},
	} {
		for _, kind := range kinds {
			t.Run(test.name+" "+kind.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					p := &play{sinks: map[string]*flaky{"A": newFlaky(), "B": newFlaky(), "C": newFlaky()}}
					var got, want []string
					p.l = open(t, &spanlog.Options{OnError: func(error) {}}, kind.sink(p.sinks["A"]), kind.sink(p.sinks["B"]), kind.sink(p.sinks["C"]))
					p.act(t, test.how+" 2i")
					for i, name := range []string{"A", "B", "C"} {
						got = append(got, name+":", messages(t, p.sinks[name].String()))
						checkSum(t, p.l.Stats().Sinks[i], 2)
					}
					want = strings.Fields(test.want)
					if got := strings.Fields(strings.Join(got, " ")); !slices.Equal(got, want) {
						t.Errorf("got %q, want %q", got, want)
					}
				})
			})
		}
	}
}

// TestShutdownWithLosses: a sink that is stuck when it is to be told of its losses
// is closed all the same: later records are refused, and nobody waits.
func TestShutdownWithLosses(t *testing.T) {
	g, called := newGate(), make(chan struct{}, 1)
	l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Writer{Writer: writeFunc(func(b []byte) (int, error) {
		if bytes.Contains(b, []byte("lost")) {
			return 0, errBroken
		}
		called <- struct{}{}
		return g.Write(b)
	})})
	l.Info("lost")
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.Info("stuck")
	}()
	<-called
	ctx, cancel := context.WithTimeout(bg, 2*time.Second)
	defer cancel()
	if err := l.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Shutdown returns %v", err)
	}
	late := make(chan error)
	go func() {
		late <- l.Handler().Handle(bg, slog.NewRecord(time.Now(), slog.LevelInfo, "late", 0))
	}()
	select {
	case err := <-late:
		if !errors.Is(err, spanlog.ErrClosed) {
			t.Errorf("late: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("a late record waits for the sink")
		defer func() { <-late }()
	}
	close(g.open)
	<-done
}

// TestErrorsThatLog: an error whose method logs to the sink that has failed with it
// does not wait for itself.
func TestErrorsThatLog(t *testing.T) {
	loud := new(loudError)
	fails := spanlog.Relay{Handler: funcHandler{handle: func(slog.Record) error { return loud }}}
	for _, test := range []struct {
		name string
		sink spanlog.Sink
	}{
		{"Relay", fails},
		{"Limit", spanlog.Limit{Sink: fails}},
		{"Async", spanlog.Async{Sink: fails}},
		{"Failover", spanlog.Failover{Sinks: []spanlog.Sink{fails, fails}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := open(t, &spanlog.Options{OnError: func(err error) { _ = err.Error() }}, test.sink)
			*loud = loudError{log: func() { l.Error("from the error") }}
			done := make(chan struct{})
			go func() {
				defer close(done)
				for range 10 {
					l.Info("m")
				}
				_ = l.Flush(bg)
			}()
			select {
			case <-done:
			case <-time.After(20 * time.Second):
				t.Fatal("it waits for itself")
			}
			if loud.calls < 10 {
				t.Errorf("the error was asked %d times", loud.calls)
			}
			if s := l.Stats().Sinks[0]; dropped(s) < 10 || s.Delivered != 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// A loudError logs when it is asked for its text, some hundred times.
type loudError struct {
	log   func()
	calls int
}

func (e *loudError) Error() string {
	if e.calls++; e.calls < 300 {
		e.log()
	}
	return "loud"
}

// TestNoticeLevel: what a sink has lost it is told whatever its level.
func TestNoticeLevel(t *testing.T) {
	var buf bytes.Buffer
	var fails atomic.Bool
	flaky := writeFunc(func(b []byte) (int, error) {
		if fails.Load() {
			return 0, errBroken
		}
		return buf.Write(b)
	})
	sinks := []spanlog.Sink{
		spanlog.Writer{Writer: brokenWriter, Level: slog.LevelError},
		spanlog.Writer{Writer: flaky, Level: slog.LevelError},
	}
	for _, sink := range []spanlog.Sink{
		spanlog.Failover{Sinks: sinks},
		spanlog.Async{Sink: spanlog.Failover{Sinks: sinks}},
		spanlog.Limit{Sink: spanlog.Failover{Sinks: sinks}, First: 1000},
	} {
		buf.Reset()
		l := open(t, &spanlog.Options{OnError: func(error) {}}, sink)
		for i := range 10 {
			flush(t, l)
			fails.Store(i == 7)
			l.Error("m")
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		got := messages(t, buf.String())
		if !strings.Contains(got, "is broken off") || !strings.Contains(got, "spanlog: 1 record dropped in") {
			t.Errorf("%T: %s", sink, got)
		}
		s := l.Stats().Sinks[0]
		checkSum(t, s, 10)
		if n := strings.Count(buf.String(), "\n"); uint64(n) != s.Delivered {
			t.Errorf("%T: %d lines, %d delivered", sink, n, s.Delivered)
		}
	}
}
