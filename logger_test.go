package spanlog_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog"
)

// flushes are the ways in which a writer or handler can be flushed.
type (
	flushWriter    struct{ calls *int }
	ctxFlushWriter struct{ flushWriter }
	forceWriter    struct{ flushWriter }
	errFlushWriter struct{ flushWriter }
	flushHandler   struct {
		funcHandler
		ctxFlushWriter
	}
	forceHandler struct {
		funcHandler
		forceWriter
	}
)

func (flushWriter) Write(b []byte) (int, error)                  { return len(b), nil }
func (w flushWriter) Flush() error                               { *w.calls++; return nil }
func (w ctxFlushWriter) Flush(context.Context) error             { *w.calls++; return nil }
func (w forceWriter) Flush()                                     {} // not a Flush that can fail
func (w forceWriter) ForceFlush(context.Context) error           { *w.calls++; return nil }
func (w errFlushWriter) Flush() error                            { *w.calls++; return errBroken }
func (h flushHandler) Flush(ctx context.Context) error           { return h.ctxFlushWriter.Flush(ctx) }
func (h forceHandler) ForceFlush(ctx context.Context) error      { return h.forceWriter.ForceFlush(ctx) }
func (h forceHandler) Handle(context.Context, slog.Record) error { return nil }
func (h flushHandler) Handle(context.Context, slog.Record) error { return nil }

