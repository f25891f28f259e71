package spanlog_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

var errBroken = errors.New("broken")

// brokenWriter fails with every write.
var brokenWriter = writeFunc(func([]byte) (int, error) { return 0, errBroken })

// funcHandler is a handler made of functions; nil ones do nothing.
type funcHandler struct {
	enabled   func() bool
	handle    func(slog.Record) error
	withAttrs func() slog.Handler
	withGroup func() slog.Handler
}

func (h funcHandler) Enabled(context.Context, slog.Level) bool {
	return h.enabled == nil || h.enabled()
}

func (h funcHandler) Handle(_ context.Context, r slog.Record) error {
	if h.handle == nil {
		return nil
	}
	return h.handle(r)
}

func (h funcHandler) WithAttrs([]slog.Attr) slog.Handler {
	if h.withAttrs == nil {
		return h
	}
	return h.withAttrs()
}

func (h funcHandler) WithGroup(string) slog.Handler {
	if h.withGroup == nil {
		return h
	}
	return h.withGroup()
}

// TestIsolation puts what fails or panics between two sinks that do not.
func TestIsolation(t *testing.T) {
	for _, test := range []struct {
		name string
		sink spanlog.Sink
		want string // what OnError is told
	}{
		{"a writer that fails", spanlog.Writer{Writer: brokenWriter}, "writer sink spanlog_test.writeFunc: broken"},
		{"a writer that panics", spanlog.Writer{Writer: writeFunc(func([]byte) (int, error) { panic("no") })}, "writer sink spanlog_test.writeFunc: panic: no"},
		{"a writer that writes less", spanlog.Writer{Writer: writeFunc(func(b []byte) (int, error) { return len(b) - 1, nil })}, "writer sink spanlog_test.writeFunc: short write"},
		{"a console that fails", spanlog.Console{Writer: brokenWriter}, "console sink: broken"},
		{"a handler that fails", spanlog.Relay{Handler: funcHandler{handle: func(slog.Record) error { return errBroken }}}, "relay sink spanlog_test.funcHandler: broken"},
		{"a handler that panics", spanlog.Relay{Handler: funcHandler{handle: func(slog.Record) error { panic(errBroken) }}}, "relay sink spanlog_test.funcHandler: panic: broken"},
		{"a handler whose Enabled panics", spanlog.Relay{Handler: funcHandler{enabled: func() bool { panic("no") }}}, "panic: no"},
		{"a handler whose WithAttrs panics", spanlog.Relay{Handler: funcHandler{withAttrs: func() slog.Handler { panic("no") }}}, "panic: no"},
		{"a handler whose WithGroup panics", spanlog.Relay{Handler: funcHandler{withGroup: func() slog.Handler { panic("no") }}}, "panic: no"},
		{"a handler whose WithAttrs is nil", spanlog.Relay{Handler: funcHandler{withAttrs: func() slog.Handler { return nil }}}, "relay sink spanlog_test.funcHandler: With or WithGroup has returned nil"},
		{"a FormatFunc that panics", spanlog.Writer{Writer: io.Discard, Format: spanlog.FormatFunc(func([]byte, *spanlog.Event) []byte { panic("no") })}, "writer sink io.discard: panic: no"},
		{"a FormatFunc that reads past the end", spanlog.Writer{Writer: io.Discard, Format: spanlog.FormatFunc(func(dst []byte, _ *spanlog.Event) []byte { return dst[:cap(dst)+1] })}, "writer sink io.discard: panic: "},
		{"an EntryWriter that fails", spanlog.Writer{Writer: &entryKeeper{err: errBroken}}, "writer sink *spanlog_test.entryKeeper: broken"},
		{"a level that panics later", spanlog.Writer{Writer: io.Discard, Level: &lateLevel{}}, "panic: no level"},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer func() {
				if p := recover(); p != nil {
					t.Errorf("the program was given a panic: %v", p)
				}
			}()
			var before, after bytes.Buffer
			var heard hearing
			l := open(t, &spanlog.Options{OnError: heard.onError}, spanlog.Writer{Writer: &before}, test.sink, spanlog.Writer{Writer: &after})
			timeless(l.Handler()).With("a", 1).WithGroup("g").InfoContext(inSpan(bg), "m", "b", 2)
			const want = `{"level":"INFO","msg":"m","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","trace_flags":"01","a":1,"g":{"b":2}}` + "\n"
			assert.Equal(t, "the sink before", before.String(), want)
			assert.Equal(t, "the sink after", after.String(), want)
			if !strings.Contains(heard.String(), test.want) {
				t.Errorf("OnError was told %q, want %q", heard.String(), test.want)
			}
		})
	}
}

