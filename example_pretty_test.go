package spanlog_test

import (
	"context"
	"errors"
	"os"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
)

// Pretty is what a console at a terminal shows by itself. There it has colours,
// one of them for each trace.
func Example_pretty() {
	log := spanlog.Must(spanlog.New(
		&spanlog.Options{ReplaceAttr: removeTime},
		spanlog.Console{Writer: os.Stdout, Format: spanlog.Pretty}))
	defer log.Close()

	traceID, _ := trace.TraceIDFromHex("4bf92f3577b34da6a3ce929d0e0e4736")
	spanID, _ := trace.SpanIDFromHex("00f067aa0ba902b7")
	ctx := trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: traceID, SpanID: spanID}))

	log.Info("listening", "addr", ":8080")
	log.With(spanlog.NameKey, "shop").InfoContext(ctx, "order placed", "total", 9.90)
	log.Error("cannot store the order", spanlog.Err(errors.New(`table "orders" is locked`)))
	log.Warn("slow query", "sql", "select *\n  from orders\n where id = $1")
	// Output:
	// INFO  listening                addr=:8080
	// INFO  shop: order placed       total=9.9 [4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7]
	// ERROR cannot store the order   error=`table "orders" is locked`
	// WARN  slow query
	//     sql:
	//     │ select *
	//     │   from orders
	//     │  where id = $1
}