func TestFlush(t *testing.T) {
	for _, test := range []struct {
		name string
		sink func(calls *int) spanlog.Sink
		want string // the error; "" is none
	}{
		{"Flush", func(n *int) spanlog.Sink { return spanlog.Writer{Writer: flushWriter{n}} }, ""},
		{"Flush with a context", func(n *int) spanlog.Sink { return spanlog.Writer{Writer: ctxFlushWriter{flushWriter{n}}} }, ""},
		{"ForceFlush", func(n *int) spanlog.Sink { return spanlog.Writer{Writer: forceWriter{flushWriter{n}}} }, ""},
		{"a console's", func(n *int) spanlog.Sink { return spanlog.Console{Writer: flushWriter{n}} }, ""},
		{"a handler's Flush", func(n *int) spanlog.Sink {
			return spanlog.Relay{Handler: flushHandler{ctxFlushWriter: ctxFlushWriter{flushWriter{n}}}}
		}, ""},
		{"a handler's ForceFlush", func(n *int) spanlog.Sink {
			return spanlog.Relay{Handler: forceHandler{forceWriter: forceWriter{flushWriter{n}}}}
		}, ""},
		{"a Flush that fails", func(n *int) spanlog.Sink { return spanlog.Writer{Writer: errFlushWriter{flushWriter{n}}} }, "writer sink spanlog_test.errFlushWriter: flush: broken"},
	} {
		t.Run(test.name, func(t *testing.T) {
			calls := 0
			l := open(t, nil, test.sink(&calls), spanlog.Writer{Writer: io.Discard})
			for i := range 2 {
				err := l.Flush(bg)
				if text(err) != test.want || calls != i+1 {
					t.Errorf("got %d calls, %v; want %d, %q", calls, err, i+1, test.want)
				}
			}
			if err := l.Close(); text(err) != strings.Replace(test.want, "flush:", "close:", 1) || calls != 3 {
				t.Errorf("Close: %d calls, %v", calls, err)
			}
		})
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestFlushBuffered(t *testing.T) {
	var out bytes.Buffer
	l := open(t, nil, spanlog.Writer{Writer: bufio.NewWriter(&out)})
	l.Info("one")
	equal(t, "before", out.String(), "")
	if err := l.Flush(bg); err != nil {
		t.Error(err)
	}
	equal(t, "after", messages(t, out.String()), "one")
	l.Info("two")
	if err := l.Shutdown(bg); err != nil {
		t.Error(err)
	}
	equal(t, "shut down", messages(t, out.String()), "one two")
}

// TestFlushPanics: a Flush that panics is an error of its sink.
func TestFlushPanics(t *testing.T) {
	calls := 0
	l := open(t, nil, spanlog.Writer{Writer: panicFlusher{}}, spanlog.Writer{Writer: flushWriter{&calls}})
	err := l.Flush(bg)
	if !strings.Contains(text(err), "panicFlusher: flush: panic: no") || calls != 1 {
		t.Errorf("got %v, %d calls of the other", err, calls)
	}
}

type panicFlusher struct{}

func (panicFlusher) Write(b []byte) (int, error) { return len(b), nil }
func (panicFlusher) Flush() error                { panic("no") }

// A stuckFlusher is flushed when somebody releases it.
type stuckFlusher struct {
	bytes.Buffer
	release chan struct{}
}

func (s *stuckFlusher) Flush() error { <-s.release; return nil }

// TestShutdownDeadline runs in a time of its own, which passes at once.
func TestShutdownDeadline(t *testing.T) {
	for _, test := range []struct {
		name string
		ctx  func() (context.Context, context.CancelFunc)
		do   func(*spanlog.Logger, context.Context) error
		want time.Duration
	}{
		{"no deadline", func() (context.Context, context.CancelFunc) { return context.WithCancel(bg) }, (*spanlog.Logger).Shutdown, 5 * time.Second},
		{"cancelled", cancelled, (*spanlog.Logger).Shutdown, 5 * time.Second},
		{"a deadline that is over", func() (context.Context, context.CancelFunc) {
			return context.WithDeadline(bg, time.Now().Add(-time.Second))
		}, (*spanlog.Logger).Shutdown, 5 * time.Second},
		{"a deadline", func() (context.Context, context.CancelFunc) { return context.WithTimeout(bg, 2*time.Second) }, (*spanlog.Logger).Shutdown, 2 * time.Second},
		{"a late deadline", func() (context.Context, context.CancelFunc) { return context.WithTimeout(bg, time.Minute) }, (*spanlog.Logger).Shutdown, time.Minute},
		{"cancelled before a deadline", func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithTimeout(bg, time.Minute)
			time.AfterFunc(time.Second, cancel)
			return ctx, cancel
		}, (*spanlog.Logger).Shutdown, time.Second},
		{"Close", func() (context.Context, context.CancelFunc) { return context.WithCancel(bg) }, func(l *spanlog.Logger, _ context.Context) error { return l.Close() }, 5 * time.Second},
		{"Flush", func() (context.Context, context.CancelFunc) { return context.WithTimeout(bg, time.Second) }, (*spanlog.Logger).Flush, time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "app.log")
			synctest.Test(t, func(t *testing.T) {
				stuck := &stuckFlusher{release: make(chan struct{})}
				l := open(t, nil, spanlog.Writer{Writer: stuck}, spanlog.File{Path: path})
				l.Info("m")
				ctx, cancel := test.ctx()
				defer cancel()
				start := time.Now()
				err := test.do(l, ctx)
				if took := time.Since(start); took != test.want {
					t.Errorf("it took %v, want %v", took, test.want)
				}
				want := "writer sink *spanlog_test.stuckFlusher: "
				if s := text(err); !strings.HasPrefix(s, want) || !strings.Contains(s, "not done by the deadline") || strings.Contains(s, "file sink") {
					t.Errorf("got %v", err)
				}
				if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
					t.Errorf("not the context's error: %v", err)
				}
				close(stuck.release)
				synctest.Wait()
			})
			equal(t, "file", messages(t, content(t, path)), "m")
		})
	}
}

func cancelled() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(bg)
	cancel()
	return ctx, cancel
}

// TestShutdownCancelled: what signal.NotifyContext leaves to deferred calls is
// cancelled, and all is flushed nevertheless.
func TestShutdownCancelled(t *testing.T) {
	ctx, _ := cancelled()
	for range 50 { // no luck involved
		var out bytes.Buffer
		l := open(t, nil, spanlog.Writer{Writer: bufio.NewWriter(&out)})
		l.InfoContext(ctx, "m")
		if err := l.Shutdown(ctx); err != nil {
			t.Fatal(err)
		}
		if seen(&out) != 1 {
			t.Fatalf("got %q", out.String())
		}
	}
}

