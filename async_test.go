package spanlog_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
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
	"github.com/spanlog/spanlog/internal/race"
)

// A gate is a writer that lets nothing through while it is shut.
type gate struct {
	open    chan struct{} // closed for good
	reached chan struct{} // has one that somebody is at the gate, or was
	mu      sync.Mutex
	buf     bytes.Buffer
}

func newGate() *gate { return &gate{open: make(chan struct{}), reached: make(chan struct{}, 1)} }

func (g *gate) Write(b []byte) (int, error) {
	select {
	case g.reached <- struct{}{}:
	default:
	}
	<-g.open
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.buf.Write(b)
}

func (g *gate) String() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.buf.String()
}

// checkSum checks that every record is accounted for.
func checkSum(t *testing.T, s spanlog.SinkStats, sent int) {
	t.Helper()
	if s.Delivered+dropped(s) != uint64(sent)+s.Notices {
		t.Errorf("%d delivered and %d dropped, of %d and %d notices: %+v", s.Delivered, dropped(s), sent, s.Notices, s)
	}
}

// TestAsync: records reach the sink in order, and Flush waits for them.
func TestAsync(t *testing.T) {
	for _, test := range []struct {
		name string
		sink func(w io.Writer) spanlog.Sink
	}{
		{"Writer", func(w io.Writer) spanlog.Sink { return spanlog.Writer{Writer: w} }},
		{"Console", func(w io.Writer) spanlog.Sink { return spanlog.Console{Writer: w} }},
		{"Relay", func(w io.Writer) spanlog.Sink { return spanlog.Relay{Handler: slog.NewJSONHandler(w, nil)} }},
		{"Limit", func(w io.Writer) spanlog.Sink { return spanlog.Limit{Sink: spanlog.Writer{Writer: w}} }},
		{"Failover", func(w io.Writer) spanlog.Sink {
			return spanlog.Failover{Sinks: []spanlog.Sink{spanlog.Writer{Writer: w, Level: slog.LevelInfo}, spanlog.Writer{Writer: brokenWriter}}}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var buf, direct bytes.Buffer
			l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Async{Sink: test.sink(&buf)}, test.sink(&direct))
			ctx := inSpan(bg)
			for i := range 100 {
				l.With("with", 1).WithGroup("g").InfoContext(ctx, "m"+strconv.Itoa(i), "i", i, "attrs", []int{i}, slog.Group("h", "n", i))
			}
			flush(t, l)
			if buf.String() != direct.String() || strings.Count(buf.String(), "\n") < 100 {
				t.Errorf("got\n%.1000s\nwant\n%.1000s", &buf, &direct)
			}
		})
	}
}

