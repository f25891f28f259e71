package telemetry_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.opentelemetry.io/otel"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/spanlog/spanlog/telemetry"
)

// TestZipkinSuccess: any answer of success is one, not only Zipkin's own 202.
func TestZipkinSuccess(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusAccepted, http.StatusNoContent} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		shutdown, err := telemetry.Start(context.Background(), telemetry.Options{
			Zipkin:  server.URL,
			OnError: func(err error) { t.Errorf("%d: %v", status, err) },
		})
		if err != nil {
			t.Fatal(err)
		}
		_, span := otel.Tracer("test").Start(context.Background(), "work")
		span.End()
		if err := shutdown(context.Background()); err != nil {
			t.Errorf("%d: %v", status, err)
		}
		server.Close()
	}
}

// TestNilSampler: a typed nil is an error of Start, not a panic with every span.
func TestNilSampler(t *testing.T) {
	if _, err := telemetry.Start(context.Background(), telemetry.Options{Sampler: (*sampler)(nil)}); err == nil {
		t.Error("no error")
	}
}

type sampler struct{ sdktrace.Sampler }