// TestShutdownStuckWrite: a writer that never returns does not keep Shutdown.
func TestShutdownStuckWrite(t *testing.T) {
	release, writing := make(chan struct{}), make(chan struct{})
	var once sync.Once
	stuck := writeFunc(func(b []byte) (int, error) {
		once.Do(func() { close(writing) })
		<-release
		return len(b), nil
	})
	path := filepath.Join(t.TempDir(), "app.log")
	l := open(t, nil, spanlog.Writer{Writer: stuck}, spanlog.File{Path: path})
	var wg sync.WaitGroup
	wg.Go(func() { l.Info("m") })
	<-writing
	ctx, cancel := context.WithTimeout(bg, 10*time.Millisecond)
	defer cancel()
	if err := l.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	equal(t, "file", messages(t, content(t, path)), "m")
	close(release)
	wg.Wait()
}

// TestShutdownTwiceAtOnce: each call returns by its own deadline.
func TestShutdownTwiceAtOnce(t *testing.T) {
	stuck := &stuckFlusher{release: make(chan struct{})}
	l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Writer{Writer: stuck})
	first, second := make(chan error, 1), make(chan error, 1)
	ctx, cancel := context.WithTimeout(bg, time.Hour)
	defer cancel()
	go func() { first <- l.Shutdown(ctx) }()
	for l.Handler().Handle(bg, slog.NewRecord(noon, slog.LevelInfo, "m", 0)) == nil {
		time.Sleep(time.Millisecond) // until the first is under way
	}
	go func() {
		// Long enough that it is not over before the call, which would then
		// take a time of its own.
		ctx, cancel := context.WithTimeout(bg, 200*time.Millisecond)
		defer cancel()
		second <- l.Shutdown(ctx)
	}()
	select {
	case err := <-second:
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("the second waits for the first, past its own deadline")
	}
	close(stuck.release)
	if err := <-first; err != nil {
		t.Error(err)
	}
}

// TestShutdownTwice: the second call does nothing, and says what the first did.
func TestShutdownTwice(t *testing.T) {
	calls := 0
	l := open(t, nil, spanlog.Writer{Writer: errFlushWriter{flushWriter{&calls}}})
	first, second, third := l.Shutdown(bg), l.Shutdown(bg), l.Close()
	if first == nil || text(second) != text(first) || text(third) != text(first) || calls != 1 {
		t.Errorf("got %v, %v, %v; %d calls", first, second, third, calls)
	}
}

// TestAfterShutdown: console and file deliver, the others refuse, and say so.
func TestAfterShutdown(t *testing.T) {
	var console, writer, relay bytes.Buffer
	var heard hearing
	path := filepath.Join(t.TempDir(), "app.log")
	l := open(t, &spanlog.Options{OnError: heard.onError},
		spanlog.Console{Writer: &console}, spanlog.File{Path: path}, spanlog.Writer{Writer: &writer},
		spanlog.Relay{Handler: slog.NewJSONHandler(&relay, nil)})
	derived := l.With("a", 1)
	derived.Info("before")
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	files := openFiles(t)
	err := derived.Handler().Handle(bg, slog.NewRecord(noon, slog.LevelInfo, "after", 0))
	if !errors.Is(err, spanlog.ErrClosed) {
		t.Errorf("got %v", err)
	}
	equal(t, "console", messages(t, console.String()), "before after")
	equal(t, "file", messages(t, content(t, path)), "before after")
	equal(t, "writer", messages(t, writer.String()), "before")
	equal(t, "relay", messages(t, relay.String()), "before")
	equal(t, "OnError", heard.String(), "writer sink *bytes.Buffer: spanlog: logger is closed\nrelay sink *slog.JSONHandler: spanlog: logger is closed")
	if n := openFiles(t); n != files {
		t.Errorf("%d files are open, %d were before", n, files)
	}
	if err := l.Flush(bg); err != nil {
		t.Errorf("Flush: %v", err)
	}
}

// TestAfterShutdownUnbuffered: a console that writes through a buffer has
// nobody left to flush it.
func TestAfterShutdownUnbuffered(t *testing.T) {
	var out bytes.Buffer
	l := open(t, nil, spanlog.Console{Writer: bufio.NewWriter(&out)})
	l.Info("before")
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	l.Info("after")
	equal(t, "console", messages(t, out.String()), "before after")
}

