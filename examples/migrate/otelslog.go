package main

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/contrib/bridges/otelslog"
	otellog "go.opentelemetry.io/otel/log"

	"github.com/spanlog/spanlog"
)

func otelslogBefore(ctx context.Context) error {
	provider := newProvider()
	defer provider.Shutdown(ctx)
	return logWithBridge(ctx, provider)
}

func logWithBridge(ctx context.Context, provider otellog.LoggerProvider) error {
	log := slog.New(otelslog.NewHandler("shop", otelslog.WithLoggerProvider(provider)))
	request := log.WithGroup("http").WithGroup("request")
	request.WarnContext(ctx, "order put on hold", "order", 17, "took", took, "error", errDeclined)
	return nil
}

func otelslogAfter(ctx context.Context) error {
	provider := newProvider()
	defer provider.Shutdown(ctx) // after the logger
	return logWithSink(ctx, provider)
}

func logWithSink(ctx context.Context, provider otellog.LoggerProvider) error {
	log, err := spanlog.New(nil, spanlog.OTel{Provider: provider}, spanlog.File{Path: "app.log"})
	if err != nil {
		return err
	}
	defer log.Close()
	request := log.WithGroup("http").WithGroup("request")
	request.WarnContext(ctx, "order put on hold", "order", 17, "took", took, "error", errDeclined)
	return nil
}
