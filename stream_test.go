package spanlog_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog"
)

// An exits is a value whose methods end the goroutine.
type exits struct{}

func (exits) Error() string                { runtime.Goexit(); return "" }
func (exits) MarshalJSON() ([]byte, error) { runtime.Goexit(); return nil, nil }

type exitsAsLogValuer struct{}

func (exitsAsLogValuer) LogValue() slog.Value { runtime.Goexit(); return slog.Value{} }

// TestValueExit: a value that ends the goroutine costs its record, which each sink counts,
// and nothing else.
func TestValueExit(t *testing.T) {
	for _, test := range []struct {
		name  string
		value any
	}{
		{"written while the record is read", exits{}},
		{"in a group, written later", slog.GroupValue(slog.Any("x", exits{}))},
		{"a LogValuer", exitsAsLogValuer{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var a, b bytes.Buffer
			l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Writer{Writer: &a}, spanlog.Writer{Writer: &b, Format: spanlog.Text})
			done := make(chan struct{})
			go func() {
				defer close(done)
				l.Info("lost", "x", test.value)
			}()
			<-done
			l.Info("next")
			for i, out := range []string{a.String(), b.String()} {
				if n := bytes.Count([]byte(out), []byte("\n")); n != 1 {
					t.Errorf("sink %d has %d lines: %s", i, n, out)
				}
				checkSum(t, l.Stats().Sinks[i], 2)
			}
		})
	}
}

// TestOnErrorExit: an OnError that ends the goroutine, as t.Fatal does, costs no sink a
// record, and none is counted twice.
func TestOnErrorExit(t *testing.T) {
	failing := func() spanlog.Sink {
		return spanlog.Writer{Writer: writeFunc(func([]byte) (int, error) { return 0, errBroken })}
	}
	for _, test := range []struct {
		name  string
		sinks func(good func() spanlog.Sink) []spanlog.Sink
	}{
		{"the first fails", func(good func() spanlog.Sink) []spanlog.Sink { return []spanlog.Sink{failing(), good()} }},
		{"the second fails", func(good func() spanlog.Sink) []spanlog.Sink { return []spanlog.Sink{good(), failing(), good()} }},
		{"two fail", func(good func() spanlog.Sink) []spanlog.Sink {
			return []spanlog.Sink{failing(), good(), failing(), good()}
		}},
	} {
		for _, attr := range []slog.Attr{slog.Int("x", 1), slog.Any("x", exits{})} {
			t.Run(test.name+" "+attr.Value.Kind().String(), func(t *testing.T) {
				var bufs []*bytes.Buffer
				l := open(t, &spanlog.Options{OnError: func(error) { runtime.Goexit() }}, test.sinks(func() spanlog.Sink {
					bufs = append(bufs, new(bytes.Buffer))
					return spanlog.Writer{Writer: bufs[len(bufs)-1]}
				})...)
				done := make(chan struct{})
				go func() {
					defer close(done)
					l.LogAttrs(bg, slog.LevelInfo, "m", attr)
				}()
				<-done
				for _, s := range l.Stats().Sinks {
					checkSum(t, s, 1)
				}
				for i, buf := range bufs {
					if n := bytes.Count(buf.Bytes(), []byte("\n")); attr.Value.Kind() != slog.KindAny && n != 1 {
						t.Errorf("good sink %d has %d lines", i, n)
					}
				}
			})
		}
	}
}

// TestHandleBelow: Handle admits nothing below a level even if nobody has asked Enabled.
func TestHandleBelow(t *testing.T) {
	for _, test := range []struct {
		name    string
		handler func(*bytes.Buffer) slog.Handler
	}{
		{"one sink", func(b *bytes.Buffer) slog.Handler { return open(t, nil, spanlog.Writer{Writer: b}).Handler() }},
		{"two sinks", func(b *bytes.Buffer) slog.Handler {
			return open(t, nil, spanlog.Writer{Writer: b}, spanlog.Writer{Writer: b, Format: spanlog.Text}).Handler()
		}},
		{"a level that changes", func(b *bytes.Buffer) slog.Handler {
			return open(t, nil, spanlog.Writer{Writer: b, Level: new(slog.LevelVar)}).Handler()
		}},
		{"NewHandler with a level", func(b *bytes.Buffer) slog.Handler {
			return spanlog.NewHandler(slog.NewJSONHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug}), &spanlog.Options{Level: slog.LevelInfo})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var buf bytes.Buffer
			r := slog.NewRecord(time.Now(), slog.LevelDebug, "below", 0)
			r.AddAttrs(slog.Int("a", 1))
			if err := test.handler(&buf).Handle(spanCtx, r); err != nil || buf.Len() > 0 {
				t.Errorf("got %q, error %v", buf.String(), err)
			}
		})
	}
}

// A counted counts how often it is written.
type counted struct{ n *int }

func (c counted) MarshalJSON() ([]byte, error) { *c.n++; return []byte("1"), nil }

// TestNotWritten: nothing is written for a sink that would not take it.
func TestNotWritten(t *testing.T) {
	for _, test := range []struct {
		name string
		open func(t *testing.T) *spanlog.Logger
	}{
		{"closed", func(t *testing.T) *spanlog.Logger {
			l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Writer{Writer: io.Discard})
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			return l
		}},
		{"broken off", func(t *testing.T) *spanlog.Logger {
			l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Writer{Writer: writeFunc(func([]byte) (int, error) { return 0, errBroken })})
			for !l.Stats().Sinks[0].BrokenOff {
				l.Info("m")
			}
			return l
		}},
		{"a queue that is full", func(t *testing.T) *spanlog.Logger {
			g := newGate()
			l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Async{Sink: spanlog.Writer{Writer: g}, MaxRecords: 1})
			t.Cleanup(func() { close(g.open) })
			l.Info("m")
			<-g.reached // or it would still take a record from the queue
			for len(l.Stats().Sinks[0].Dropped) == 0 {
				l.Info("m")
			}
			return l
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // or the sink would be tried again if that takes long
				n := 0
				test.open(t).Info("m", "x", counted{&n})
				if n > 0 {
					t.Errorf("it was written %d times", n)
				}
			})
		})
	}
}

// TestNilError: reflection can make an error of errors.New that is a nil pointer.
func TestNilError(t *testing.T) {
	err := reflect.Zero(reflect.TypeOf(errors.New(""))).Interface()
	for _, format := range []spanlog.Formatter{spanlog.JSON, spanlog.Text} {
		var buf bytes.Buffer
		l := open(t, nil, spanlog.Writer{Writer: &buf, Format: format})
		l.Info("m", "err", err)
		if !strings.Contains(buf.String(), "<nil>") {
			t.Errorf("got %s", buf.String())
		}
	}
}
