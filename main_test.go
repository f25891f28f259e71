package spanlog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"github.com/spanlog/spanlog"
)

func TestMain(m *testing.M) {
	// The tests say themselves which environment they want, but for how long they
	// take.
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if name == soakVar || name == pipeVar {
			continue
		}
		for _, prefix := range []string{"SPANLOG_", "OTEL_", "DD_", "NO_COLOR", "FORCE_COLOR"} {
			if strings.HasPrefix(name, prefix) {
				os.Unsetenv(name)
			}
		}
	}
	goleak.VerifyTestMain(m)
}

// The span that the tests log in: the one of the W3C's examples.
const (
	w3cTraceID = "4bf92f3577b34da6a3ce929d0e0e4736"
	w3cSpanID  = "00f067aa0ba902b7"
)

var bg = context.Background()

func w3cSpan(flags trace.TraceFlags) trace.SpanContext {
	t, _ := trace.TraceIDFromHex(w3cTraceID)
	s, _ := trace.SpanIDFromHex(w3cSpanID)
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: t, SpanID: s, TraceFlags: flags})
}

// inSpan returns ctx with the sampled span active.
func inSpan(ctx context.Context) context.Context {
	return trace.ContextWithSpanContext(ctx, w3cSpan(trace.FlagsSampled))
}

// noon is when the records of the tests were made.
var noon = time.Date(2026, 11, 22, 11, 57, 0, 123e6, time.UTC)

// A stamp gives every record the same time and, if it is not 0, the same source.
type stamp struct {
	slog.Handler
	at time.Time
	pc uintptr
}

func (h stamp) Handle(ctx context.Context, r slog.Record) error {
	if r.Time = h.at; h.pc != 0 {
		r.PC = h.pc
	}
	return h.Handler.Handle(ctx, r)
}

func (h stamp) WithAttrs(attrs []slog.Attr) slog.Handler {
	h.Handler = h.Handler.WithAttrs(attrs)
	return h
}

func (h stamp) WithGroup(name string) slog.Handler {
	h.Handler = h.Handler.WithGroup(name)
	return h
}

// timeless returns a logger for h whose records have no time.
func timeless(h slog.Handler) *slog.Logger { return slog.New(stamp{Handler: h}) }

// open is New for a logger that is closed at the end of the test.
func open(t testing.TB, opts *spanlog.Options, sinks ...spanlog.Sink) *spanlog.Logger {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			t.Fatalf("New has panicked: %v", p)
		}
	}()
	l, err := spanlog.New(opts, sinks...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// written is what a logger with one sink writes, without times and the last
// newline.
func written(t testing.TB, opts *spanlog.Options, format spanlog.Formatter, do func(*slog.Logger)) string {
	t.Helper()
	var buf bytes.Buffer
	do(timeless(open(t, opts, spanlog.Writer{Writer: &buf, Format: format}).Handler()))
	return strings.TrimSuffix(buf.String(), "\n")
}

// relayed is what slog's own JSON handler writes behind NewHandler.
func relayed(opts *spanlog.Options, do func(*slog.Logger)) string {
	var buf bytes.Buffer
	do(timeless(spanlog.NewHandler(slog.NewJSONHandler(&buf, nil), opts)))
	return strings.TrimSuffix(buf.String(), "\n")
}

// A secret hides its text behind a LogValuer.
type secret string

func (secret) LogValue() slog.Value { return slog.StringValue("***") }

// lazy is a LogValuer for any value.
type lazy struct{ v any }

func (l lazy) LogValue() slog.Value { return slog.AnyValue(l.v) }

// writeFunc is a writer made of a function.
type writeFunc func([]byte) (int, error)

func (f writeFunc) Write(b []byte) (int, error) { return f(b) }

// hearing collects what OnError is told.
type hearing struct{ errs []error }

func (h *hearing) onError(err error) { h.errs = append(h.errs, err) }

func (h *hearing) String() string {
	var s []string
	for _, err := range h.errs {
		s = append(s, err.Error())
	}
	return strings.Join(s, "\n")
}

// childVar is set, to what it is to do, where a test runs itself in a process of
// its own.
const childVar = "TEST_CHILD"

// childCommand is the calling test, to be run again in a process of its own.
func childCommand(ctx context.Context, t *testing.T, do string) *exec.Cmd {
	name, _, _ := strings.Cut(t.Name(), "/")
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^"+name+"$", "-test.count=1")
	// The race detector would wait a second before every exit.
	cmd.Env = append(os.Environ(), childVar+"="+do, "GORACE=atexit_sleep_ms=0")
	return cmd
}

// child runs the calling test again in a process of its own, and returns what
// that printed and its exit status.
func child(t *testing.T, do string, env ...string) (stdout, stderr string, status int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := childCommand(ctx, t, do)
	cmd.Env = append(cmd.Env, env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("%s: not done within 30 s: a deadlock?\n%s", do, errs.String())
	}
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// here is the program counter of its caller, and the source that belongs to it.
func here() (uintptr, *slog.Source) {
	var pc [1]uintptr
	runtime.Callers(2, pc[:])
	f, _ := runtime.CallersFrames(pc[:]).Next()
	return pc[0], &slog.Source{Function: f.Function, File: f.File, Line: f.Line}
}

// parsed is one JSON object.
func parsed(t testing.TB, line string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(line), &m); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	return m
}
