package spanlogtest_test

import (
	"context"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/spanlogtest"
)

func TestSink(t *testing.T) {
	rec := spanlogtest.New(t)
	log := spanlog.Must(spanlog.New(&spanlog.Options{Redact: []string{"password"}}, rec.Sink()))
	defer log.Close()
	ctx, span := sdktrace.NewTracerProvider().Tracer("").Start(context.Background(), "login")
	defer span.End()

	log.Debug("all levels")
	log.WithGroup("user").WarnContext(ctx, "login failed", "password", "secret")

	rec.One("all levels")
	rec.AssertInSpan("login failed", span)
	r := rec.One("login failed")
	if got := r.Attr("user.password").String(); got != "[REDACTED]" {
		t.Errorf("password is %q", got)
	}
	if got, want := r.Attr("trace_id").String(), span.SpanContext().TraceID().String(); got != want {
		t.Errorf("trace_id is %q, want %q", got, want)
	}
}

func TestLogger(t *testing.T) {
	rec := spanlogtest.New(t)
	ctx, span := sdktrace.NewTracerProvider().Tracer("").Start(context.Background(), "login")
	defer span.End()

	rec.Logger().WithGroup("g").DebugContext(ctx, "hello", "a", 1)

	rec.AssertInSpan("hello", span)
	r := rec.One("hello")
	if got, want := r.Attr("span_id").String(), span.SpanContext().SpanID().String(); got != want {
		t.Errorf("span_id is %q, want %q", got, want)
	}
	if got := r.Attr("g.a").Int64(); got != 1 {
		t.Errorf("g.a is %d", got)
	}
}
