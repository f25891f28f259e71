package spanlog_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// TestFailoverFile: a File may be any of the sinks. What waits in it is taken.
func TestFailoverFile(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		name   string
		script string
		first  bool
		want   string
	}{
		{"first", "2i A:fail 2e", true, "file: 1 2 3 4"},
		{"last", "i A:fail 6i flush 100ms A:work i", false, "A: 1 8 spanlog: (A) is back after 0.1s; 1 record went elsewhere | file: 2 3 4 5 6 spanlog: (A) is broken off: broken; records go to file 7"},
		{"last, after the end", "i close A:fail 2i", false, "A: 1 | file: 2 3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(dir, test.name+".log")
			synctest.Test(t, func(t *testing.T) {
				p := &play{sinks: map[string]*flaky{"A": newFlaky()}}
				sinks := []spanlog.Sink{spanlog.Console{Writer: p.sinks["A"]}, spanlog.File{Path: path}}
				if test.first {
					slices.Reverse(sinks)
				}
				p.l = open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Failover{Sinks: sinks})
				p.act(t, test.script)
				if err := p.l.Close(); err != nil {
					t.Error(err)
				}
				var got []string
				for name, lines := range map[string]string{"A": p.sinks["A"].String(), "file": content(t, path)} {
					if s := messages(t, lines); s != "" {
						got = append(got, name+": "+s)
					}
				}
				slices.Sort(got)
				assert.Equal(t, "written", strings.NewReplacer(fmt.Sprintf("file sink %q", path), "file", "console sink", "(A)").Replace(strings.Join(got, " | ")), test.want)
				checkSum(t, p.l.Stats().Sinks[0], p.logged)
			})
		})
	}
}

// TestFailoverFileFirst: with a File as the first, the Failover is served before
// other sinks; with one as the last, in its turn.
func TestFailoverFileFirst(t *testing.T) {
	for _, first := range []bool{true, false} {
		path := filepath.Join(t.TempDir(), "app.log")
		before := "nothing was written"
		sinks := []spanlog.Sink{spanlog.Writer{Writer: brokenWriter}, spanlog.File{Path: path}}
		if first {
			slices.Reverse(sinks)
		}
		l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Console{Writer: writeFunc(func(b []byte) (int, error) {
			before = content(t, path)
			return len(b), nil
		})}, spanlog.Failover{Sinks: sinks})
		l.Error("m")
		want := ""
		if first {
			want = "m"
		}
		assert.Equal(t, "in the file when the console is written", messages(t, before), want)
	}
}

// TestFailoverFileFull: a record that a File cannot write yet is the File's. If it
// is lost in the end, the Failover's numbers say so as well.
func TestFailoverFileFull(t *testing.T) {
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip(err)
	}
	f := newFlaky()
	l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Failover{Sinks: []spanlog.Sink{spanlog.File{Path: full}, spanlog.Console{Writer: f}}})
	for range 7 {
		l.Error("m")
	}
	ctx, cancel := context.WithTimeout(bg, 2*time.Second)
	defer cancel()
	if err := l.Shutdown(ctx); !strings.Contains(text(err), `failover sink: close: file sink "/dev/full": close: 7 records lost`) {
		t.Errorf("Shutdown returns %v", err)
	}
	assert.Equal(t, "the console", f.String(), "")
	s := l.Stats().Sinks[0]
	checkSum(t, s, 7)
	if fmt.Sprint(s.Dropped) != "[{ERROR error 7}]" || s.Sinks[0].FailedOver != 0 || s.Sinks[0].BrokenOff {
		t.Errorf("%+v", s)
	}
}

