package spanlogtest_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/spanlogtest"
)

// printing stands for the *testing.T of a test: it prints what the test would fail
// with, and goes on.
type printing struct{ testing.TB }

func (printing) Helper()                           {}
func (printing) Cleanup(func())                    {}
func (printing) Output() io.Writer                 { return io.Discard }
func (printing) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (p printing) Fatalf(f string, args ...any)    { p.Errorf(f, args...); panic("the end of the test") }

// What a record has: its attributes by dotted paths, its level, its span and the
// place of the call.
func ExampleRecord() {
	var t printing // in a test: its *testing.T
	rec := spanlogtest.New(t)

	slog.New(rec).With("shop", "leipzig").WithGroup("tea").Warn("low", "left", 3)

	low := rec.One("low")
	fmt.Println(low)
	fmt.Println(low.Attr("tea.left").Int64(), low.Level, low.Span.IsValid(), filepath.Base(low.Source().File))
	// Output:
	// WARN "low" shop=leipzig tea.left=3
	// 3 WARN false example_record_test.go
}

// A test in steps looks at each by itself.
func ExampleRecorder_Reset() {
	var t printing // in a test: its *testing.T
	rec := spanlogtest.New(t)
	log := slog.New(rec)

	log.Warn("try again", "attempt", 1)
	fmt.Println(rec.Records())
	rec.Reset()
	log.Info("order placed")
	rec.None("try again")
	fmt.Println(rec.Records())
	// Output:
	// [WARN "try again" attempt=1]
	// [INFO "order placed"]
}

// With its Logger, the Recorder has the trace fields as attributes as well, as a
// handler has that spanlog.NewHandler is around.
func ExampleRecorder_Logger() {
	var t printing // in a test: its *testing.T
	rec := spanlogtest.New(t)
	ctx := trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{15: 1}, SpanID: trace.SpanID{7: 2},
	}))

	rec.Logger().InfoContext(ctx, "low on tea")
	slog.New(spanlog.NewHandler(rec, &spanlog.Options{Schema: spanlog.SchemaZipkin})).InfoContext(ctx, "with options")

	fmt.Println(rec.One("low on tea").Attrs)
	fmt.Println(rec.One("with options").Attrs)
	// Output:
	// [trace_id=00000000000000000000000000000001 span_id=0000000000000002 trace_flags=00]
	// [traceId=00000000000000000000000000000001 spanId=0000000000000002]
}

// A test that fails says what was logged, and what was most likely forgotten.
func ExampleRecorder_AssertInSpan() {
	var t printing // in a test: its *testing.T
	rec := spanlogtest.New(t)
	ctx := trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{15: 1}, SpanID: trace.SpanID{7: 2},
	}))
	span := trace.SpanFromContext(ctx)

	slog.New(rec).InfoContext(ctx, "order placed")
	slog.New(rec).Info("order shipped")

	rec.AssertInSpan("order placed", span)
	rec.AssertInSpan("order shipped", span)
	rec.None("order placed")
	// Output:
	// record "order shipped" was logged without a span, want trace 00000000000000000000000000000001 span 0000000000000002; slog.Info carries no context, slog.InfoContext(ctx, …) does
	// 1 records have the message "order placed", want none; all 2 records:
	// 	INFO "order placed" [trace 00000000000000000000000000000001 span 0000000000000002]
	// 	INFO "order shipped"
}
