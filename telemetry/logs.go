package telemetry

// Log records by OTLP. All that is different from spans is the exporter's package: queue,
// shutdown and reports are the same.

import (
	"context"
	"maps"
	"net/http"
	"net/url"

	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	sdklog "go.opentelemetry.io/otel/sdk/log"
)

// newOTLPLogs is newOTLP for log records.
func newOTLPLogs(ctx context.Context, to *url.URL, headers map[string]string, compress bool, client *http.Client) (sdklog.Exporter, error) {
	options := []otlploghttp.Option{
		otlploghttp.WithEndpointURL(to.String()),
		otlploghttp.WithTimeout(client.Timeout),
		otlploghttp.WithHTTPClient(redialing(client)),
		otlploghttp.WithTLSClientConfig(nil),
		otlploghttp.WithRetry(otlploghttp.RetryConfig{
			Enabled:         true,
			InitialInterval: retryWaitMin,
			MaxInterval:     retryWaitMax,
			MaxElapsedTime:  0, // the batcher sets the limit
		}),
	}
	if headers != nil {
		options = append(options, otlploghttp.WithHeaders(maps.Clone(headers)))
	}
	compression := otlploghttp.NoCompression
	if compress {
		compression = otlploghttp.GzipCompression
	}
	options = append(options, otlploghttp.WithCompression(compression))
	return otlploghttp.New(ctx, options...)
}