// TestAsyncOverflow: a full queue makes nobody wait, keeps a part for errors, and
// each policy drops what it says it does. The sink is told what it has lost.
func TestAsyncOverflow(t *testing.T) {
	for _, test := range []struct {
		name    string
		async   spanlog.Async
		waits   time.Duration // how long the 20 records take
		refused int
		want    string // what is delivered
	}{
		// 0 is with the sink when the queue fills up. One place of eight is for errors.
		{"DropNewest", spanlog.Async{}, 0, 11, "i0 i1 i2 i3 i4 i5 i6 i7 e8 spanlog: 11 records dropped in 1.0s (9 INFO, 2 ERROR): queue full"},
		{"DropOldest", spanlog.Async{Overflow: spanlog.DropOldest}, 0, 0, "i0 e8 e12 i14 i15 e16 i17 i18 i19 spanlog: 11 records dropped in 1.0s (11 INFO): queue full"},
		{"Block", spanlog.Async{Overflow: spanlog.Block}, 1100 * time.Millisecond, 11, "i0 i1 i2 i3 i4 i5 i6 i7 e8 spanlog: 11 records dropped in 2.0s (9 INFO, 2 ERROR): queue full"},
		{"Block for longer", spanlog.Async{Overflow: spanlog.Block, MaxBlock: time.Second}, 11 * time.Second, 11, "i0 i1 i2 i3 i4 i5 i6 i7 e8 spanlog: 11 records dropped in 11.0s (9 INFO, 2 ERROR): queue full"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGate()
				test.async.Sink, test.async.MaxRecords = spanlog.Writer{Writer: g}, 8
				l := open(t, &spanlog.Options{OnError: func(error) {}}, test.async)
				start, refused := time.Now(), 0
				for i := range 20 {
					level, name := slog.LevelInfo, "i"
					if i > 4 && i%4 == 0 {
						level, name = slog.LevelError, "e"
					}
					if err := l.Handler().Handle(bg, slog.NewRecord(time.Now(), level, name+strconv.Itoa(i), 0)); err != nil {
						if refused++; !errors.Is(err, spanlog.ErrDropped) {
							t.Error(err)
						}
					}
					synctest.Wait() // the first is taken
				}
				if took := time.Since(start); took != test.waits || refused != test.refused {
					t.Errorf("took %v, want %v; %d refused, want %d", took, test.waits, refused, test.refused)
				}
				time.Sleep(time.Second)
				close(g.open)
				flush(t, l)
				assert.Equal(t, "delivered", messages(t, g.String()), test.want)
				checkSum(t, l.Stats().Sinks[0], 20)
			})
		})
	}
}

// These have the number of records for a test that can be made longer.
const (
	soakVar = "SPANLOG_SOAK"
	pipeVar = "SPANLOG_PIPE"
)

// records is the length of a test, from the environment.
func records(t testing.TB, name string, byDefault int) int {
	t.Helper()
	v := os.Getenv(name)
	if v == "" && race.Enabled {
		return byDefault / 10
	}
	if v == "" {
		return byDefault
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		t.Fatal(name, err)
	}
	return n
}

// TestAsyncBlockedPipe: a million records into a pipe that nobody reads. The
// program comes through, and what was delivered and what was dropped is all of
// them, exactly, also after the pipe is read in the end.
func TestAsyncBlockedPipe(t *testing.T) {
	for _, test := range []struct {
		name  string
		async spanlog.Async
	}{
		{"DropNewest", spanlog.Async{}},
		{"DropOldest", spanlog.Async{Overflow: spanlog.DropOldest}},
		{"Block", spanlog.Async{Overflow: spanlog.Block, MaxBlock: time.Microsecond}},
	} {
		t.Run(test.name, func(t *testing.T) {
			const goroutines = 64
			each := records(t, pipeVar, 1_000_000) / goroutines
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			test.async.Sink = spanlog.Console{Writer: w}
			l := open(t, &spanlog.Options{OnError: func(error) {}}, test.async)
			var wg sync.WaitGroup
			for g := range goroutines {
				wg.Go(func() {
					for i := range each {
						if i%50 == 0 {
							l.Error("m", "goroutine", g, "i", i)
						} else {
							l.Info("m", "goroutine", g, "i", i)
						}
					}
				})
			}
			wg.Wait()
			ctx, cancel := context.WithTimeout(bg, 2*time.Second)
			defer cancel()
			err = l.Shutdown(ctx)
			if err == nil || !strings.Contains(err.Error(), "records left and dropped; the sink has not returned from one more") {
				t.Errorf("shutdown of a stuck sink: %v", err)
			}
			read := make(chan string)
			go func() {
				b, _ := io.ReadAll(r)
				read <- string(b)
			}()
			sent := goroutines * each
			assert.Eventually(t, "all are accounted for", func() bool {
				s := l.Stats().Sinks[0]
				return s.Delivered+dropped(s) == uint64(sent)+s.Notices
			})
			_ = w.Close()
			lines := <-read
			s := l.Stats().Sinks[0]
			if n := strings.Count(lines, "\n"); uint64(n) != s.Delivered || n == 0 {
				t.Errorf("%d lines, %d delivered", n, s.Delivered)
			}
			checkSum(t, s, sent)
			last := map[float64]float64{}
			for line := range strings.Lines(lines) {
				m := parsed(t, line)
				if m["msg"] != "m" {
					continue
				}
				g, i := m["goroutine"].(float64), m["i"].(float64)
				if before, ok := last[g]; ok && i <= before {
					t.Fatalf("goroutine %v: %v after %v", g, i, before)
				}
				last[g] = i
			}
			if s.Queue.MaxRecords > s.Queue.RecordLimit || s.Queue.MaxRecords < 7000 || s.Queue.Records != 0 {
				t.Errorf("queue: %+v", s.Queue)
			}
		})
	}
}

