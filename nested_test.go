package spanlog_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// An entryFunc is a writer that logs, or whatever else it likes.
type entryFunc func(spanlog.Entry) error

func (entryFunc) Write([]byte) (int, error) { return 0, errors.New("Write was called") }

func (f entryFunc) WriteEntry(_ context.Context, e spanlog.Entry) error { return f(e) }

// flushFunc is a writer whose Flush does something.
type flushFunc func()

func (flushFunc) Write(b []byte) (int, error) { return len(b), nil }

func (f flushFunc) Flush() error {
	f()
	return nil
}

// TestLogFromLogging: whatever of the program's logs while it is called by
// logging, nobody waits for ever, and it comes to an end; another sink gets what
// is logged there, and what is not delivered is counted.
func TestLogFromLogging(t *testing.T) {
	var l *spanlog.Logger
	logs := func() { l.Info("inside") }
	for _, test := range []struct {
		name string
		opts spanlog.Options
		sink spanlog.Sink
		args []any
	}{
		{"LogValuer", spanlog.Options{}, nil, []any{"v", logValue(func() slog.Value { logs(); return slog.IntValue(1) })}},
		{"LogValuer that logs itself", spanlog.Options{}, nil, nil}, // set below
		{"LogValuer in a group", spanlog.Options{}, nil, []any{slog.Group("g", "v", logValue(func() slog.Value { logs(); return slog.IntValue(1) }))}},
		{"error", spanlog.Options{}, nil, []any{"err", errorFunc(func() string { logs(); return "e" })}},
		{"MarshalJSON", spanlog.Options{}, nil, []any{"v", marshalFunc(logs)}},
		{"ReplaceAttr", spanlog.Options{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr { logs(); return a }}, nil, nil},
		{"FromContext", spanlog.Options{FromContext: func(_ context.Context, dst []slog.Attr) []slog.Attr { logs(); return dst }}, nil, nil},
		{"OnError", spanlog.Options{OnError: func(error) { logs() }}, spanlog.Writer{Writer: brokenWriter}, nil},
		{"OnError, Async", spanlog.Options{OnError: func(error) { logs() }}, spanlog.Async{Sink: spanlog.Writer{Writer: brokenWriter}}, nil},
		{"FormatFunc", spanlog.Options{}, spanlog.Writer{Writer: io.Discard, Format: spanlog.FormatFunc(func(dst []byte, _ *spanlog.Event) []byte { logs(); return dst })}, nil},
		{"Writer", spanlog.Options{}, spanlog.Writer{Writer: writeFunc(func(b []byte) (int, error) { logs(); return len(b), nil })}, nil},
		{"Writer, Async", spanlog.Options{}, spanlog.Async{Sink: spanlog.Writer{Writer: writeFunc(func(b []byte) (int, error) { logs(); return len(b), nil })}}, nil},
		{"EntryWriter", spanlog.Options{}, spanlog.Writer{Writer: entryFunc(func(spanlog.Entry) error { logs(); logs(); return nil })}, nil},
		{"EntryWriter, Async", spanlog.Options{}, spanlog.Async{Sink: spanlog.Writer{Writer: entryFunc(func(spanlog.Entry) error { logs(); logs(); return nil })}}, nil},
		{"EntryWriter, Limit", spanlog.Options{}, spanlog.Limit{Sink: spanlog.Writer{Writer: entryFunc(func(spanlog.Entry) error { logs(); return nil })}, First: 1}, nil},
		{"EntryWriter, Failover", spanlog.Options{}, spanlog.Failover{Sinks: []spanlog.Sink{spanlog.Writer{Writer: entryFunc(func(spanlog.Entry) error { logs(); return errBroken })}, spanlog.Writer{Writer: io.Discard}}}, nil},
		{"Flush", spanlog.Options{}, spanlog.Writer{Writer: flushFunc(logs)}, nil},
		{"Relay", spanlog.Options{}, spanlog.Relay{Handler: slowHandler{slog.DiscardHandler, func() { logs(); logs() }}}, nil},
		{"Relay, Async", spanlog.Options{}, spanlog.Async{Sink: spanlog.Relay{Handler: slowHandler{slog.DiscardHandler, func() { logs(); logs() }}}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.name == "LogValuer that logs itself" {
				var v slog.LogValuer
				v = logValue(func() slog.Value { l.Info("inside", "v", v); l.Info("inside", "v", v); return slog.IntValue(1) })
				test.args = []any{"v", v}
			}
			if test.opts.OnError == nil {
				test.opts.OnError = func(error) {}
			}
			var beside bytes.Buffer
			sinks := []spanlog.Sink{spanlog.Console{Writer: &beside}}
			if test.sink != nil {
				sinks = append(sinks, test.sink)
			}
			l = open(t, &test.opts, sinks...)
			done := make(chan struct{})
			go func() {
				defer close(done)
				var wg sync.WaitGroup
				for range 4 {
					wg.Go(func() {
						for range 5 {
							l.Info("outside", test.args...)
						}
					})
				}
				wg.Wait()
				if err := l.Flush(bg); err != nil {
					t.Log(err) // of a broken sink
				}
				if err := l.Close(); err != nil {
					t.Log(err)
				}
			}()
			select {
			case <-done:
			case <-time.After(20 * time.Second):
				t.Fatal("waits for itself")
			}
			got := beside.String()
			outside, inside := strings.Count(got, `"outside"`), strings.Count(got, `"inside"`)
			s := l.Stats()
			t.Logf("%d outside, %d inside; %v", outside, inside, s)
			if outside != 20 || inside == 0 {
				t.Errorf("beside the sink are %d records from outside and %d from inside", outside, inside)
			}
			for _, s := range s.Sinks {
				checkSum(t, s, int(s.Delivered+dropped(s)-s.Notices))
				if s.Queue != nil && s.Queue.Records != 0 {
					t.Errorf("%d records wait", s.Queue.Records)
				}
			}
		})
	}
}