// TestIsolationUnderLoad: beside a sink that panics on every third record, and one
// that takes ten seconds for each, a file has every record, and the program is not
// held up.
func TestIsolationUnderLoad(t *testing.T) {
	const goroutines, each = 4, 500
	path := filepath.Join(t.TempDir(), "app.log")
	synctest.Test(t, func(t *testing.T) {
		var third, slow atomic.Int64
		l := open(t, &spanlog.Options{OnError: func(error) {}},
			spanlog.Writer{Writer: writeFunc(func(b []byte) (int, error) {
				if third.Add(1)%3 == 0 {
					panic("the third")
				}
				return len(b), nil
			})},
			spanlog.Relay{Handler: funcHandler{handle: func(r slog.Record) error {
				if r.Level == slog.LevelWarn {
					panic("a warning")
				}
				return nil
			}}},
			spanlog.Async{Sink: spanlog.Relay{Handler: funcHandler{handle: func(slog.Record) error {
				slow.Add(1)
				time.Sleep(10 * time.Second)
				return nil
			}}}, MaxRecords: 100},
			spanlog.File{Path: path},
		)
		start := time.Now()
		var wg sync.WaitGroup
		for g := range goroutines {
			wg.Go(func() {
				for i := range each {
					level := slog.LevelInfo
					if i%3 == 0 {
						level = slog.LevelWarn
					}
					l.Log(bg, level, "m", "g", g, "i", i)
				}
			})
		}
		wg.Wait()
		if took := time.Since(start); took > 0 {
			t.Errorf("the program was held up for %v", took)
		}
		ctx, cancel := context.WithTimeout(bg, 25*time.Second)
		defer cancel()
		err := l.Shutdown(ctx)
		if took := time.Since(start); took > 25*time.Second || err == nil {
			t.Errorf("shutdown: %v after %v", err, took)
		}
		time.Sleep(time.Minute) // the slow one returns
		synctest.Wait()
		next := make([]int, goroutines)
		for line := range strings.Lines(content(t, path)) {
			m := parsed(t, line)
			g := int(m["g"].(float64))
			if i := int(m["i"].(float64)); i != next[g] {
				t.Fatalf("goroutine %d: record %d, want %d", g, i, next[g])
			}
			next[g]++
		}
		for g, n := range next {
			if n != each {
				t.Errorf("goroutine %d: %d records in the file, want %d", g, n, each)
			}
		}
		for _, s := range l.Stats().Sinks {
			checkSum(t, s, goroutines*each)
			t.Logf("%s: %d delivered, dropped %v", s.Sink, s.Delivered, s.Dropped)
		}
	})
}

// TestFormatFuncMemory: a FormatFunc that has its line ready gets it back as it
// was.
func TestFormatFuncMemory(t *testing.T) {
	ready := append(make([]byte, 0, 256), "ready"...)
	var buf, other bytes.Buffer
	l := open(t, nil,
		spanlog.Writer{Writer: &buf, Format: spanlog.FormatFunc(func([]byte, *spanlog.Event) []byte { return ready })},
		spanlog.Writer{Writer: &other, Format: spanlog.FormatFunc(func(dst []byte, e *spanlog.Event) []byte { return append(dst, e.Message...) })},
	)
	l.Info("one")
	other2 := open(t, nil, spanlog.Writer{Writer: io.Discard})
	other2.Info("two") // with the same memory, if that is kept
	l.Info("three")
	assert.Equal(t, "lines", buf.String(), "ready\nready\n")
	assert.Equal(t, "the other's lines", other.String(), "one\nthree\n")
	if got := ready[:cap(ready)]; string(got[:5]) != "ready" || len(bytes.Trim(got[5:], "\x00")) > 0 {
		t.Errorf("the line has become %q", bytes.TrimRight(got, "\x00"))
	}
}