// TestFailoverFlapping: many log while sinks come and go. Every record is written
// once, by one of them, or counted.
func TestFailoverFlapping(t *testing.T) {
	for _, test := range []struct {
		name string
		wrap func(spanlog.Failover) spanlog.Sink
	}{
		{"Failover", func(f spanlog.Failover) spanlog.Sink { return f }},
		{"Async", func(f spanlog.Failover) spanlog.Sink { return spanlog.Async{Sink: f} }},
		{"Limit", func(f spanlog.Failover) spanlog.Sink { return spanlog.Limit{Sink: f} }},
		{"Failover in a Failover", func(f spanlog.Failover) spanlog.Sink {
			return spanlog.Failover{Sinks: []spanlog.Sink{f, spanlog.Writer{Writer: brokenWriter}}}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const goroutines, each = 8, 300
				p := &play{sinks: map[string]*flaky{"A": newFlaky(), "B": newFlaky(), "C": newFlaky()}, logged: goroutines*each + 1}
				p.l = open(t, &spanlog.Options{OnError: func(error) {}}, test.wrap(spanlog.Failover{Sinks: []spanlog.Sink{
					spanlog.Console{Writer: p.sinks["A"]}, spanlog.Writer{Writer: p.sinks["B"]}, spanlog.Relay{Handler: slog.NewJSONHandler(p.sinks["C"], nil)},
				}}))
				var wg sync.WaitGroup
				for g := range goroutines {
					wg.Go(func() {
						for i := range each {
							p.l.Info(strconv.Itoa(g*each + i))
							time.Sleep(time.Duration(7+g) * time.Millisecond)
						}
					})
				}
				random := rand.New(rand.NewPCG(1, 2))
				for range 100 {
					time.Sleep(29 * time.Millisecond)
					p.sinks[string(rune('A'+random.IntN(3)))].set([]string{"fail", "work", "panic", "work", "full", "work", "nil", "mute"}[random.IntN(8)])
				}
				wg.Wait()
				for _, f := range p.sinks {
					f.set("work")
				}
				time.Sleep(time.Minute)
				p.l.Info("last")
				if err := p.l.Close(); err != nil {
					t.Error(err)
				}
				p.checkOnce(t)
				s := p.l.Stats().Sinks[0]
				for len(s.Sinks) == 2 { // the inner one
					s = s.Sinks[0]
				}
				if in := s.Sinks; in[0].BrokenOff || min(in[0].Delivered, in[1].Delivered, in[2].Delivered) < 20 {
					t.Errorf("%+v", in)
				}
			})
		})
	}
}

// TestFailoverReaches: Flush, Reopen and Shutdown reach all the sinks, also those
// that have nothing, and one that is stuck keeps them no longer than the deadline.
func TestFailoverReaches(t *testing.T) {
	for _, test := range []struct {
		name  string
		stuck bool
		do    func(*spanlog.Logger, context.Context) error
		calls int // of each sink's Flush
		want  string
	}{
		{"Flush", false, (*spanlog.Logger).Flush, 1, ""},
		{"Shutdown", false, (*spanlog.Logger).Shutdown, 1, ""},
		{"Reopen", false, func(l *spanlog.Logger, _ context.Context) error { return l.Reopen() }, 0, ""},
		{"Flush with a sink that is stuck", true, (*spanlog.Logger).Flush, 1, "failover sink: flush: writer sink *spanlog_test.stuckFlusher: flush: not done by the deadline: context deadline exceeded"},
		{"Shutdown with a sink that is stuck", true, (*spanlog.Logger).Shutdown, 1, "failover sink: close: writer sink *spanlog_test.stuckFlusher: close: not done by the deadline: context deadline exceeded"},
	} {
		for i := range 3 { // the stuck one's place
			t.Run(fmt.Sprint(test.name, i), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "app.log")
				synctest.Test(t, func(t *testing.T) {
					var flushed [3]int
					stuck := &stuckFlusher{release: make(chan struct{})}
					if !test.stuck {
						close(stuck.release)
					}
					sinks := []spanlog.Sink{
						spanlog.Console{Writer: flushWriter{&flushed[0]}},
						spanlog.Relay{Handler: flushHandler{ctxFlushWriter: ctxFlushWriter{flushWriter{&flushed[1]}}}},
						spanlog.Limit{Sink: spanlog.Writer{Writer: errFlushWriter{flushWriter{&flushed[2]}}}},
						spanlog.File{Path: path, WriteThrough: true},
					}
					l := open(t, nil, spanlog.Failover{Sinks: slices.Insert(sinks, i, spanlog.Sink(spanlog.Writer{Writer: stuck}))})
					if err := os.Rename(path, path+".old"); err != nil {
						t.Fatal(err)
					}
					ctx, cancel := context.WithTimeout(bg, time.Second)
					defer cancel()
					start := time.Now()
					err := test.do(l, ctx)
					took := time.Since(start)
					if flushed != [3]int{test.calls, test.calls, test.calls} {
						t.Errorf("flushed %v times, want %d each", flushed, test.calls)
					}
					if test.stuck != (took > 0) || took > time.Second {
						t.Errorf("it took %v", took)
					}
					if test.want != "" && !strings.Contains(text(err), strings.TrimPrefix(test.want, "failover sink: flush: ")) && !strings.Contains(text(err), strings.TrimPrefix(test.want, "failover sink: close: ")) {
						t.Errorf("got %v, want %s", err, test.want)
					}
					if failed := strings.Contains(text(err), "errFlushWriter: ") && errors.Is(err, errBroken); failed != (test.calls > 0) {
						t.Errorf("got %v", err)
					}
					if test.name == "Reopen" {
						if _, err := os.Stat(path); err != nil {
							t.Error(err)
						}
					}
					if test.stuck {
						close(stuck.release)
					}
					synctest.Wait()
				})
			})
		}
	}
}

