package spanlog_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// TestBreakerProbes: a sink that always fails, however it does, gets five records,
// and then one now and then, ever less often. All are counted, by reason.
func TestBreakerProbes(t *testing.T) {
	const want = "[0s 50ms 100ms 150ms 200ms 300ms 500ms 900ms 1.7s 3.3s 6.5s 12.9s 25.7s 51.3s 1m21.3s 1m51.3s]"
	for _, kind := range kinds {
		for _, how := range []string{"fail", "panic", "exit", "nil", "odd"} {
			t.Run(kind.name+" "+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					p, f := newPlay(t, kind.sink)
					const sent = 2400 // in two minutes
					f.set(how)
					for range sent {
						p.act(t, "i 50ms")
					}
					assert.Equal(t, "tried", fmt.Sprint(f.tried), want)
					s := p.l.Stats().Sinks[0]
					assert.Equal(t, "dropped", fmt.Sprint(s.Dropped), fmt.Sprintf("[{INFO broken %d} {INFO error 16}]", sent-16))
					if !s.BrokenOff {
						t.Error("it is not broken off")
					}
					checkSum(t, s, sent)
				})
			})
		}
	}
}

// TestBreakerHeals: the first success ends it, and the next outage begins as the
// first did.
func TestBreakerHeals(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, f := newPlay(t, kind.sink)
				p.act(t, "fail 9i 100ms i 200ms i 400ms i work 799ms i 1ms i 3i")
				if p.l.Stats().Sinks[0].BrokenOff {
					t.Error("it is still broken off")
				}
				p.act(t, "fail 9i 99ms i 1ms i 200ms i work 400ms i close")
				assert.Equal(t, "tried", fmt.Sprint(f.tried),
					"[0s 0s 0s 0s 0s 100ms 300ms 700ms"+ // probes that fail
						" 1.5s 1.5s 1.5s 1.5s 1.5s"+ // one that works, a notice, three records
						" 1.5s 1.5s 1.5s 1.5s 1.5s 1.6s 1.8s"+
						" 2.2s 2.2s]") // one that works, a notice
				s := p.l.Stats().Sinks[0]
				if s.BrokenOff || s.Delivered != 5+2 || s.Notices != 2 {
					t.Errorf("%+v", s)
				}
				checkSum(t, s, p.logged)
			})
		})
	}
}

// TestBreakerCounts: what counts as a failure in a row with another.
func TestBreakerCounts(t *testing.T) {
	for _, test := range []struct {
		name, script string
		broken       bool
	}{
		{"no failure", "9i", false},
		{"four failures", "fail 4i", false},
		{"five failures", "fail 5i", true},
		{"one of three fails", "i i fail i work i i fail i work i i fail i work i i fail i work i i fail i work i i fail i", false},
		{"two of three fail", "i fail 2i work i fail 2i work i fail 2i work i fail 2i", false},
		{"four of five fail", "fail 4i work i fail 4i work i fail 4i work i fail 4i", false},
		{"five, at last", "fail 4i work i fail 5i", true},
		{"panics", "panic 5i", true},
		{"panics with other failures", "panic 2i fail 2i panic i", true},
		{"ends of the goroutine", "exit 5i", true},
		{"ends of the goroutine with other failures", "exit 2i fail 3i", true},
		{"four ends of the goroutine", "exit 4i", false},
		{"a peer that is closed", "shut 9i", false},
		{"a peer without room", "full 9i", false},
		{"neither makes good", "fail 2i shut i full i fail 2i shut i full i fail i", true},
		{"neither is a failure", "fail 4i shut 9i full 9i", false},
		{"errors that are nil pointers", "nil 5i", true},
		{"long ago", "fail 4i 1000h i", true},
		{"a success long after", "fail 4i work i 1000h fail 4i", false},
	} {
		for _, kind := range kinds {
			t.Run(test.name+" "+kind.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					p, f := newPlay(t, kind.sink)
					p.act(t, test.script)
					s := p.l.Stats().Sinks[0]
					if s.BrokenOff != test.broken {
						t.Errorf("broken off: %v, want %v", s.BrokenOff, test.broken)
					}
					if len(f.tried) != p.logged+int(s.Notices) {
						t.Errorf("tried %d times, want %d", len(f.tried), p.logged)
					}
					checkSum(t, s, p.logged)
					// Broken off or not, it is as good as new in the end.
					p.act(t, "work 30s i i")
					if after := p.l.Stats().Sinks[0]; after.BrokenOff || after.Delivered-after.Notices != s.Delivered-s.Notices+2 {
						t.Errorf("in the end: %+v", after)
					}
				})
			})
		}
	}
}

