// Wrap puts spanlog around a handler that a program already has: one line, and
// every record logged with a context knows its trace.
package main

import (
	"context"
	"log/slog"
	"os"

	"go.opentelemetry.io/otel"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/telemetry"
)

func main() {
	if err := run(context.Background()); err != nil {
		slog.Error("wrap", "error", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	// Without an exporter there are spans with ids, which go nowhere.
	shutdown, err := telemetry.Start(ctx, telemetry.Options{Service: spanlog.Service{Name: "wrap"}})
	if err != nil {
		return err
	}
	defer shutdown(ctx)

	existing := slog.NewJSONHandler(os.Stdout, nil)
	log := slog.New(spanlog.NewHandler(existing, nil)) // the line

	ctx, span := otel.Tracer("wrap").Start(ctx, "request")
	defer span.End()

	log.InfoContext(ctx, "order placed", "order", 17)
	// The ids are at the root also where a group is open.
	log.With("shop", "berlin").WithGroup("payment").InfoContext(ctx, "card charged", "amount", 12.50)
	// The one pitfall: Info has no context, so its record knows no trace.
	log.Info("nobody knows which request this was")
	return nil
}
