package main

import (
	"context"
	"log/slog"

	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// A wrapper2 is a wrapper.Handler that leaves out the flags.
type wrapper2 struct{ slog.Handler }

func (h wrapper2) Handle(ctx context.Context, r slog.Record) error {
	if sc := trace.SpanContextFromContext(ctx); sc.IsValid() {
		r.AddAttrs(
			slog.String("trace_id", sc.TraceID().String()),
			slog.String("span_id", sc.SpanID().String()),
		)
	}
	return h.Handler.Handle(ctx, r)
}

func (h wrapper2) WithAttrs(attrs []slog.Attr) slog.Handler {
	return wrapper2{h.Handler.WithAttrs(attrs)}
}
func (h wrapper2) WithGroup(name string) slog.Handler { return wrapper2{h.Handler.WithGroup(name)} }

// zerologSpan is the same for zerolog's own calls.
type zerologSpan struct{}

func (zerologSpan) Run(e *zerolog.Event, _ zerolog.Level, _ string) {
	if sc := trace.SpanContextFromContext(e.GetCtx()); sc.IsValid() {
		e.Str("trace_id", sc.TraceID().String()).
			Str("span_id", sc.SpanID().String()).
			Str("trace_flags", sc.TraceFlags().String())
	}
}

// zapSpan is the same for zap's own calls.
func zapSpan(ctx context.Context) zap.Field {
	sc := trace.SpanContextFromContext(ctx)
	if !sc.IsValid() {
		return zap.Skip()
	}
	return zap.Inline(zapSpanContext{sc})
}

type zapSpanContext struct{ trace.SpanContext }

func (sc zapSpanContext) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("trace_id", sc.TraceID().String())
	enc.AddString("span_id", sc.SpanID().String())
	enc.AddString("trace_flags", sc.TraceFlags().String())
	return nil
}

// floor is what slog itself takes: a handler that does nothing.
type floor struct{}

func (floor) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelInfo }
func (floor) Handle(context.Context, slog.Record) error    { return nil }
func (f floor) WithAttrs([]slog.Attr) slog.Handler         { return f }
func (f floor) WithGroup(string) slog.Handler              { return f }
