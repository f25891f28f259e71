package main

import (
	"context"
	"os"

	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
)

func zerologBefore(ctx context.Context) error {
	log := zerolog.New(os.Stderr).With().Timestamp().Logger()
	ctx = log.With().Str("tenant", "acme").Logger().WithContext(ctx)

	zerolog.Ctx(ctx).Warn().Int("order", 17).Dur("took", took).Err(errDeclined).Msg("order put on hold")
	return nil
}

func zerologAfter(ctx context.Context) error {
	log, err := spanlog.New(nil, spanlog.Console{})
	if err != nil {
		return err
	}
	defer log.Close()
	ctx = spanlog.With(ctx, "tenant", "acme")

	log.WarnContext(ctx, "order put on hold", "order", 17, "took", took, spanlog.Err(errDeclined))
	return nil
}

// A traceHook adds the ids of the active span to zerolog's own lines.
type traceHook struct{}

func (traceHook) Run(e *zerolog.Event, _ zerolog.Level, _ string) {
	if sc := trace.SpanContextFromContext(e.GetCtx()); sc.IsValid() {
		e.Stringer("trace_id", sc.TraceID()).Stringer("span_id", sc.SpanID())
	}
}

// zerologStays has zerolog write a file of its own, with ids.
func zerologStays(ctx context.Context) error {
	file, err := os.OpenFile("zerolog.log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	log := zerolog.New(file).With().Timestamp().Logger().Hook(traceHook{})
	log.Warn().Ctx(ctx).Int("order", 17).Dur("took", took).Err(errDeclined).Msg("order put on hold")
	return nil
}

// zerologNames writes what dashboards made for zerolog look for.
func zerologNames(ctx context.Context) error {
	log, err := spanlog.New(&spanlog.Options{
		Schema:      spanlog.Schema{MessageKey: "message"},
		ReplaceAttr: likeZerolog,
	}, spanlog.Console{})
	if err != nil {
		return err
	}
	defer log.Close()
	ctx = spanlog.With(ctx, "tenant", "acme")
	log.WarnContext(ctx, "order put on hold", "order", 17, "took", took, spanlog.Err(errDeclined))
	return nil
}
