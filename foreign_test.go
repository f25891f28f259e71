package spanlog_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// leveled is a handler whose level depends on what With has told it.
type leveled struct {
	slog.Handler
	level slog.Level
}

func (h leveled) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level }

func (h leveled) WithAttrs(attrs []slog.Attr) slog.Handler {
	for _, a := range attrs {
		switch a.Value.String() {
		case "db":
			h.level = slog.LevelDebug
		case "noisy":
			h.level = slog.LevelError
		}
	}
	return leveled{h.Handler.WithAttrs(attrs), h.level}
}

// TestForeignLevel: a handler is asked for its level as it was derived.
func TestForeignLevel(t *testing.T) {
	for _, test := range []struct {
		name string
		wrap func(slog.Handler) slog.Handler
	}{
		{"NewHandler", func(h slog.Handler) slog.Handler { return spanlog.NewHandler(h, nil) }},
		{"Relay", func(h slog.Handler) slog.Handler {
			return spanlog.Must(spanlog.New(nil, spanlog.Relay{Handler: h})).Handler()
		}},
	} {
		var buf bytes.Buffer
		l := slog.New(test.wrap(leveled{slog.NewTextHandler(&buf, &slog.HandlerOptions{Level: slog.LevelDebug}), slog.LevelInfo}))
		for _, ctx := range []context.Context{bg, inSpan(bg)} {
			buf.Reset()
			l.InfoContext(ctx, "one")
			l.DebugContext(ctx, "two")
			l.With("logger", "db").DebugContext(ctx, "three")
			l.With("logger", "noisy").InfoContext(ctx, "four")
			var got []string
			for line := range strings.Lines(buf.String()) {
				_, msg, _ := strings.Cut(line, "msg=")
				got = append(got, strings.Fields(msg)[0])
			}
			assert.Equal(t, test.name, strings.Join(got, " "), "one three")
		}
	}
}

// adding is a handler that adds to its record without cloning it, as it should.
type adding struct{ slog.Handler }

func (h adding) Handle(ctx context.Context, r slog.Record) error {
	r.AddAttrs(slog.Int("added", 1))
	return h.Handler.Handle(ctx, r)
}

// TestForeignRecord: what a handler does to its record stays with it, even if
// the caller's record has room for more.
func TestForeignRecord(t *testing.T) {
	var first, second bytes.Buffer
	l := open(t, nil, spanlog.Relay{Handler: adding{slog.NewTextHandler(&first, nil)}}, spanlog.Relay{Handler: adding{slog.NewTextHandler(&second, nil)}})
	r := slog.NewRecord(noon, slog.LevelInfo, "m", 0)
	for i := range 7 {
		r.AddAttrs(slog.Int("n", i))
	}
	if err := l.Handler().Handle(bg, r); err != nil {
		t.Fatal(err)
	}
	for _, buf := range []*bytes.Buffer{&first, &second} {
		if got := buf.String(); strings.Count(got, "added=1") != 1 || strings.Contains(got, "!BUG") {
			t.Errorf("got %s", got)
		}
	}
}

// TestForeignErrorForm: a schema's form of errors is for With's as well.
func TestForeignErrorForm(t *testing.T) {
	var buf bytes.Buffer
	l := open(t, &spanlog.Options{Schema: spanlog.SchemaECS}, spanlog.Relay{Handler: slog.NewTextHandler(&buf, nil)})
	l.With(spanlog.Err(errors.New("boom"))).Info("m")
	if got := buf.String(); !strings.Contains(got, "error.message=boom error.type=*errors.errorString") {
		t.Errorf("got %s", got)
	}
}

// TestForeignFlush: the way from a Logger to a handler's Flush leads through
// handlers of ours.
func TestForeignFlush(t *testing.T) {
	flushed := 0
	next := flushing{slog.DiscardHandler, &flushed}
	l := open(t, nil, spanlog.Relay{Handler: spanlog.NewHandler(next, nil)})
	if err := l.Flush(nilContext); err != nil || flushed != 1 {
		t.Errorf("flushed %d times, %v", flushed, err)
	}
}

type flushing struct {
	slog.Handler
	n *int
}

func (f flushing) Flush(context.Context) error { *f.n++; return nil }

// cutting is a writer that takes a part of the second line and fails.
type cutting struct {
	bytes.Buffer
	calls int
}

func (w *cutting) Write(b []byte) (int, error) {
	if w.calls++; w.calls == 2 {
		n, _ := w.Buffer.Write(b[:10])
		return n, errBroken
	}
	return w.Buffer.Write(b)
}

// TestCutLine: after a line that was cut off, the next begins on its own.
func TestCutLine(t *testing.T) {
	for _, sink := range []func(*cutting) spanlog.Sink{
		func(w *cutting) spanlog.Sink { return spanlog.Writer{Writer: w} },
		func(w *cutting) spanlog.Sink { return spanlog.Console{Writer: w, Format: spanlog.JSON} },
	} {
		var w cutting
		l := open(t, &spanlog.Options{OnError: func(error) {}}, sink(&w))
		l.Info("one")
		l.Info("two")
		l.Info("three")
		lines := strings.Split(w.String(), "\n")
		if len(lines) != 4 || !strings.Contains(lines[0], "one") || len(lines[1]) != 10 || !strings.HasPrefix(lines[2], "{") {
			t.Errorf("got %q", lines)
		}
	}
}

// TestErrorTextSafe: the text of an error cannot forge a line of stderr either.
func TestErrorTextSafe(t *testing.T) {
	got := captureStderr(t, func() {
		l := open(t, nil, spanlog.Writer{Writer: writeFunc(func([]byte) (int, error) { return 0, errors.New("a\x1b[31m\nspanlog: b") })})
		l.Info("m")
	})
	assert.Equal(t, "stderr", got, `spanlog: writer sink spanlog_test.writeFunc: a\x1b[31m\nspanlog: b`+"\n")
}

// TestAfterShutdownCanceled: a cancelled context does not keep the console from
// delivering, after shutdown either.
func TestAfterShutdownCanceled(t *testing.T) {
	w := &contextFlusher{}
	l := open(t, nil, spanlog.Console{Writer: w, Format: spanlog.JSON})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(bg)
	cancel()
	l.InfoContext(ctx, "late")
	if !strings.Contains(w.flushed.String(), "late") {
		t.Error("the record was not written")
	}
}

// contextFlusher is a buffer that is not flushed for a context that is over.
type contextFlusher struct {
	bytes.Buffer
	flushed bytes.Buffer
}

func (w *contextFlusher) Flush(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	_, err := w.WriteTo(&w.flushed)
	return err
}

// TestErrorPanics: an error of a sink whose own method panics goes no further.
func TestErrorPanics(t *testing.T) {
	l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Writer{Writer: writeFunc(func([]byte) (int, error) { return 0, badError{} })})
	err := l.Handler().Handle(bg, slog.NewRecord(noon, slog.LevelInfo, "m", 0))
	if !strings.Contains(text(err), "panic: ") {
		t.Errorf("got %q", text(err))
	}
	if s := l.Stats().Sinks[0]; len(s.Dropped) != 1 || !strings.Contains(s.LastError, "panic: ") {
		t.Errorf("got %+v", s)
	}
}
