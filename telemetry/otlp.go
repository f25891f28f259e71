package telemetry

// Spans by OTLP over HTTP, and what both exporters of OTLP need: a client that makes them try
// again when a server cannot be reached.

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"net/url"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// newOTLP returns an exporter that sends spans as OTLP over HTTP. The exporter
// retries by itself, and reads the rest of OTEL_EXPORTER_OTLP_*. One request may
// take as long as client says.
func newOTLP(ctx context.Context, to *url.URL, headers map[string]string, compress bool, client *http.Client) (sdktrace.SpanExporter, error) {
	options := []otlptracehttp.Option{
		otlptracehttp.WithEndpointURL(to.String()),
		otlptracehttp.WithTimeout(client.Timeout),
		otlptracehttp.WithHTTPClient(redialing(client)),
		// Certificates in the environment and an http: URL in the code would be
		// an error, and not the code's. The client has them where they belong.
		otlptracehttp.WithTLSClientConfig(nil),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{
			Enabled: true,
			// The exporter's own 5 seconds are as long as a whole shutdown.
			InitialInterval: retryWaitMin,
			MaxInterval:     retryWaitMax,
			// The batcher sets the limit.
			MaxElapsedTime: 0,
		}),
	}
	if headers != nil {
		options = append(options, otlptracehttp.WithHeaders(maps.Clone(headers)))
	}
	compression := otlptracehttp.NoCompression
	if compress {
		compression = otlptracehttp.GzipCompression
	}
	options = append(options, otlptracehttp.WithCompression(compression))
	return otlptracehttp.New(ctx, options...)
}

// retryDial makes the exporter try again when a server can't be reached, as one
// that restarts. By itself it does so only for answers and for errors that call
// themselves temporary.
type retryDial struct{ http.RoundTripper }

// RoundTrip sends req once.
func (t retryDial) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.RoundTripper.RoundTrip(req)
	if e := new(net.OpError); errors.As(err, &e) && e.Op == "dial" {
		err = temporary{err}
	}
	return resp, err
}

// redialing returns a copy of a client whose transport is a retryDial.
func redialing(client *http.Client) *http.Client {
	c := *client
	c.Transport = retryDial{c.Transport}
	return &c
}

// temporary is an error that may be gone the next time.
type temporary struct{ error }

// Temporary is what url.Error asks the error that it wraps.
func (temporary) Temporary() bool { return true }

// Unwrap returns the original error.
func (e temporary) Unwrap() error { return e.error }