// TestBreakerOneProbe: while a probe has not returned, there is no other, and
// nobody waits.
func TestBreakerOneProbe(t *testing.T) {
	for _, test := range []struct {
		name   string
		probe  func() error
		broken bool
		tried  string // by 100 records, one in a millisecond, after it
	}{
		{"that succeeds", func() error { return nil }, false, "100"},
		{"that fails", func() error { return errBroken }, true, "0"},
		{"that panics", func() error { panic("no") }, true, "0"},
		{"that ends the goroutine", func() error { runtime.Goexit(); return nil }, true, "0"},
		{"that says it is closed", func() error { return spanlog.ErrClosed }, true, "100"},
		{"that has no room", func() error { return spanlog.ErrDropped }, true, "100"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tried, release := 0, make(chan struct{})
				l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Relay{Handler: funcHandler{handle: func(r slog.Record) error {
					tried++
					switch r.Message {
					case "probe":
						<-release
						return test.probe()
					case "after":
						return spanlog.ErrDropped // neither heals nor harms
					}
					return errBroken
				}}})
				for range 5 {
					l.Info("m")
				}
				time.Sleep(100 * time.Millisecond)
				go l.Info("probe")
				synctest.Wait()
				for range 100 {
					start := time.Now()
					err := l.Handler().Handle(bg, slog.NewRecord(start, slog.LevelInfo, "m", 0))
					if !errors.Is(err, spanlog.ErrDropped) || !errors.Is(err, errBroken) || text(err) != "relay sink spanlog_test.funcHandler: record dropped: broken off after 5 failures in a row: broken" {
						t.Fatalf("got %v", err)
					}
					if time.Since(start) > 0 {
						t.Fatal("it has waited")
					}
					time.Sleep(time.Minute)
				}
				if tried != 6 {
					t.Errorf("tried %d times, want 6", tried)
				}
				close(release)
				synctest.Wait()
				if s := l.Stats().Sinks[0]; s.BrokenOff != test.broken {
					t.Errorf("broken off: %v, want %v", s.BrokenOff, test.broken)
				}
				tried = 0
				for range 100 {
					l.Info("after")
					time.Sleep(time.Millisecond)
				}
				assert.Equal(t, "tried afterwards", strconv.Itoa(tried), test.tried)
				checkSum(t, l.Stats().Sinks[0], 5+1+100+100)
			})
		})
	}
}

// TestBreakerLateProbe: a probe that fails after another record has healed the sink
// is one failure, not the end.
func TestBreakerLateProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		early, probe := make(chan error), make(chan error)
		l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Relay{Handler: funcHandler{handle: func(r slog.Record) error {
			switch r.Message {
			case "early":
				return <-early
			case "probe":
				return <-probe
			case "good":
				return nil
			}
			return errBroken
		}}})
		go l.Info("early")
		synctest.Wait()
		for range 5 {
			l.Info("bad")
		}
		time.Sleep(100 * time.Millisecond)
		go l.Info("probe")
		synctest.Wait()
		early <- nil
		synctest.Wait()
		if l.Stats().Sinks[0].BrokenOff {
			t.Fatal("a success has not healed it")
		}
		probe <- errBroken
		synctest.Wait()
		if l.Stats().Sinks[0].BrokenOff {
			t.Error("one failure has broken it off")
		}
		l.Info("good")
		s := l.Stats().Sinks[0]
		if s.Delivered != 2 {
			t.Errorf("%+v", s)
		}
		checkSum(t, s, 8)
	})
}

// TestBreakerClosed: after Shutdown, a sink that is broken off says what it would
// say otherwise.
func TestBreakerClosed(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, _ := newPlay(t, kind.sink)
				p.act(t, "fail 9i close work")
				err := p.l.Handler().Handle(bg, slog.NewRecord(time.Now(), slog.LevelError, "late", 0))
				want, reason := spanlog.ErrClosed, "closed"
				if kind.name == "Console" { // which still delivers, once it is tried
					want, reason = errBroken, "broken"
				}
				s := p.l.Stats().Sinks[0]
				if !errors.Is(err, want) || !strings.Contains(fmt.Sprint(s.Dropped), "{ERROR "+reason+" 1}") {
					t.Errorf("got %v, %+v", err, s)
				}
				checkSum(t, s, p.logged+1)
			})
		})
	}
}