// TestShutdownRace: a record that comes while the logger is shut down is either
// refused or written, not left behind in a buffer.
func TestShutdownRace(t *testing.T) {
	var out bytes.Buffer
	var l *spanlog.Logger
	l = open(t, nil, spanlog.Writer{Writer: bufio.NewWriter(&out), Format: spanlog.FormatFunc(func(dst []byte, e *spanlog.Event) []byte {
		if err := l.Close(); err != nil { // just now
			t.Error(err)
		}
		return append(dst, e.Message...)
	})})
	err := l.Handler().Handle(bg, slog.NewRecord(noon, slog.LevelInfo, "m", 0))
	if err == nil && out.String() != "m\n" {
		t.Errorf("delivered, it is said; but %q was written", out.String())
	}
	if err != nil && !errors.Is(err, spanlog.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// TestCancelledContext: a caller that has gone does not keep its record from
// being delivered.
func TestCancelledContext(t *testing.T) {
	ctx, _ := cancelled()
	var writer, relay bytes.Buffer
	path := filepath.Join(t.TempDir(), "app.log")
	l := open(t, nil, spanlog.Writer{Writer: &writer}, spanlog.File{Path: path}, spanlog.Relay{Handler: slog.NewJSONHandler(&relay, nil)})
	l.InfoContext(inSpan(ctx), "m")
	flush(t, l)
	for _, s := range []string{writer.String(), content(t, path), relay.String()} {
		equal(t, "message", messages(t, s), "m")
	}
}

// TestLoggerDerived: With and WithGroup return a plain logger, which goes on
// working.
func TestLoggerDerived(t *testing.T) {
	var buf bytes.Buffer
	l := open(t, nil, spanlog.Writer{Writer: &buf})
	func(plain *slog.Logger) { plain.Info("m", "b", 2) }(l.With("a", 1).WithGroup("g"))
	if !strings.HasSuffix(buf.String(), `"msg":"m","a":1,"g":{"b":2}}`+"\n") {
		t.Errorf("got %s", buf.String())
	}
	if _, ok := l.Handler().(*spanlog.Handler); !ok {
		t.Errorf("the handler is a %T", l.Handler())
	}
}

func TestFatal(t *testing.T) {
	path := os.Getenv("TEST_FILE")
	switch os.Getenv(childVar) {
	case "fatal":
		l := spanlog.Must(spanlog.New(&spanlog.Options{AddSource: true},
			spanlog.File{Path: path}, spanlog.Writer{Writer: bufio.NewWriter(os.Stdout)}))
		l.Info("before")
		l.Fatal(inSpan(bg), "the end", "a", 1)
	case "cancelled":
		ctx, _ := cancelled()
		l := spanlog.Must(spanlog.New(nil, spanlog.File{Path: path}, spanlog.Writer{Writer: bufio.NewWriter(os.Stdout)}))
		l.Fatal(ctx, "the end")
	case "below":
		l := spanlog.Must(spanlog.New(&spanlog.Options{Level: slog.Level(20)}, spanlog.File{Path: path}))
		l.Fatal(bg, "the end")
	case "nil":
		l := spanlog.Must(spanlog.New(nil, spanlog.File{Path: path}, spanlog.Writer{Writer: os.Stdout}))
		l.Fatal(nilContext, "the end")
	case "closed":
		l := spanlog.Must(spanlog.New(nil, spanlog.File{Path: path}, spanlog.Console{Writer: os.Stdout}))
		_ = l.Close()
		l.Fatal(bg, "the end")
	case "":
		for _, test := range []struct{ do, file, stdout string }{
			{"fatal", "before the end", "before the end"},
			{"cancelled", "the end", "the end"},
			{"below", "", ""},
			{"nil", "the end", "the end"},
			{"closed", "the end", "the end"},
		} {
			t.Run(test.do, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "app.log")
				stdout, stderr, status := child(t, test.do, "TEST_FILE="+path)
				if status != 1 || stderr != "" {
					t.Errorf("status %d, want 1; stderr %s", status, stderr)
				}
				equal(t, "stdout", messages(t, stdout), test.stdout)
				file := content(t, path)
				equal(t, "file", messages(t, file), test.file)
				if test.do != "fatal" {
					return
				}
				last := parsed(t, file[strings.LastIndex(strings.TrimSpace(file), "\n")+1:])
				if last["level"] != "FATAL" || last["a"] != 1.0 || last["trace_id"] != w3cTraceID {
					t.Errorf("got %v", last)
				}
				src, _ := last["source"].(map[string]any)
				if fn, _ := src["function"].(string); !strings.HasSuffix(fn, ".TestFatal") || filepath.Base(fmt.Sprint(src["file"])) != "logger_test.go" {
					t.Errorf("source %v, want this test", src)
				}
			})
		}
		return
	}
	os.Exit(3) // Fatal has returned
}

