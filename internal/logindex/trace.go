package logindex

import (
	"context"

	"go.opentelemetry.io/otel/trace"
)

// A Trace is the lines of a trace.
type Trace struct {
	Lines []Line
	// More reports that there are more lines than an answer may have: 100,000 or 64 MiB.
	More bool
	Gone []Gone
}

// maxTrace is how much of a trace an answer has.
var maxTrace = limits{lines: 100_000, bytes: 64 << 20}

// Trace returns the lines of a trace: its records, and what belongs to them. If ctx ends,
// they are not all, and the error is ctx's.
func (x *Index) Trace(ctx context.Context, id trace.TraceID) (Trace, error) {
	if !id.IsValid() {
		return Trace{}, nil
	}
	s := x.newSearch(&Query{Trace: id}, false)
	err := s.run(ctx, maxTrace)
	return Trace{s.page.Lines, s.page.More, s.page.Gone}, err
}
