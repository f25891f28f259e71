package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/spanlog/spanlog"
)

func slogBefore(ctx context.Context) error {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil)).WithGroup("shop")
	log.WarnContext(ctx, "order put on hold", "order", 17, "took", took, "error", errDeclined)
	return nil
}

func slogAround(ctx context.Context) error {
	log := slog.New(spanlog.NewHandler(slog.NewJSONHandler(os.Stderr, nil), nil)).WithGroup("shop")
	log.WarnContext(ctx, "order put on hold", "order", 17, "took", took, "error", errDeclined)
	return nil
}

func slogAfter(ctx context.Context) error {
	logger, err := spanlog.New(nil, spanlog.Console{}, spanlog.File{Path: "app.log"})
	if err != nil {
		return err
	}
	defer logger.Close()
	log := logger.WithGroup("shop")
	log.WarnContext(ctx, "order put on hold", "order", 17, "took", took, "error", errDeclined)
	return nil
}
