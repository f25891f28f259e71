package spanlog

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"
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
// the goroutine's stack, flushes the sinks, for 5 seconds at most, and panics again
// with the same value: the program ends as it would have, or whoever recovers goes
// on. The record belongs to the span of ctx. Without a panic it does nothing.
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
	_ = safely(func() error { return l.logPanic(ctx, v) })
}

func (l *Logger) logPanic(ctx context.Context, v any) error {
	if ctx == nil {
		ctx = context.Background()
	}
	r := slog.NewRecord(time.Now(), LevelFatal, "panic", 0)
	value := slog.AnyValue(v)
	if _, ok := v.(error); !ok {
		value = slog.StringValue(fmt.Sprint(v))
	}
	r.AddAttrs(slog.Attr{Key: PanicKey, Value: value}, slog.String(StackKey, panicStack(debug.Stack())))
	err := l.Handler().Handle(ctx, r)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ownTime)
	defer cancel()
	return joinErrors(err, l.Flush(ctx))
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