// lateLevel is a level that can be asked once.
type lateLevel struct{ asked bool }

func (l *lateLevel) Level() slog.Level {
	if l.asked {
		panic("no level")
	}
	l.asked = true
	return slog.LevelInfo
}

type entryKeeper struct {
	err     error
	entries []spanlog.Entry
	lines   []string
}

func (w *entryKeeper) Write([]byte) (int, error) { return 0, errors.New("Write was called") }

func (w *entryKeeper) WriteEntry(_ context.Context, e spanlog.Entry) error {
	w.entries = append(w.entries, e)
	w.lines = append(w.lines, string(e.Line))
	return w.err
}

// TestIsolationValues: a value that misbehaves harms neither its record nor the
// program.
func TestIsolationValues(t *testing.T) {
	for _, test := range []struct {
		name string
		v    any
	}{
		{"LogValuer", badValuer{}},
		{"error", badError{}},
		{"Stringer", &badStringer{}},
		{"Marshaler", badMarshaler{}},
	} {
		var asJSON, asText, relay bytes.Buffer
		l := open(t, nil, spanlog.Writer{Writer: &asJSON}, spanlog.Writer{Writer: &asText, Format: spanlog.Text}, spanlog.Relay{Handler: slog.NewTextHandler(&relay, nil)})
		l.Info("m", "a", 1, "v", test.v, "b", 2)
		for _, buf := range []*bytes.Buffer{&asJSON, &asText, &relay} {
			if s := buf.String(); !strings.Contains(s, "a") || !strings.HasSuffix(strings.TrimRight(s, "}\n"), "2") || seen(buf) != 1 {
				t.Errorf("%s: %s", test.name, s)
			}
		}
		parsed(t, asJSON.String())
	}
}

type badMarshaler struct{}

func (badMarshaler) MarshalJSON() ([]byte, error) { panic("no JSON") }
func (badMarshaler) MarshalText() ([]byte, error) { panic("no text") }

// TestValuesThatLog: code of the program's that runs while a record is written
// may log.
func TestValuesThatLog(t *testing.T) {
	var buf bytes.Buffer
	var l *slog.Logger
	inner := func() slog.Value {
		l.Info("inner", "x", 1)
		return slog.StringValue("v")
	}
	format := spanlog.FormatFunc(func(dst []byte, e *spanlog.Event) []byte {
		if e.Message == "outer" {
			l.Debug("from the format", "y", 2)
		}
		return append(dst, e.Message...)
	})
	l = timeless(open(t, &spanlog.Options{Level: slog.LevelDebug}, spanlog.Writer{Writer: &buf}, spanlog.Writer{Writer: io.Discard, Format: format}).Handler())
	l.Info("outer", "a", logValue(inner), "b", 2)
	assert.Equal(t, "lines", buf.String(), `{"level":"INFO","msg":"inner","x":1}
{"level":"INFO","msg":"outer","a":"v","b":2}
{"level":"DEBUG","msg":"from the format","y":2}
`)
}

// logValue is a LogValuer made of a function.
type logValue func() slog.Value

func (f logValue) LogValue() slog.Value { return f() }

