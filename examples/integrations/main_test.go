package main

import (
	"context"
	"log/slog"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/spanlogtest"
	"github.com/spanlog/spanlog/telemetry"
)

// A watch has what the program under test has logged and traced.
type watch struct {
	*spanlogtest.Recorder
	t     *testing.T
	spans *tracetest.SpanRecorder
}

// setUp sets tracing and logging up as main does, for one test.
func setUp(t *testing.T) watch {
	t.Helper()
	t.Setenv("OTEL_TRACES_EXPORTER", "none")
	w := watch{spanlogtest.New(t), t, tracetest.NewSpanRecorder()}
	shutdown, err := telemetry.Start(t.Context(), telemetry.Options{SpanProcessors: []sdktrace.SpanProcessor{w.spans}})
	if err != nil {
		t.Fatal(err)
	}
	log, err := spanlog.New(&spanlog.Options{Baggage: []string{"tenant"}}, w.Sink())
	if err != nil {
		t.Fatal(err)
	}
	before := slog.Default()
	slog.SetDefault(log.Logger)
	t.Cleanup(func() {
		slog.SetDefault(before)
		if err := shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// caller starts the span that the rest of a test is below.
func caller(t *testing.T) (context.Context, trace.Span) {
	return otel.Tracer("test").Start(t.Context(), "caller")
}

// span returns the one span of this kind and name that has ended.
func (w watch) span(kind trace.SpanKind, name string) sdktrace.ReadOnlySpan {
	w.t.Helper()
	var found []sdktrace.ReadOnlySpan
	for _, s := range w.spans.Ended() {
		if s.SpanKind() == kind && s.Name() == name {
			found = append(found, s)
		}
	}
	if len(found) != 1 {
		w.t.Fatalf("%d %s spans %q, want one; there are %q", len(found), kind, name, w.tree())
	}
	return found[0]
}

// tree names all spans, each with its parent.
func (w watch) tree() (lines []string) {
	names := map[trace.SpanID]string{}
	for _, s := range w.spans.Started() {
		names[s.SpanContext().SpanID()] = s.SpanKind().String() + " " + s.Name()
	}
	for _, s := range w.spans.Ended() {
		line := names[s.SpanContext().SpanID()]
		if parent := s.Parent(); parent.IsValid() {
			line = names[parent.SpanID()] + " > " + line
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

// wantBelow fails the test unless child is in the trace of parent and below it.
func (w watch) wantBelow(child sdktrace.ReadOnlySpan, parent trace.SpanContext) {
	w.t.Helper()
	if child.SpanContext().TraceID() != parent.TraceID() || child.Parent().SpanID() != parent.SpanID() {
		w.t.Errorf("span %q has trace %s and parent %s, want %s and %s", child.Name(),
			child.SpanContext().TraceID(), child.Parent().SpanID(), parent.TraceID(), parent.SpanID())
	}
}

// wantIn fails the test unless the one record with this message was logged in
// the span and written with its ids.
func (w watch) wantIn(msg string, span trace.SpanContext) spanlogtest.Record {
	w.t.Helper()
	r := w.One(msg)
	traceID, spanID := r.Attr("trace_id").String(), r.Attr("span_id").String()
	if traceID != span.TraceID().String() || spanID != span.SpanID().String() {
		w.t.Errorf("record %q has trace_id=%s span_id=%s, want %s and %s", msg, traceID, spanID, span.TraceID(), span.SpanID())
	}
	return r
}

// wantPanic fails the test unless the panic was logged with the stack that leads
// to function, and the span has failed with it.
func (w watch) wantPanic(span sdktrace.ReadOnlySpan, value, function string) {
	w.t.Helper()
	r := w.wantIn("panic", span.SpanContext())
	if got := r.Attr(spanlog.PanicKey).String(); got != value {
		w.t.Errorf("the record says panic=%q, want %q", got, value)
	}
	stack := r.Attr(spanlog.StackKey).String()
	if !strings.Contains(stack, function) {
		w.t.Errorf("the stack in the record does not have %s", function)
	}
	if r.Level != slog.LevelError || span.Status().Code != codes.Error {
		w.t.Errorf("record at %s and status %s, want ERROR and Error", r.Level, span.Status().Code)
	}
	exceptions := 0
	for _, e := range span.Events() {
		if e.Name != "exception" {
			continue
		}
		attrs := map[string]string{}
		for _, a := range e.Attributes {
			attrs[string(a.Key)] = a.Value.AsString()
		}
		if attrs["exception.message"] == value && attrs["exception.stacktrace"] == stack && attrs["exception.type"] != "" {
			exceptions++
		}
	}
	if exceptions != 1 {
		w.t.Errorf("the panic is recorded as %d exceptions of the span, want one; its events are %v", exceptions, span.Events())
	}
}

// TestProgram runs the program as its reader would.
func TestProgram(t *testing.T) {
	program := filepath.Join(t.TempDir(), "integrations.exe")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	cmd := exec.Command(program)
	cmd.Env = append(cmd.Environ(), "ZIPKIN_ENDPOINT=", "OTEL_TRACES_EXPORTER=none", "NO_COLOR=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	type said struct{ who, what string }
	traces := map[string][]said{}
	var order []string
	line := regexp.MustCompile(`(?m)^[0-9:.]+ [A-Z]+ +(\w+): (.*?) +tenant=berlin .*\[([0-9a-f]{32}) [0-9a-f]{16}\]$`)
	for _, m := range line.FindAllStringSubmatch(string(out), -1) {
		if traces[m[3]] == nil {
			order = append(order, m[3])
		}
		traces[m[3]] = append(traces[m[3]], said{m[1], m[2]})
	}
	want := [][]said{
		{{"shop", "order saved"}, {"Payment", "card charged"}, {"Payment", "call"}, {"shop", "message sent"},
			{"shop", "request"}, {"customer", "answered"}, {"mailer", "mail sent"}},
		{{"shop", "order saved"}, {"Payment", "panic"}, {"Payment", "call"}, {"shop", "payment failed"},
			{"shop", "request"}, {"customer", "answered"}},
		{{"shop", "orders found"}, {"shop", "panic"}, {"shop", "request"}, {"customer", "answered"}},
	}
	if len(order) != len(want) {
		t.Fatalf("%d traces, want one for each of %d requests:\n%s", len(order), len(want), out)
	}
	for i, id := range order {
		for _, line := range want[i] {
			if !slices.Contains(traces[id], line) {
				t.Errorf("request %d has no line %q:\n%s", i+1, line, out)
			}
		}
		if len(traces[id]) != len(want[i]) {
			t.Errorf("request %d has %d lines, want %d:\n%s", i+1, len(traces[id]), len(want[i]), out)
		}
	}
}
