package spanlog_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// TestShutdownStuck: Shutdown returns by its deadline, says how many records are
// left, and what comes later is refused without a wait.
func TestShutdownStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Async{Sink: spanlog.Console{Writer: g}})
		for range 10 {
			l.Info("m")
		}
		synctest.Wait()
		l.Error("m")
		start := time.Now()
		ctx, cancel := context.WithTimeout(bg, 200*time.Millisecond)
		defer cancel()
		err := l.Shutdown(ctx)
		if took := time.Since(start); took > 200*time.Millisecond {
			t.Errorf("took %v", took)
		}
		want := "console sink: close: 10 records left and dropped; the sink has not returned from one more: context deadline exceeded"
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %v", err, want)
		}
		start = time.Now()
		if err := l.Handler().Handle(bg, slog.NewRecord(time.Now(), slog.LevelInfo, "late", 0)); !errors.Is(err, spanlog.ErrClosed) {
			t.Errorf("late: %v", err)
		}
		if took := time.Since(start); took > 100*time.Millisecond {
			t.Errorf("took %v", took)
		}
		close(g.open)
		synctest.Wait()
		s := l.Stats().Sinks[0]
		checkSum(t, s, 12)
		if s.Delivered != 1 || fmt.Sprint(s.Dropped) != "[{INFO closed 10} {ERROR closed 1}]" {
			t.Errorf("%+v", s)
		}
	})
}

// TestAsyncLate: after Shutdown, records are delivered as the sink would.
func TestAsyncLate(t *testing.T) {
	var console, writer bytes.Buffer
	l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Async{Sink: spanlog.Console{Writer: &console}}, spanlog.Async{Sink: spanlog.Writer{Writer: &writer}})
	l.Info("one")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	err := l.Handler().Handle(bg, slog.NewRecord(time.Now(), slog.LevelInfo, "late", 0))
	assert.Equal(t, "console", messages(t, console.String()), "one late")
	assert.Equal(t, "writer", messages(t, writer.String()), "one")
	if !errors.Is(err, spanlog.ErrClosed) || strings.Contains(err.Error(), "console") {
		t.Errorf("late: %v", err)
	}
}

// TestAsyncLateStuck: a sink that gets stuck after Shutdown holds nobody for long,
// and the record is counted when it is known what has become of it.
func TestAsyncLateStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Async{Sink: spanlog.Console{Writer: g}})
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		for _, want := range []string{"the sink has not returned yet", "the sink is stuck", "the sink is stuck"} {
			err := l.Handler().Handle(bg, slog.NewRecord(time.Now(), slog.LevelInfo, "late", 0))
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %s", err, want)
			}
		}
		if took := time.Since(start); took != 100*time.Millisecond {
			t.Errorf("took %v: only the first is to wait", took)
		}
		close(g.open)
		synctest.Wait()
		s := l.Stats().Sinks[0]
		checkSum(t, s, 3)
		if s.Delivered != 1 {
			t.Errorf("%+v", s)
		}
		if err := l.Handler().Handle(bg, slog.NewRecord(time.Now(), slog.LevelInfo, "later", 0)); err != nil {
			t.Errorf("the sink has returned, but: %v", err)
		}
	})
}

// TestAsyncLateFails: a late record that fails after it was waited for is counted
// with its own level.
func TestAsyncLateFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := writeFunc(func(b []byte) (int, error) {
			time.Sleep(150 * time.Millisecond)
			return 0, errBroken
		})
		l := open(t, &spanlog.Options{OnError: func(error) {}, Level: slog.LevelDebug}, spanlog.Async{Sink: spanlog.Console{Writer: slow}}, spanlog.Writer{Writer: io.Discard})
		_ = l.Close()
		for range 20 {
			l.Error("late")
			time.Sleep(100 * time.Millisecond)
			for range 10 {
				l.Debug("another one, in the same memory")
			}
		}
		time.Sleep(time.Second)
		s := l.Stats().Sinks[0]
		checkSum(t, s, 220)
		levels := map[slog.Level]uint64{}
		for _, d := range s.Dropped {
			levels[d.Level] += d.Records
		}
		if levels[slog.LevelError] != 20 || levels[slog.LevelDebug] != 200 {
			t.Errorf("dropped %v", s.Dropped)
		}
	})
}

// TestAsyncClosesLate: a sink that was given up is closed when it returns.
func TestAsyncClosesLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		flushed := make(chan struct{}, 8)
		l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Async{Sink: spanlog.Relay{Handler: stuckHandler{slog.DiscardHandler, release, flushed}}})
		l.Info("m")
		synctest.Wait()
		ctx, cancel := context.WithTimeout(bg, time.Second)
		defer cancel()
		if err := l.Shutdown(ctx); err == nil {
			t.Error("no error")
		}
		close(release)
		synctest.Wait()
		if len(flushed) != 1 {
			t.Errorf("flushed %d times", len(flushed))
		}
	})
}

// A stuckHandler returns when it is released.
type stuckHandler struct {
	slog.Handler
	release <-chan struct{}
	flushed chan<- struct{}
}

func (stuckHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h stuckHandler) Handle(context.Context, slog.Record) error {
	<-h.release
	return nil
}

func (h stuckHandler) Flush() error {
	h.flushed <- struct{}{}
	return nil
}
