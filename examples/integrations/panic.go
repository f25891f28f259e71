package main

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"

	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
)

// logPanic logs a panic that was recovered, with its stack, and fails the active
// span. It must be called by the deferred function, where the stack still leads
// to the place of the panic.
func logPanic(ctx context.Context, v any) {
	stack := string(debug.Stack())
	slog.ErrorContext(ctx, "panic", spanlog.PanicKey, fmt.Sprint(v), spanlog.StackKey, stack)

	err, ok := v.(error)
	if !ok {
		err = fmt.Errorf("%v", v)
	}
	span := trace.SpanFromContext(ctx)
	span.RecordError(err, trace.WithAttributes(semconv.ExceptionStacktrace(stack)))
	span.SetStatus(codes.Error, "panic: "+err.Error())
}
