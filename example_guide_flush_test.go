package spanlog_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spanlog/spanlog"
)

// Flush is about what sinks have been given. What a Limit counts is told when its
// interval is over or the logger is closed, and what a FlightRecorder holds is
// released by a trigger, or never.
func Example_flush() {
	out := spanlog.Writer{Format: message, Writer: writeFunc(func(line []byte) (int, error) {
		return os.Stdout.Write(anySeconds(line))
	})}
	log := spanlog.Must(spanlog.New(nil,
		spanlog.Limit{Sink: out, First: 1, Every: time.Hour},
		spanlog.FlightRecorder{Sink: spanlog.Console{Writer: os.Stdout, Format: spanlog.Pattern("recorded: %(message)s")}},
	))
	ctx := exampleSpan()
	log.DebugContext(ctx, "detail")
	log.InfoContext(ctx, "cache miss")
	log.InfoContext(ctx, "cache miss")
	if err := log.Flush(ctx); err != nil {
		fmt.Println(err)
	}
	fmt.Println("flushed;", log.Stats().Sinks[1].Recorder.Records, "record is held")
	_ = log.Shutdown(context.Background())
	fmt.Println("shut down;", log.Stats().Sinks[1].Dropped)

	// Output:
	// INFO cache miss
	// recorded: cache miss
	// recorded: cache miss
	// flushed; 1 record is held
	// INFO spanlog: "cache miss" repeated 1 time in 0.0s
	// shut down; [{DEBUG ended 1}]
}