// TestBreakerConcurrent: many log while the sink comes and goes. What was written,
// what was counted, and what the sink was told of agree in the end.
func TestBreakerConcurrent(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const goroutines, each = 8, 300
				f := newFlaky()
				l := open(t, &spanlog.Options{OnError: func(error) {}}, kind.sink(f))
				var wg sync.WaitGroup
				var next atomic.Int64
				for g := range goroutines {
					wg.Go(func() {
						for range each {
							l.Info("record " + strconv.FormatInt(next.Add(1), 10))
							time.Sleep(time.Duration(7+g) * time.Millisecond)
						}
					})
				}
				for _, how := range []string{"fail", "work", "panic", "fail", "work", "odd", "mute", "work", "fail"} {
					time.Sleep(300 * time.Millisecond)
					f.set(how)
				}
				wg.Wait()
				f.set("work")
				time.Sleep(time.Minute)
				l.Info("record 0")
				if err := l.Close(); err != nil {
					t.Error(err)
				}
				s := l.Stats().Sinks[0]
				checkSum(t, s, goroutines*each+1)
				seen, told := map[string]bool{}, 0
				for line := range strings.Lines(f.String()) {
					r := parsed(t, line)
					if n, ok := r["dropped"].(float64); ok {
						told += int(n)
					}
					if seen[r["msg"].(string)] && !strings.HasPrefix(r["msg"].(string), "spanlog:") {
						t.Errorf("twice: %s", line)
					}
					seen[r["msg"].(string)] = true
				}
				if n := strings.Count(f.String(), "\n"); uint64(n) != s.Delivered || n < 500 || dropped(s) < 500 || s.Notices < 2 {
					t.Errorf("%d lines: %+v", n, s)
				}
				if uint64(told) != dropped(s) {
					t.Errorf("told of %d, %d were dropped", told, dropped(s))
				}
			})
		})
	}
}

// TestNoBreaker: a handler that was given to NewHandler gets every record, and
// nothing else, whatever it does.
func TestNoBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFlaky()
		h := spanlog.NewHandler(slog.NewJSONHandler(f, nil), &spanlog.Options{OnError: func(error) {}})
		for i := range 30 {
			f.set([]string{"fail", "panic", "nil"}[i%3])
			if err := h.Handle(bg, slog.NewRecord(time.Now(), slog.LevelInfo, "m", 0)); err == nil {
				t.Error("no error")
			}
		}
		f.set("work")
		time.Sleep(time.Hour)
		slog.New(h).Info("works")
		if err := h.Flush(bg); err != nil {
			t.Error(err)
		}
		slog.New(h).Info("works")
		assert.Equal(t, "written", messages(t, f.String()), "works works")
		if len(f.tried) != 32 {
			t.Errorf("tried %d times, want 32", len(f.tried))
		}
	})
}

// TestBreakerFile: a file that cannot be written to, for which no guard is put up, is broken off like any
// other writer, and all that it was given is counted.
func TestBreakerFile(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "gone"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	l := spanlog.Must(spanlog.New(&spanlog.Options{OnError: func(error) {}}, spanlog.Writer{Writer: f, Format: spanlog.JSON}))
	const sent, tried = 9, 5
	for n := range sent {
		r := slog.NewRecord(time.Now(), slog.LevelInfo, "order placed", 0)
		r.AddAttrs(slog.Int("order", n))
		if err := l.Handler().Handle(t.Context(), r); err == nil {
			t.Errorf("record %d: no error", n)
		}
	}
	s := l.Stats().Sinks[0]
	assert.Equal(t, "dropped", fmt.Sprint(s.Dropped), fmt.Sprintf("[{INFO broken %d} {INFO error %d}]", sent-tried, tried))
	if !s.BrokenOff {
		t.Error("it is not broken off")
	}
	checkSum(t, s, sent)
	_ = l.Close() // the file cannot be flushed either
}
