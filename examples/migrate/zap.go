package main

import (
	"context"
	"log/slog"

	"go.uber.org/zap"

	"github.com/spanlog/spanlog"
)

func zapBefore(context.Context) error {
	logger, err := zap.NewProduction()
	if err != nil {
		return err
	}
	defer logger.Sync()
	log := logger.Named("shop").With(zap.String("region", "eu"))
	log.Warn("order put on hold", zap.Int("order", 17), zap.Duration("took", took), zap.Error(errDeclined))
	return nil
}

func zapAfter(ctx context.Context) error {
	logger, err := spanlog.New(&spanlog.Options{AddSource: true}, spanlog.Limit{Sink: spanlog.Console{}})
	if err != nil {
		return err
	}
	defer logger.Close()
	log := logger.With(spanlog.NameKey, "shop", "region", "eu")
	log.WarnContext(ctx, "order put on hold", "order", 17, "took", took, spanlog.Err(errDeclined))
	return nil
}

// zapStays has calls of zap's written by spanlog, through the core of zapcore.go.
func zapStays(ctx context.Context) error {
	logger, err := spanlog.New(&spanlog.Options{AddSource: true}, spanlog.Console{})
	if err != nil {
		return err
	}
	defer logger.Close()
	stays := zap.New(slogCore{context.Background(), logger.Handler()}, zap.AddCaller())
	log := stays.Named("shop").With(zap.String("region", "eu"), zap.Any("ctx", ctx))
	log.Warn("order put on hold", zap.Int("order", 17), zap.Duration("took", took), zap.Error(errDeclined))
	return nil
}

// zapNames writes what dashboards made for zap look for.
func zapNames(ctx context.Context) error {
	logger, err := spanlog.New(&spanlog.Options{
		AddSource:   true,
		Schema:      spanlog.Schema{TimeKey: "ts", SourceKey: "caller"},
		ReplaceAttr: likeZap,
	}, spanlog.Console{})
	if err != nil {
		return err
	}
	defer logger.Close()
	log := logger.With(spanlog.NameKey, "shop", "region", "eu")
	log.WarnContext(ctx, "order put on hold", "order", 17, "took", took, slog.Any("error", errDeclined))
	return nil
}
