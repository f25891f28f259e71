package spanlog_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
)

// One package, or one logger, says more than the rest, and that can change while the
// program runs.
func ExampleLevels() {
	rules := spanlog.Levels("warn, shop.db=debug")
	log := spanlog.Must(spanlog.New(&spanlog.Options{Level: rules}, spanlog.Console{Writer: os.Stdout, Format: message}))
	defer log.Close()
	db := log.With(spanlog.NameKey, "shop.db")

	log.Info("not logged")
	db.Debug("query took 3 ms")

	if err := rules.Set("info, spanlog_test=debug"); err != nil {
		fmt.Println(err)
	}
	log.Debug("from this package")
	fmt.Println(rules)

	fmt.Println(rules.Set("info, shop.db=debgu"))
	// Output:
	// DEBUG query took 3 ms
	// DEBUG from this package
	// INFO, spanlog_test=DEBUG
	// level rules: rule 2 "shop.db=debgu" at byte 5: level "debgu": want TRACE, DEBUG, INFO, WARN, ERROR, FATAL, one of them with an offset such as INFO+2, or a number, or OFF
}

// One request is logged in full. What calls somebody is left as it is.
func ExampleWithLevel() {
	log := spanlog.Must(spanlog.New(nil,
		spanlog.Console{Writer: os.Stdout, Format: spanlog.Pattern("console: %(message)s")},
		spanlog.Writer{Writer: os.Stdout, Format: spanlog.Pattern("pager: %(message)s"), Level: spanlog.Pinned(slog.LevelError)}))
	defer log.Close()
	ctx := context.Background()
	log.DebugContext(ctx, "any request")
	log.DebugContext(spanlog.WithLevel(ctx, slog.LevelDebug), "the request with X-Debug: 1")
	// Output:
	// console: the request with X-Debug: 1
}

// requestContext is the context of a request: trace is the first byte of its trace id.
func requestContext(id byte) context.Context {
	return trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{id, 15: 1}, SpanID: trace.SpanID{1},
	}))
}

// The details of a request are logged if it fails, and only then.
func ExampleFlightRecorder() {
	log := spanlog.Must(spanlog.New(nil, spanlog.FlightRecorder{
		Sink: spanlog.Console{Writer: os.Stdout, Format: message},
	}))
	defer log.Close()
	for n := range 3 {
		ctx := requestContext(byte(n + 1)) // elsewhere, telemetry.Start and a span
		log.DebugContext(ctx, fmt.Sprintf("request %d: cache missed", n))
		log.InfoContext(ctx, fmt.Sprintf("request %d", n))
		if n == 1 {
			log.ErrorContext(ctx, "request 1: no answer from the stock")
			log.DebugContext(ctx, "request 1: connection closed")
		}
	}
	// Output:
	// INFO request 0
	// INFO request 1
	// DEBUG request 1: cache missed
	// INFO spanlog: 1 record of this trace released: a record at ERROR
	// ERROR request 1: no answer from the stock
	// DEBUG request 1: connection closed
	// INFO request 2
}

// What only the program knows to be wrong is a trigger as well.
func ExampleTrigger() {
	log := spanlog.Must(spanlog.New(nil, spanlog.FlightRecorder{
		Sink: spanlog.Console{Writer: os.Stdout, Format: message},
	}))
	defer log.Close()
	ctx := requestContext(1)
	log.DebugContext(ctx, "price computed")
	if price := -1; price < 0 {
		spanlog.Trigger(ctx)
	}
	// Output:
	// DEBUG price computed
	// INFO spanlog: 1 record of this trace released: Trigger was called
}

// Half of the traces have all of their records, the others those at Warn and above.
func ExampleSample() {
	log := spanlog.Must(spanlog.New(nil, spanlog.Sample{
		Sink:  spanlog.Console{Writer: os.Stdout, Format: message},
		Ratio: 0.5,
	}))
	defer log.Close()
	ctx := requestContext(1)
	log.InfoContext(ctx, "the id of this trace ends with a low number")
	fmt.Println(log.Stats().Sinks[0].Delivered)
	// Output:
	// INFO the id of this trace ends with a low number
	// 1
}