// TestFailoverClosed: after Shutdown, what delivers still does so, in its turn, and
// a record that none takes is refused as any sink would.
func TestFailoverClosed(t *testing.T) {
	for _, test := range []struct {
		name   string
		sinks  func(a, b *flaky) []spanlog.Sink
		script string
		want   string
		closed bool // the last record was refused
	}{
		{"two writers", func(a, b *flaky) []spanlog.Sink {
			return []spanlog.Sink{spanlog.Writer{Writer: a}, spanlog.Writer{Writer: b}}
		}, "i close i", "A: 1", true},
		{"a writer and a console", func(a, b *flaky) []spanlog.Sink {
			return []spanlog.Sink{spanlog.Writer{Writer: a}, spanlog.Console{Writer: b}}
		}, "i close 9i", "A: 1 | B: 2 3 4 5 6 7 8 9 10", false},
		{"a console and a writer", func(a, b *flaky) []spanlog.Sink {
			return []spanlog.Sink{spanlog.Console{Writer: a}, spanlog.Writer{Writer: b}}
		}, "i close i A:fail i", "A: 1 2", true},
		{"two writers, one is broken off", func(a, b *flaky) []spanlog.Sink {
			return []spanlog.Sink{spanlog.Writer{Writer: a}, spanlog.Writer{Writer: b}}
		}, "A:fail 5i close i", "B: 1 2 3 4 5 spanlog: (B) is broken off: broken; records go to (B)", true},
		{"two writers, both are broken off", func(a, b *flaky) []spanlog.Sink {
			return []spanlog.Sink{spanlog.Writer{Writer: a}, spanlog.Writer{Writer: b}}
		}, "fail 5i close work i", "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &play{sinks: map[string]*flaky{"A": newFlaky(), "B": newFlaky(), "C": newFlaky()}}
				p.l = open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Failover{Sinks: test.sinks(p.sinks["A"], p.sinks["B"])})
				p.act(t, test.script)
				p.checkOnce(t)
				err := p.l.Handler().Handle(bg, slog.NewRecord(time.Now(), slog.LevelError, "0", 0))
				if p.logged++; test.closed != errors.Is(err, spanlog.ErrClosed) {
					t.Errorf("got %v", err)
				}
				if s := p.l.Stats().Sinks[0]; test.closed != strings.Contains(fmt.Sprint(s.Dropped), "{ERROR closed 1}") {
					t.Errorf("%+v", s)
				}
				p.checkOnce(t)
				if !test.closed {
					test.want += " 0"
				}
				assert.Equal(t, "written", p.written(t), test.want)
			})
		})
	}
}