// TestHandleError: Handle returns what each sink has to say.
func TestHandleError(t *testing.T) {
	var heard hearing
	l := open(t, &spanlog.Options{OnError: heard.onError},
		spanlog.Writer{Writer: brokenWriter}, spanlog.Writer{Writer: io.Discard}, spanlog.Console{Writer: writeFunc(func([]byte) (int, error) { return 0, io.ErrClosedPipe })})
	err := l.Handler().Handle(bg, slog.NewRecord(noon, slog.LevelInfo, "m", 0))
	if !errors.Is(err, errBroken) || !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
	var sink *spanlog.SinkError
	if !errors.As(err, &sink) || sink.Sink != "writer sink spanlog_test.writeFunc" || sink.Err != errBroken {
		t.Errorf("got %#v", sink)
	}
	if len(heard.errs) != 2 || !errors.Is(heard.errs[0], errBroken) || !errors.Is(heard.errs[1], io.ErrClosedPipe) {
		t.Errorf("OnError was told %v", heard.errs)
	}
	for _, err := range heard.errs {
		if _, ok := err.(*spanlog.SinkError); !ok {
			t.Errorf("OnError was told a %T", err)
		}
	}
}

// TestOnErrorPanics: a panic of OnError ends there.
func TestOnErrorPanics(t *testing.T) {
	calls := 0
	var buf bytes.Buffer
	l := open(t, &spanlog.Options{OnError: func(error) { calls++; panic("no") }}, spanlog.Writer{Writer: brokenWriter}, spanlog.Writer{Writer: &buf})
	l.Info("m")
	l.Info("m")
	if calls != 2 || seen(&buf) != 2 {
		t.Errorf("%d calls, %d records, want 2 and 2", calls, seen(&buf))
	}
}

// TestOnErrorLogs: an OnError that logs to the sink that fails is not called for
// its own record, but told of it the next time.
func TestOnErrorLogs(t *testing.T) {
	var l *spanlog.Logger
	var told []string
	l = open(t, &spanlog.Options{OnError: func(err error) {
		told = append(told, err.Error())
		l.Error("the log has trouble", spanlog.Err(err))
	}}, spanlog.Writer{Writer: brokenWriter})
	l.Info("m")
	l.Info("m")
	want := []string{
		"writer sink spanlog_test.writeFunc: broken",
		"writer sink spanlog_test.writeFunc: broken (more errors since the last report: 1)",
	}
	if fmt.Sprint(told) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", told, want)
	}
}

// TestOnErrorConcurrent: while it runs, it is not called again; nothing is lost
// from the count.
func TestOnErrorConcurrent(t *testing.T) {
	const workers, each = 4, 50
	var running, calls int // not guarded: the race detector is the guard
	l := open(t, &spanlog.Options{OnError: func(error) { running++; calls++; running-- }}, spanlog.Writer{Writer: brokenWriter})
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range each {
				l.Info("m")
			}
		})
	}
	wg.Wait()
	if running != 0 || calls == 0 || calls > workers*each {
		t.Errorf("%d running, %d calls", running, calls)
	}
	if n := dropped(l.Stats().Sinks[0]); n != workers*each {
		t.Errorf("%d records counted as dropped, want %d", n, workers*each)
	}
}

// TestOnErrorNil: without an OnError, stderr has a line at most every ten
// seconds, and how many there were between.
func TestOnErrorNil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stderr := captureStderr(t, func() {
			l := open(t, nil, spanlog.Writer{Writer: brokenWriter})
			for range 3 {
				l.Info("m")
			}
			time.Sleep(10*time.Second - 1)
			l.Info("m")
			time.Sleep(time.Nanosecond)
			l.Info("m")
			time.Sleep(time.Minute)
			l.Info("m")
		})
		assert.Equal(t, "stderr", stderr, `spanlog: writer sink spanlog_test.writeFunc: broken
spanlog: writer sink spanlog_test.writeFunc: broken (more errors since the last report: 3)
spanlog: writer sink spanlog_test.writeFunc: broken
`)
	})
}

func TestSinkError(t *testing.T) {
	err := &spanlog.SinkError{Sink: "console sink", Err: errBroken}
	assert.Equal(t, "text", err.Error(), "console sink: broken")
	if !errors.Is(err, errBroken) {
		t.Error("not what it wraps")
	}
	if errors.Is(spanlog.ErrClosed, spanlog.ErrDropped) {
		t.Error("two errors are one")
	}
}
