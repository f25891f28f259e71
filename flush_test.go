package spanlog_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
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
	assert.Equal(t, "before", out.String(), "")
	if err := l.Flush(bg); err != nil {
		t.Error(err)
	}
	assert.Equal(t, "after", messages(t, out.String()), "one")
	l.Info("two")
	if err := l.Shutdown(bg); err != nil {
		t.Error(err)
	}
	assert.Equal(t, "shut down", messages(t, out.String()), "one two")
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

// TestFlushNilError: a Flush that returns a nil pointer for an error is reported
// like any other.
func TestFlushNilError(t *testing.T) {
	l := open(t, nil, spanlog.Writer{Writer: nilFlusher{io.Discard}})
	if err := l.Flush(bg); err == nil || !strings.Contains(err.Error(), "flush: ") {
		t.Errorf("got %v", err)
	}
}

type nilFlusher struct{ io.Writer }

func (nilFlusher) Flush() error { return (*os.PathError)(nil) }
