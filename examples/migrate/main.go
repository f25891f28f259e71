// Migrate is docs/migrate.md as programs: for each logger, what logs with it
// today, and what logs the same with spanlog.
//
//	go run .       all of them
//	go run . zap   those of one logger
//
// Files are written to the current directory.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// A step is one of the programs of a migration.
type step struct {
	logger, name string
	run          func(context.Context) error
}

var steps = []step{
	{"slog", "before", slogBefore},
	{"slog", "around the handler", slogAround},
	{"slog", "after", slogAfter},
	{"zap", "before", zapBefore},
	{"zap", "after", zapAfter},
	{"zap", "calls that stay", zapStays},
	{"zap", "after, with zap's names", zapNames},
	{"zapslog", "before", zapslogBefore},
	{"zapslog", "around the handler", zapslogAround},
	{"zapslog", "after", zapslogAfter},
	{"zerolog", "before", zerologBefore},
	{"zerolog", "after", zerologAfter},
	{"zerolog", "calls that stay", zerologStays},
	{"zerolog", "after, with zerolog's names", zerologNames},
	{"logrus", "before", logrusBefore},
	{"logrus", "after", logrusAfter},
	{"logrus", "calls that stay", logrusStays},
	{"logrus", "after, with logrus's names", logrusNames},
	{"lumberjack", "before", lumberjackBefore},
	{"lumberjack", "after", lumberjackAfter},
	{"otelslog", "before", otelslogBefore},
	{"otelslog", "after", otelslogAfter},
	{"slog-multi", "before", slogMultiBefore},
	{"slog-multi", "after", slogMultiAfter},
	{"python", "after", pythonAfter},
}

// What the programs log, beside the number of an order.
const took = 250 * time.Millisecond

var errDeclined = errors.New("card declined")

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "migrate:", err)
		os.Exit(1)
	}
}

// run runs the programs of the loggers that are named, or all.
func run(loggers []string) error {
	if len(loggers) == 0 {
		for _, s := range steps {
			if err := s.show(); err != nil {
				return err
			}
		}
		return nil
	}
	for _, logger := range loggers {
		found := false
		for _, s := range steps {
			if s.logger != logger {
				continue
			}
			found = true
			if err := s.show(); err != nil {
				return err
			}
		}
		if !found {
			return fmt.Errorf("there is no logger %q here", logger)
		}
	}
	return nil
}

func (s step) show() error {
	fmt.Fprintf(os.Stderr, "%s, %s:\n", s.logger, s.name)
	if err := s.run(withSpan(context.Background())); err != nil {
		return fmt.Errorf("%s, %s: %w", s.logger, s.name, err)
	}
	return nil
}

// withSpan returns a context with an active span, whose ids are always the same.
func withSpan(ctx context.Context) context.Context {
	return trace.ContextWithSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{
		TraceID:    trace.TraceID{0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36},
		SpanID:     trace.SpanID{0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7},
		TraceFlags: trace.FlagsSampled,
	}))
}
