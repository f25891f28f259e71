package spanlog_test

import (
	"context"
	"encoding/binary"
	"os"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
)

// While a span is active, an attribute at the root with the name of a trace field
// has another name: a document with a key twice is one that some back ends refuse.
// One that says what the field says is left out.
func Example_collision() {
	log := spanlog.Must(spanlog.New(&spanlog.Options{ReplaceAttr: removeTime},
		spanlog.Console{Writer: os.Stdout, Format: spanlog.Text}))
	defer log.Close()
	ctx := exampleSpan()

	log.InfoContext(ctx, "another's id", "trace_id", "abc")
	log.InfoContext(ctx, "the same id", "trace_id", "4bf92f3577b34da6a3ce929d0e0e4736")
	log.WithGroup("upstream").InfoContext(ctx, "in a group", "trace_id", "abc")
	log.Info("no span", "trace_id", "abc")

	// Output:
	// level=INFO msg="another's id" trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 trace_flags=01 attr.trace_id=abc
	// level=INFO msg="the same id" trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 trace_flags=01
	// level=INFO msg="in a group" trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 trace_flags=01 upstream.trace_id=abc
	// level=INFO msg="no span" trace_id=abc
}

// otherTracer is the key under which some other tracer keeps its ids in a context.
type otherTracer struct{}

type otherIDs struct{ trace, span uint64 }

// A tracer that is not OpenTelemetry's says which span is active.
func ExampleOptions_spanContext() {
	log := spanlog.Must(spanlog.New(&spanlog.Options{
		SpanContext: func(ctx context.Context) trace.SpanContext {
			ids, ok := ctx.Value(otherTracer{}).(otherIDs)
			if !ok {
				return trace.SpanContext{} // no span
			}
			var c trace.SpanContextConfig
			binary.BigEndian.PutUint64(c.TraceID[8:], ids.trace)
			binary.BigEndian.PutUint64(c.SpanID[:], ids.span)
			return trace.NewSpanContext(c)
		},
		ReplaceAttr: removeTime,
	}, spanlog.Console{Writer: os.Stdout, Format: spanlog.Text}))
	defer log.Close()

	ctx := context.WithValue(context.Background(), otherTracer{}, otherIDs{trace: 17, span: 3})
	log.InfoContext(ctx, "order placed")
	log.InfoContext(context.Background(), "no span")

	// Output:
	// level=INFO msg="order placed" trace_id=00000000000000000000000000000011 span_id=0000000000000003 trace_flags=00
	// level=INFO msg="no span"
}