// TestFailoverLimit: what a Limit holds back says nothing of its sink: neither does
// it heal it, nor keep it from being broken off.
func TestFailoverLimit(t *testing.T) {
	for _, wrap := range []func(spanlog.Sink) spanlog.Sink{
		func(s spanlog.Sink) spanlog.Sink { return spanlog.Limit{Sink: s, First: 1, Every: time.Minute} },
		func(s spanlog.Sink) spanlog.Sink {
			return spanlog.Limit{Sink: &spanlog.Limit{Sink: s}, First: 1, Every: time.Minute}
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			a, b := newFlaky(), newFlaky()
			a.set("fail")
			l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Failover{Sinks: []spanlog.Sink{wrap(spanlog.Console{Writer: a}), spanlog.Writer{Writer: b}}})
			log := func(msgs string) {
				for msg := range strings.FieldsSeq(msgs) {
					l.Info(msg)
				}
			}
			log("1 1 2 2 3 3 4 4 5 5") // the Limit holds back each second one
			s := l.Stats().Sinks[0]
			if in := s.Sinks[0]; !in.BrokenOff || in.FailedOver != 5 || fmt.Sprint(in.Dropped) != "[{INFO limited 5}]" {
				t.Errorf("%+v", in)
			}
			time.Sleep(100 * time.Millisecond)
			log("1 2 3") // held back, which is no success
			if !l.Stats().Sinks[0].Sinks[0].BrokenOff {
				t.Error("what is held back has healed it")
			}
			a.set("work")
			log("6 6 7")
			const gone, back = "spanlog: console sink is broken off: broken; records go to writer sink *spanlog_test.flaky", "spanlog: console sink is back after 0.1s; 0 records went elsewhere"
			assert.Equal(t, "the first", messages(t, a.String()), "6 "+back+" 7")
			assert.Equal(t, "the second", messages(t, b.String()), "1 2 3 4 5 "+gone)
			s = l.Stats().Sinks[0]
			checkSum(t, s, 16)
			if fmt.Sprint(s.Dropped) != "[{INFO limited 9}]" || s.Notices != 2 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// TestFailoverNested: the numbers of a Failover in a Failover, which fails if all
// of its sinks do.
func TestFailoverNested(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &play{sinks: map[string]*flaky{"A": newFlaky(), "B": newFlaky(), "C": newFlaky()}}
		inner := spanlog.Failover{Sinks: []spanlog.Sink{spanlog.Console{Writer: p.sinks["A"]}, spanlog.Writer{Writer: p.sinks["B"]}}}
		p.l = open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Failover{Sinks: []spanlog.Sink{inner, spanlog.Relay{Handler: slog.NewJSONHandler(p.sinks["C"], nil)}}})
		p.act(t, "i A:fail i B:fail 2i C:fail i A:work C:work i")
		assert.Equal(t, "written", p.written(t), "A: 1 6 | B: 2 | C: 3 4")
		p.checkOnce(t)
		s := p.l.Stats().Sinks[0]
		got := ""
		for _, s := range []spanlog.SinkStats{s, s.Sinks[0], s.Sinks[0].Sinks[0], s.Sinks[0].Sinks[1], s.Sinks[1]} {
			got += fmt.Sprintf("%s: %d delivered, %d failed over, %v dropped\n", s.Sink, s.Delivered, s.FailedOver, s.Dropped)
		}
		assert.Equal(t, "stats", got, `failover sink: 5 delivered, 0 failed over, [{INFO error 1}] dropped
failover sink: 3 delivered, 3 failed over, [] dropped
console sink: 2 delivered, 4 failed over, [] dropped
writer sink *spanlog_test.flaky: 1 delivered, 3 failed over, [] dropped
relay sink *slog.JSONHandler: 2 delivered, 1 failed over, [] dropped
`)
	})
}

// TestFailoverUnnoticed: without trouble, the first sink gets what it would get by
// itself.
func TestFailoverUnnoticed(t *testing.T) {
	var direct, first bytes.Buffer
	l := open(t, nil, spanlog.Writer{Writer: &direct}, spanlog.Failover{Sinks: []spanlog.Sink{spanlog.Writer{Writer: &first}, spanlog.Writer{Writer: io.Discard}}})
	l.WithGroup("g").With("a", 1).ErrorContext(inSpan(bg), "m", "b", []int{1})
	if first.String() != direct.String() || first.Len() == 0 {
		t.Errorf("got %s, want %s", &first, &direct)
	}
}
