package spanlog

import (
	"context"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spanlog/spanlog/internal/deadline"
	"github.com/spanlog/spanlog/internal/encode"
)

// PanicKey and StackKey are the keys of the attributes with which
// [Logger.FlushOnPanic] logs a panic.
const (
	PanicKey = "panic"
	StackKey = "stack"
)

// FlushOnPanic is to be deferred, in main or at the top of a goroutine:
//
//	go func() {
//		defer log.FlushOnPanic(ctx)
//		…
//	}()
//
// If the goroutine panics, it logs that at [LevelFatal] with the panic's value and
// the goroutine's stack, flushes the sinks, and panics again with the same value:
// the program ends as it would have, or whoever recovers goes on. Sinks that are
// stuck delay that for 5 seconds at most. The record belongs to the span of ctx.
// Without a panic it does nothing.
//
// It is of use in every goroutine, since a panic in one ends the program without
// running what another has deferred.
func (l *Logger) FlushOnPanic(ctx context.Context) {
	v := recover()
	if v == nil {
		return
	}
	// Even if our own doing fails, it is the program's panic that goes on.
	defer panic(v)
	l.logPanic(ctx, v, debug.Stack())
}

// logPanic logs what a goroutine has panicked with. An error stays one, for the span's status
// and for OpenTelemetry's exception; anything else is its text.
func (l *Logger) logPanic(ctx context.Context, v any, stack []byte) {
	r := slog.NewRecord(time.Now(), LevelFatal, "panic", 0)
	value := slog.AnyValue(v)
	if _, ok := v.(error); !ok {
		value = slog.StringValue(encode.AnyText("%v", v))
	}
	r.AddAttrs(slog.Attr{Key: PanicKey, Value: value}, slog.String(StackKey, panicStack(stack)))
	l.logLast(ctx, r, l.Flush)
}

// logLast logs a record, and then has the sinks deliver it. It takes no longer than
// [deadline.Own], whatever they do: a program that is to end is not to hang. What goes
// wrong is reported by the sinks; there is nothing left to do about it.
func (l *Logger) logLast(ctx context.Context, r slog.Record, deliver func(context.Context) error) {
	if ctx == nil {
		ctx = context.Background()
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), deadline.Own)
	defer cancel()
	within(limited, func() {
		_ = safely(func() error { return l.Handler().Handle(ctx, r) })
		_ = safely(func() error { return deliver(limited) })
	})
}

// panicStack is the part of a goroutine's stack that has caused a panic. What is
// above the call of panic has only dealt with it.
func panicStack(stack []byte) string {
	s := string(stack)
	goroutine, calls, _ := strings.Cut(s, "\n")
	_, calls, ok := strings.Cut(calls, "\npanic(")
	if !ok {
		return s
	}
	for range 2 { // the rest of this call, and where it is
		_, calls, _ = strings.Cut(calls, "\n")
	}
	return goroutine + "\n" + calls
}
