package main

import (
	"context"
	"log/slog"
	"time"

	"gopkg.in/natefinch/lumberjack.v2"

	"github.com/spanlog/spanlog"
)

func lumberjackFile() *lumberjack.Logger {
	return &lumberjack.Logger{
		Filename:   "app.log",
		MaxSize:    100, // megabytes
		MaxBackups: 3,
		MaxAge:     28, // days
		Compress:   true,
	}
}

func lumberjackBefore(ctx context.Context) error {
	file := lumberjackFile()
	defer file.Close()
	log := slog.New(slog.NewJSONHandler(file, nil))
	log.WarnContext(ctx, "order put on hold", "order", 17, "took", took, "error", errDeclined)
	return nil
}

func spanlogFile() spanlog.File {
	return spanlog.File{
		Path:     "app.log",
		MaxSize:  100 * spanlog.MiB,
		MaxFiles: 3,
		MaxAge:   28 * 24 * time.Hour,
		Compress: true,
	}
}

func lumberjackAfter(ctx context.Context) error {
	log, err := spanlog.New(nil, spanlogFile())
	if err != nil {
		return err
	}
	defer log.Close()
	log.WarnContext(ctx, "order put on hold", "order", 17, "took", took, "error", errDeclined)
	return nil
}
