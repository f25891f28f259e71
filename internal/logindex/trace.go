package logindex

import (
	"context"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/logquery"
)

// A Trace is the lines of a trace, from all logs.
type Trace struct {
	Lines []Line // merged by time, as on a [Page]
	// More reports that there are more lines than an answer may have: 100,000 or 64 MiB.
	More bool
	Gone []Gone
}

// traceLimits are how much of a trace an answer has. All of it is in memory at once: whoever
// joins a trace needs all records. A program that logs all that it ever does with one id would
// have no end.
var traceLimits = limits{lines: 100_000, bytes: 64 << 20}

// Trace returns the lines of a trace: its records, and what belongs to them. Only blocks that
// have a posting of it are read. If ctx ends, the lines are not all, and the error is ctx's.
func (x *Index) Trace(ctx context.Context, id trace.TraceID) (Trace, error) {
	if !id.IsValid() {
		return Trace{}, nil
	}
	s := x.newSearch(&logquery.Query{Trace: id}, false)
	err := s.run(ctx, traceLimits)
	return Trace{s.page.Lines, s.page.More, s.page.Gone}, err
}