// A slowHandler does something before it is done.
type slowHandler struct {
	slog.Handler
	do func()
}

func (slowHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h slowHandler) Handle(context.Context, slog.Record) error {
	h.do()
	return nil
}

// TestAsyncFlush: Flush waits for what was handled before it, and for no more.
func TestAsyncFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var delivered atomic.Int32
		slow := slowHandler{slog.DiscardHandler, func() {
			time.Sleep(time.Second)
			delivered.Add(1)
		}}
		l := open(t, nil, spanlog.Async{Sink: spanlog.Relay{Handler: slow, Level: slog.LevelInfo}})
		for range 5 {
			l.Info("before")
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			flush(t, l)
			if n := delivered.Load(); n != 5 {
				t.Errorf("%d delivered at the end of Flush", n)
			}
		}()
		synctest.Wait()
		for range 5 {
			l.Info("after")
		}
		<-done
		ctx, cancel := context.WithTimeout(bg, 2*time.Second)
		defer cancel()
		err := l.Flush(ctx)
		if err == nil || !strings.Contains(err.Error(), "records wait for the sink: context deadline exceeded") {
			t.Errorf("a flush that is too slow: %v", err)
		}
	})
}

// TestAsyncMemory: a queue takes up what it says, also if a record now and then is
// much longer than the others: the memory of that is not kept by a short one that
// waits.
func TestAsyncMemory(t *testing.T) {
	race.Skip(t)
	var hold sync.Mutex
	l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Async{Sink: spanlog.Writer{Writer: writeFunc(func(b []byte) (int, error) {
		hold.Lock()
		defer hold.Unlock()
		return len(b), nil
	})}})
	long := strings.Repeat("x", 60_000)
	var m runtime.MemStats
	const rounds = 40
	for round := range rounds {
		hold.Lock()
		for i := range 9000 {
			if (i+round)%80 == 0 {
				l.Info(long)
			} else {
				l.Info("short")
			}
		}
		if round == rounds-1 {
			runtime.GC() // what is nobody's any more does not count
			runtime.ReadMemStats(&m)
		}
		hold.Unlock()
		flush(t, l)
	}
	q := l.Stats().Sinks[0].Queue
	if q.MaxBytes < 4<<20 || m.HeapAlloc > uint64(5*q.ByteLimit) {
		t.Errorf("%d bytes of heap for %+v", m.HeapAlloc, *q)
	}
}

// TestAsyncWith: what With was given is the same later, also if the caller changes
// it meanwhile, in an open group or not.
func TestAsyncWith(t *testing.T) {
	for _, group := range []string{"", "g"} {
		var buf bytes.Buffer
		hold := make(chan struct{})
		slow := writeFunc(func(b []byte) (int, error) {
			<-hold
			return buf.Write(b)
		})
		l := open(t, nil, spanlog.Async{Sink: spanlog.Relay{Handler: slog.NewJSONHandler(slow, nil)}})
		ids := []int{1, 2}
		log := l.WithGroup(group).With("ids", ids)
		log.InfoContext(inSpan(bg), "m")
		log.InfoContext(inSpan(bg), "m")
		ids[0] = 7
		close(hold)
		flush(t, l)
		if n := strings.Count(buf.String(), `"ids":[1,2]`); n != 2 {
			t.Errorf("group %q: %s", group, &buf)
		}
	}
}
