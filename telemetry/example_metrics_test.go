package telemetry_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"

	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/telemetry"
)

// A program has a reader that sends the metrics once in a while, or a page for
// Prometheus. This one reads them by hand.
func ExampleMetrics() {
	reader := metric.NewManualReader()
	provider := metric.NewMeterProvider(metric.WithReader(reader))

	logger, err := spanlog.New(&spanlog.Options{Level: slog.LevelInfo}, spanlog.Console{Writer: io.Discard})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := telemetry.Metrics(logger, provider); err != nil {
		log.Fatal(err)
	}
	logger.Info("order placed", "order", 4711)
	logger.Info("order shipped", "order", 4711)

	// At the end, the provider comes after the logger, whose last counts it sends.
	ctx := context.Background()
	_ = logger.Close()
	var collected metricdata.ResourceMetrics
	if err := reader.Collect(ctx, &collected); err != nil {
		log.Fatal(err)
	}
	for _, m := range collected.ScopeMetrics[0].Metrics {
		if sum, ok := m.Data.(metricdata.Sum[int64]); ok && m.Name == "spanlog.sink.records" {
			for _, p := range sum.DataPoints {
				sink, _ := p.Attributes.Value("spanlog.sink.name")
				outcome, _ := p.Attributes.Value("spanlog.outcome")
				fmt.Printf("%s: %d %s\n", sink.AsString(), p.Value, outcome.AsString())
			}
		}
	}
	_ = provider.Shutdown(ctx)
	// Output: console sink: 2 delivered
}
