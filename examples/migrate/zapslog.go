package main

import (
	"context"
	"log/slog"

	"go.uber.org/zap"
	"go.uber.org/zap/exp/zapslog"

	"github.com/spanlog/spanlog"
)

func zapslogBefore(ctx context.Context) error {
	logger, err := zap.NewProduction()
	if err != nil {
		return err
	}
	defer logger.Sync()
	log := slog.New(zapslog.NewHandler(logger.Core(), zapslog.WithName("shop")))
	log.WarnContext(ctx, "order put on hold", "order", 17, "took", took, "error", errDeclined)
	return nil
}

func zapslogAround(ctx context.Context) error {
	logger, err := zap.NewProduction()
	if err != nil {
		return err
	}
	defer logger.Sync()
	log := slog.New(spanlog.NewHandler(zapslog.NewHandler(logger.Core(), zapslog.WithName("shop")), nil))
	log.WarnContext(ctx, "order put on hold", "order", 17, "took", took, "error", errDeclined)
	return nil
}

func zapslogAfter(ctx context.Context) error {
	logger, err := spanlog.New(nil, spanlog.Limit{Sink: spanlog.Console{}})
	if err != nil {
		return err
	}
	defer logger.Close()
	log := logger.With(spanlog.NameKey, "shop")
	log.WarnContext(ctx, "order put on hold", "order", 17, "took", took, "error", errDeclined)
	return nil
}
