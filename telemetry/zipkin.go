package telemetry

import (
	"context"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	//lint:ignore SA1019 Zipkin's own format is what this file is for; stock Zipkin takes no OTLP. Upstream asks to move to OTLP, which Options.OTLP does.
	"go.opentelemetry.io/otel/exporters/zipkin"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// newZipkin returns an exporter that sends spans to Zipkin through client.
// Everything that knows OpenTelemetry's exporter for Zipkin, which is
// deprecated, is in this file.
func newZipkin(to *url.URL, headers map[string]string, client *http.Client) (sdktrace.SpanExporter, error) {
	// The exporter prints the URL in its errors, so a password can't stay in it.
	if to.User != nil {
		to, headers = withoutUser(to, headers)
	}
	// A key in the query neither: each request gets it on its way.
	bare := *to
	bare.RawQuery = ""
	e, err := zipkin.New(bare.String(),
		zipkin.WithClient(&http.Client{Transport: &retryTransport{client, to.RawQuery}}),
		zipkin.WithHeaders(maps.Clone(headers)),
	)
	if err != nil {
		return nil, err
	}
	return zipkinExporter{e}, nil
}

// withoutUser moves the user and the password of a URL to the header that
// net/http would make of them. A header that is there already stays.
func withoutUser(to *url.URL, headers map[string]string) (*url.URL, map[string]string) {
	password, _ := to.User.Password()
	token := base64.StdEncoding.EncodeToString([]byte(to.User.Username() + ":" + password))
	bare := *to
	bare.User = nil

	all := map[string]string{"Authorization": "Basic " + token}
	for name, value := range headers {
		if strings.EqualFold(name, "Authorization") {
			delete(all, "Authorization")
		}
		all[name] = value
	}
	return &bare, all
}

// zipkinExporter repairs spans whose times Zipkin's format doesn't know. The
// exporter would fail for them, and with them for all others in the batch.
type zipkinExporter struct{ sdktrace.SpanExporter }

// ExportSpans sends spans, those with impossible times without them.
func (e zipkinExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	copied := false
	for i, s := range spans {
		if s.StartTime().Unix() >= 1 && !s.EndTime().Before(s.StartTime()) {
			continue
		}
		if !copied { // the slice belongs to the batcher
			spans, copied = slices.Clone(spans), true
		}
		spans[i] = timeless{s}
	}
	return e.SpanExporter.ExportSpans(ctx, spans)
}

// timeless is a span whose program set times that can't be: an end before the
// start, or a start before 1970. It keeps a possible start and has no duration.
type timeless struct{ sdktrace.ReadOnlySpan }

// StartTime returns the start, or the zero time when Zipkin can't have it.
func (s timeless) StartTime() time.Time {
	if start := s.ReadOnlySpan.StartTime(); start.Unix() >= 1 {
		return start
	}
	return time.Time{} // the exporter leaves it out
}

// EndTime returns the start: a duration of 0 is left out as well.
func (s timeless) EndTime() time.Time { return s.StartTime() }
