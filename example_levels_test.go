package spanlog_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

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

// A tenth of the traces has all of its records. Of the others there are those at
// Warn and above.
func ExampleSample() {
	log := spanlog.Must(spanlog.New(nil, spanlog.Sample{
		Sink:   spanlog.Console{Writer: os.Stdout, Format: spanlog.Pattern("%(otelTraceID).2s %(levelname)s %(message)s")},
		Ratio:  0.1,
		Always: slog.LevelWarn, // the default
	}))
	defer log.Close()
	for n := range 20 {
		id := trace.TraceID{byte(n + 1), 8: byte(25 * (n + 1))} // the last eight bytes decide
		span := trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: trace.SpanID{1}})
		ctx := trace.ContextWithSpanContext(context.Background(), span)
		log.InfoContext(ctx, "order placed")
		if n == 2 {
			log.WarnContext(ctx, "low on tea")
		}
	}
	left := log.Stats().Sinks[0].Dropped[0]
	fmt.Println(left.Records, left.Reason)
	// Output:
	// 01 INFO order placed
	// 03 WARNING low on tea
	// 0b INFO order placed
	// 18 sampled
}

// By default the sampled flag decides, which travels with the trace: there are logs
// where there are spans.
func ExampleSample_flag() {
	log := spanlog.Must(spanlog.New(nil, spanlog.Sample{Sink: spanlog.Console{Writer: os.Stdout, Format: message}}))
	defer log.Close()
	log.InfoContext(exampleSpan(), "in a span that is sampled")
	log.InfoContext(requestContext(1), "in one that is not")
	log.Info("in none")
	// Output:
	// INFO in a span that is sampled
	// INFO in none
}

// A level from a flag or a configuration file. The two that slog leaves out have
// names as well.
func ExampleParseLevel() {
	for _, text := range []string{"warn", "INFO+2", "-8", "critical", "loud"} {
		level, err := spanlog.ParseLevel(text)
		fmt.Println(level == spanlog.LevelTrace, level == spanlog.LevelFatal, int(level), err)
	}
	// Output:
	// false false 4 <nil>
	// false false 2 <nil>
	// true false -8 <nil>
	// false true 12 <nil>
	// false false 0 level "loud": want TRACE, DEBUG, INFO, WARN, ERROR, FATAL, one of them with an offset such as INFO+2, or a number
}

// A slog.LevelVar changes the level of all that has it.
func ExampleOptions_level() {
	var level slog.LevelVar // Info
	log := spanlog.Must(spanlog.New(&spanlog.Options{Level: &level}, spanlog.Console{Writer: os.Stdout, Format: message}))
	defer log.Close()
	log.Debug("not logged")
	level.Set(slog.LevelDebug)
	log.Debug("logged")
	// Output:
	// DEBUG logged
}

// Rules are a flag of the program's, and the level of one sink.
func ExampleRules() {
	var rules spanlog.Rules // Info for all
	flags := flag.NewFlagSet("shop", flag.ContinueOnError)
	flags.Var(&rules, "log", "log levels, such as info,http=warn")
	if err := flags.Parse([]string{"-log", "warn, shop.db=trace, shop.db.pool=off"}); err != nil {
		fmt.Println(err)
	}
	log := spanlog.Must(spanlog.New(nil, spanlog.Console{Writer: os.Stdout, Format: message, Level: &rules}))
	defer log.Close()

	ctx := context.Background()
	log.With(spanlog.NameKey, "shop.db").Log(ctx, spanlog.LevelTrace, "row read")
	log.With(spanlog.NameKey, "shop.db.pool").Error("not logged: the longer pattern counts")
	log.Info("not logged")
	fmt.Println(&rules)
	// Output:
	// TRACE row read
	// WARN, shop.db=TRACE, shop.db.pool=OFF
}

// The name of a logger is an attribute. Pattern and Pretty have a place for it, and
// level rules go by it.
func Example_loggerName() {
	log := spanlog.Must(spanlog.New(nil,
		spanlog.Console{Writer: os.Stdout, Format: spanlog.Pattern("%(name)s: %(message)s %(attrs)s")},
		spanlog.Console{Writer: os.Stdout, Format: spanlog.Pattern("%(message)s %(attrs)s")}))
	defer log.Close()
	log.With(spanlog.NameKey, "shop.db").Info("connected", "host", "db-1")
	log.Info("ready")
	// Output:
	// shop.db: connected host=db-1
	// connected logger=shop.db host=db-1
	// root: ready
	// ready
}

// What calls somebody out of bed is not for the debugging of one request.
func ExamplePinned() {
	rules := spanlog.Levels("error")
	log := spanlog.Must(spanlog.New(nil, spanlog.Writer{Writer: os.Stdout, Format: message, Level: spanlog.Pinned(rules)}))
	defer log.Close()
	ctx := spanlog.WithLevel(context.Background(), slog.LevelDebug)
	log.DebugContext(ctx, "not logged")
	log.ErrorContext(ctx, "out of stock")
	// Output:
	// ERROR out of stock
}

// What is held, for how long and how much of it, is up to you. A root span that
// takes a second is a trigger, too; that takes a span processor, which
// telemetry.Start installs.
func ExampleFlightRecorder_options() {
	log := spanlog.Must(spanlog.New(nil, spanlog.FlightRecorder{
		Sink:          spanlog.Console{Writer: os.Stdout, Format: message},
		Level:         spanlog.LevelTrace,
		Trigger:       slog.LevelWarn,
		Slow:          time.Second,
		MaxTraceBytes: 64 * spanlog.KiB,
		MaxBytes:      spanlog.MiB,
		MaxIdle:       10 * time.Second,
	}))
	defer log.Close()
	ctx := requestContext(1)
	log.Log(ctx, spanlog.LevelTrace, "price read")
	log.WarnContext(ctx, "price is old")
	// Output:
	// TRACE price read
	// INFO spanlog: 1 record of this trace released: a record at WARN
	// WARNING price is old
}

// What is held is neither delivered nor dropped yet.
func ExampleRecorderStats() {
	log := spanlog.Must(spanlog.New(nil, spanlog.FlightRecorder{Sink: spanlog.Console{Writer: io.Discard}}))
	defer log.Close()
	show := func() {
		s := log.Stats().Sinks[0]
		held := s.Recorder
		fmt.Println(held.Records, "held of", held.Traces, "traces,", held.Released, "released,", s.Delivered, "delivered", s.Dropped)
	}
	for id := range 3 {
		log.DebugContext(requestContext(byte(id+1)), "price read")
	}
	show()
	spanlog.Trigger(requestContext(2))
	show()
	_ = log.Close() // the traces have ended
	show()
	// Output:
	// 3 held of 3 traces, 0 released, 0 delivered []
	// 2 held of 3 traces, 1 released, 2 delivered []
	// 0 held of 0 traces, 1 released, 2 delivered [{DEBUG ended 2}]
}
