package main

import (
	"context"
	"log/slog"
	"os"

	slogmulti "github.com/samber/slog-multi"

	"github.com/spanlog/spanlog"
)

func slogMultiBefore(ctx context.Context) error {
	file, err := os.OpenFile("app.log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	log := slog.New(slogmulti.Fanout(
		slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}),
		slog.NewJSONHandler(file, &slog.HandlerOptions{Level: slog.LevelDebug}),
	))
	log.DebugContext(ctx, "stock checked", "order", 17)
	log.WarnContext(ctx, "order put on hold", "order", 17, "took", took, "error", errDeclined)
	return nil
}

func slogMultiAfter(ctx context.Context) error {
	log, err := spanlog.New(nil,
		spanlog.Console{Level: slog.LevelWarn, Format: spanlog.Text},
		spanlog.File{Path: "app.log", Level: slog.LevelDebug},
	)
	if err != nil {
		return err
	}
	defer log.Close()
	log.DebugContext(ctx, "stock checked", "order", 17)
	log.WarnContext(ctx, "order put on hold", "order", 17, "took", took, "error", errDeclined)
	return nil
}
