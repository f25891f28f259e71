package tracejoin

// Sums: what a trace comes to, for lists of many traces. A list cannot join each of them, as it
// would have to read all of the logs; it adds up what was counted of the records while they were
// indexed. TestTracesAgree of package viewer compares the list with the pages.

import (
	"slices"
	"strings"

	"github.com/spanlog/spanlog/internal/zipkin"
)

// A Sum is what a trace comes to, as its [Trace] has it. The zero value is that of a trace of which
// nothing is known.
type Sum struct {
	Name       string
	Start, End int64 // µs since 1970; 0 if nothing has a time
	Services   []string
	Spans      int // that are known; none is inferred
	Failed     bool
}

// SumOf adds up the spans of a trace, by the same rules as [Join]: a list of traces then says of a trace
// what its page says, whatever tracers have sent.
func SumOf(spans []zipkin.Span) Sum {
	j := newJoiner(&Input{Spans: spans})
	j.addSpans()
	j.summarize()
	t := j.t
	return Sum{t.Name, t.Start, t.End, t.Services, len(t.Spans), t.Failed}
}

// AddRecords adds what the records of the trace come to: the times of the first and the last in µs, 0 if they
// have none; whether there are errors among them; the message of the first; and their services. It
// writes to no slice that s had.
func (s *Sum) AddRecords(first, last int64, failed bool, message string, services []string) {
	e := extent{s.Start, s.End}
	e.add(usable(first))
	e.add(usable(last))
	s.Start, s.End = e.start, e.end
	s.Failed = s.Failed || failed
	if s.Name == "" {
		s.Name = title(message)
	}
	known := make(map[string]bool)
	for _, name := range s.Services {
		known[strings.ToLower(name)] = true
	}
	s.Services = slices.Clip(s.Services) // so that append copies: others have the same Sum
	for _, name := range services {
		if lower := strings.ToLower(name); !known[lower] {
			known[lower] = true
			s.Services = append(s.Services, name)
		}
	}
	slices.Sort(s.Services)
}