// TestSetDefault gives slog.SetDefault a handler around the one that slog starts
// with, which is how a program deadlocks with other handlers.
func TestSetDefault(t *testing.T) {
	around := func(h slog.Handler) slog.Handler { return spanlog.NewHandler(h, nil) }
	if do := os.Getenv(childVar); do != "" {
		switch do {
		case "plain":
			slog.SetDefault(slog.New(around(slog.Default().Handler())))
		case "attributes":
			slog.SetDefault(slog.New(around(slog.Default().With("a", 1).WithGroup("g").With("b", 2).Handler())))
		case "Relay":
			slog.SetDefault(spanlog.Must(spanlog.New(nil, spanlog.Relay{Handler: slog.Default().Handler()})).Logger)
		case "twice":
			slog.SetDefault(slog.New(around(around(slog.Default().Handler()))))
		case "after another":
			original := slog.Default().Handler()
			slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
			slog.SetDefault(slog.New(around(original)))
		case "again":
			slog.SetDefault(slog.New(around(slog.Default().Handler())))
			slog.SetDefault(slog.New(around(slog.Default().Handler())))
		case "prefix and flags":
			log.SetFlags(log.Lmsgprefix | log.Lshortfile)
			log.SetPrefix("app: ")
			slog.SetDefault(slog.New(around(slog.Default().Handler())))
		case "output":
			log.SetOutput(os.Stdout)
			slog.SetDefault(slog.New(around(slog.Default().Handler())))
		}
		slog.InfoContext(inSpan(bg), "one", "c", 3)
		slog.Default().WithGroup("h").With("d", 4).Info("two", "e", 5)
		slog.Debug("no")
		log.Print("three")
		os.Exit(0)
	}
	ids := " trace_id=" + w3cTraceID + " span_id=" + w3cSpanID + " trace_flags=01"
	for _, test := range []struct {
		do     string
		stdout bool
		want   []string // the ends of the lines
	}{
		{"plain", false, []string{" INFO one c=3" + ids, " INFO two h.d=4 h.e=5", " INFO three"}},
		{"attributes", false, []string{" INFO one a=1 g.b=2 g.c=3 g.trace_id=" + w3cTraceID, " INFO two a=1 g.b=2 g.h.d=4 g.h.e=5", " INFO three a=1 g.b=2"}},
		{"Relay", false, []string{" INFO one c=3" + ids, " INFO two h.d=4 h.e=5", " INFO three"}},
		{"twice", false, []string{" INFO one c=3" + ids, " INFO two h.d=4 h.e=5", " INFO three"}},
		{"after another", false, []string{" INFO one c=3" + ids, " INFO two h.d=4 h.e=5", " INFO three"}},
		{"again", false, []string{" INFO one c=3" + ids, " INFO two h.d=4 h.e=5", " INFO three"}},
		{"prefix and flags", false, []string{": app: INFO one c=3" + ids, ": app: INFO two h.d=4 h.e=5", "three"}},
		{"output", true, []string{" INFO one c=3" + ids, " INFO two h.d=4 h.e=5", " INFO three"}},
	} {
		t.Run(test.do, func(t *testing.T) {
			stdout, stderr, status := child(t, test.do)
			if status != 0 {
				t.Fatalf("status %d: %s", status, stderr)
			}
			if test.stdout {
				stderr = stdout
			}
			lines := strings.Split(strings.TrimSpace(stderr), "\n")
			if len(lines) != len(test.want) {
				t.Fatalf("got %q", lines)
			}
			for i, want := range test.want {
				if !strings.Contains(lines[i], want) {
					t.Errorf("line %d:\n got %s\nwant %s in it", i+1, lines[i], want)
				}
				if test.do == "prefix and flags" && i < 2 && !strings.HasPrefix(lines[i], "logger_test.go:") {
					t.Errorf("line %d: no source: %s", i+1, lines[i])
				}
			}
		})
	}
}
