package spanlogtest

// A Recorder behind spanlog: as its handler, or as one of its sinks.

import (
	"log/slog"

	"github.com/spanlog/spanlog"
)

// Logger returns a logger whose records arrive as they would from a program
// that uses [spanlog.NewHandler]: with the trace fields as attributes at the
// root, in addition to Record.Span.
func (r *Recorder) Logger() *slog.Logger {
	return slog.New(spanlog.NewHandler(r, nil))
}

// Sink returns the Recorder as a sink for [spanlog.New], to test options and
// decorators. It takes records of all levels, as a [spanlog.Relay] does whose
// handler is enabled for them.
func (r *Recorder) Sink() spanlog.Sink {
	return spanlog.Relay{Handler: r}
}