// An errorFunc is an error whose text is made by a function.
type errorFunc func() string

func (f errorFunc) Error() string { return f() }

// A marshalFunc does something when it is encoded.
type marshalFunc func()

func (f marshalFunc) MarshalJSON() ([]byte, error) {
	f()
	return []byte("1"), nil
}

// TestOnErrorLogsAsync: an OnError that logs is not called for its own records over
// and over, whatever the writer is.
func TestOnErrorLogsAsync(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Close()
	defer w.Close()
	var l *spanlog.Logger
	var calls atomic.Int64
	l = open(t, &spanlog.Options{OnError: func(err error) {
		calls.Add(1)
		l.Error("the log has trouble", spanlog.Err(err))
	}}, spanlog.Async{Sink: spanlog.Console{Writer: w}})
	l.Info("m")
	for range 10 {
		flush(t, l)
	}
	if n := calls.Load(); n == 0 || n > 3 {
		t.Errorf("OnError was called %d times for one record", n)
	}
}

// TestNestedDepth: four calls of Handle are within each other at most.
func TestNestedDepth(t *testing.T) {
	var buf bytes.Buffer
	l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Writer{Writer: &buf})
	inside := 0
	var v slog.LogValuer
	v = logValue(func() slog.Value {
		inside++
		l.Info("inside", "v", v)
		return slog.IntValue(1)
	})
	l.Info("outside", "v", v)
	assert.Equal(t, "messages", messages(t, buf.String()), "inside inside inside outside")
	if s := l.Stats().Sinks[0]; inside != 4 || fmt.Sprint(s.Dropped) != "[{INFO nested 1}]" {
		t.Errorf("%d calls of LogValue, dropped %v", inside, s.Dropped)
	}
}

// TestNestedWith: a value that asks for a logger with itself comes to an end as well.
func TestNestedWith(t *testing.T) {
	for _, test := range []struct {
		name  string
		with  func(l *slog.Logger, v slog.LogValuer)
		calls int
	}{
		{"With", func(l *slog.Logger, v slog.LogValuer) { l.With("v", v).Info("inside") }, 5},
		{"With, in a group", func(l *slog.Logger, v slog.LogValuer) { l.With(slog.Group("g", "v", v)).Info("inside") }, 5},
		{"With and a record", func(l *slog.Logger, v slog.LogValuer) { l.With("v", v).Info("inside", "w", v) }, 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			var buf bytes.Buffer
			l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Writer{Writer: &buf})
			calls := 0
			var v slog.LogValuer
			v = logValue(func() slog.Value {
				calls++
				test.with(l.Logger, v)
				return slog.IntValue(1)
			})
			l.Info("outside", "v", v)
			if s := buf.String(); !strings.Contains(s, `"v":"!ERROR:logged from within logging"`) && !strings.Contains(s, `"g":"!ERROR:logged from within logging"`) ||
				!strings.HasSuffix(s, `"msg":"outside","v":1}`+"\n") {
				t.Errorf("got %s", s)
			}
			if calls > test.calls {
				t.Errorf("%d calls of LogValue, want %d at most", calls, test.calls)
			}
			l.With("w", logValue(func() slog.Value { return slog.IntValue(2) })).Info("afterwards")
			if s := buf.String(); !strings.HasSuffix(s, `"msg":"afterwards","w":2}`+"\n") {
				t.Errorf("afterwards: %s", s)
			}
		})
	}
}
