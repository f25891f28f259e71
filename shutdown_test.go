package spanlog_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

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
		{"no deadline, cancelled meanwhile", func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(bg)
			time.AfterFunc(time.Second, cancel)
			return ctx, cancel
		}, (*spanlog.Logger).Shutdown, time.Second},
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
			assert.Equal(t, "file", messages(t, content(t, path)), "m")
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
	ctx, cancel := context.WithTimeout(bg, 2*time.Second)
	defer cancel()
	if err := l.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	assert.Equal(t, "file", messages(t, content(t, path)), "m")
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
	assert.Equal(t, "console", messages(t, console.String()), "before after")
	assert.Equal(t, "file", messages(t, content(t, path)), "before after")
	assert.Equal(t, "writer", messages(t, writer.String()), "before")
	assert.Equal(t, "relay", messages(t, relay.String()), "before")
	assert.Equal(t, "OnError", heard.String(), "writer sink *bytes.Buffer: spanlog: logger is closed\nrelay sink *slog.JSONHandler: spanlog: logger is closed")
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
	assert.Equal(t, "console", messages(t, out.String()), "before after")
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
