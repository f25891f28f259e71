package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/spanlog/spanlog"
)

func pythonAfter(ctx context.Context) error {
	layout := spanlog.Pattern("%(asctime)s %(levelname)s [%(name)s] [trace_id=%(otelTraceID)s span_id=%(otelSpanID)s] - %(message)s")
	logger, err := spanlog.New(nil,
		spanlog.Console{Level: slog.LevelWarn, Format: layout},
		spanlog.File{Path: "app.log", Level: slog.LevelDebug, Format: layout, MaxSize: 100 * spanlog.MiB, MaxFiles: 3},
	)
	if err != nil {
		return err
	}
	defer logger.Close()
	log := logger.With(spanlog.NameKey, "shop")

	log.Info("ready")
	log.DebugContext(ctx, "stock checked")
	log.WarnContext(ctx, fmt.Sprintf("order %d put on hold: %v", 17, errDeclined))
	return nil
}
