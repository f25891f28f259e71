package spanlog_test

import (
	"context"
	"runtime"

	"go.opentelemetry.io/otel/trace"
)

func spanContext(sc trace.SpanContext) context.Context {
	return trace.ContextWithSpanContext(context.Background(), sc)
}

func spanOf(ctx context.Context) trace.SpanContext { return trace.SpanContextFromContext(ctx) }

// placeOrder returns a program counter in a file that is the same on every
// machine.
//
//line /src/shop/order.go:40
func placeOrder() uintptr {
	var pc [1]uintptr
	runtime.Callers(1, pc[:])
	return pc[0]
}
