package spanlogtest_test

import (
	"context"
	"log/slog"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/spanlogtest"
)

// order is what is to be tested.
func order(ctx context.Context, log *slog.Logger, item string) {
	log.InfoContext(ctx, "order placed", slog.Group("item", "name", item))
}

// A test of what a program logs, and in which span.
func ExampleRecorder() {
	_ = func(t *testing.T) { // func TestOrder(t *testing.T)
		rec := spanlogtest.New(t)
		ctx, span := trace.NewTracerProvider().Tracer("shop").Start(t.Context(), "order")
		defer span.End()

		order(ctx, rec.Logger(), "tea")

		placed := rec.One("order placed")
		if got := placed.Attr("item.name").String(); got != "tea" {
			t.Errorf("got %q, want tea", got)
		}
		rec.AssertInSpan("order placed", span)
		rec.None("order failed")
	}
}

// A test of a logger's options: the Recorder stands where the program has its
// log file.
func ExampleRecorder_Sink() {
	_ = func(t *testing.T) { // func TestRedaction(t *testing.T)
		rec := spanlogtest.New(t)
		log := spanlog.Must(spanlog.New(&spanlog.Options{Redact: []string{"password"}}, rec.Sink()))
		defer log.Close()

		log.Info("login", "user", "jo", "password", "secret")

		if got := rec.One("login").Attr("password").String(); got != "[REDACTED]" {
			t.Errorf("the password is logged as %q", got)
		}
	}
}
