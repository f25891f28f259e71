package spanlogtest_test

import (
	"bytes"
	"log/slog"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/spanlogtest"
)

// The suite for a handler that writes trace fields.
func ExampleTestHandler() {
	_ = func(t *testing.T) { // func TestMyHandler(t *testing.T)
		spanlogtest.TestHandler(t, func(tb testing.TB) (slog.Handler, func() []map[string]any) {
			var buf bytes.Buffer
			h := spanlog.NewHandler(slog.NewTextHandler(&buf, nil), nil)
			return h, func() []map[string]any { return spanlogtest.ParseText(tb, buf.Bytes()) }
		}, nil)
	}
}

// A handler that doesn't know about traces, with two failures that its author
// lives with.
func ExampleTestHandler_known() {
	_ = func(t *testing.T) { // func TestText(t *testing.T)
		spanlogtest.TestHandler(t, func(tb testing.TB) (slog.Handler, func() []map[string]any) {
			var buf bytes.Buffer
			h := slog.NewTextHandler(&buf, nil)
			return h, func() []map[string]any { return spanlogtest.ParseText(tb, buf.Bytes()) }
		}, &spanlogtest.Options{
			NoTrace: true,
			Known: map[string]string{
				"groups/elided":  "slog.TextHandler keeps the prefix of an elided group for what follows",
				"groups/no-name": "slog.Logger checks for the empty name, slog.TextHandler does not",
			},
		})
	}
}

// A handler with other names for the trace fields, and without flags.
func ExampleTestHandler_fields() {
	_ = func(t *testing.T) { // func TestZipkinNames(t *testing.T)
		spanlogtest.TestHandler(t, func(tb testing.TB) (slog.Handler, func() []map[string]any) {
			var buf bytes.Buffer
			h := spanlog.NewHandler(slog.NewTextHandler(&buf, nil), &spanlog.Options{Schema: spanlog.SchemaZipkin})
			return h, func() []map[string]any { return spanlogtest.ParseText(tb, buf.Bytes()) }
		}, &spanlogtest.Options{
			Fields: func(sc trace.SpanContext) map[string]string {
				return map[string]string{"traceId": sc.TraceID().String(), "spanId": sc.SpanID().String()}
			},
		})
	}
}
