package viewer

// Listed traces: what of a trace decides where it is on a list. Records and spans are counted at
// different times and places, and either may be missing; the sum of both is made anew whenever one
// of them is known better.

import (
	"cmp"
	"slices"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/logindex"
	"github.com/spanlog/spanlog/internal/ordering"
	"github.com/spanlog/spanlog/internal/tracejoin"
)

// A listed trace is one that may come on a list. It belongs to one request.
type listed struct {
	id      trace.TraceID
	spans   tracejoin.Sum         // the zero one: none are known
	records logindex.TraceSummary // the same; without what is to be read before it is on a list
	total   tracejoin.Sum         // of both, as far as is known
}

// sum adds both up. It is to be called after either is set. The times of records are in
// nanoseconds, all others here in µs.
func (t *listed) sum() {
	t.total = t.spans
	r := &t.records
	t.total.AddRecords(r.First/1000, r.Last/1000, r.Errors > 0, r.Name, r.Services)
}

func (t *listed) duration() int64 { return t.total.End - t.total.Start }

// row is the trace as the list has it. Its services are a list also if there are none.
func (t *listed) row() traceRow {
	return traceRow{
		TraceID: t.id.String(), Name: t.total.Name, Services: append([]string{}, t.total.Services...),
		Start: t.total.Start, Duration: t.duration(), Spans: t.spans.Spans,
		Records: t.records.Records, Errors: t.records.Errors, Failed: t.total.Failed, Partial: t.records.Partial,
	}
}

// orders are how a list can be sorted: what a browser may ask for, so the names are those of
// serveTraces. No two traces are equal in any of them, so that a list is the same the next time.
var orders = map[string]func(a, b *listed) int{
	"worst": func(a, b *listed) int {
		return cmp.Or(ordering.Bools(b.total.Failed, a.total.Failed), slower(a, b), newer(a, b))
	},
	"slowest": func(a, b *listed) int { return cmp.Or(slower(a, b), newer(a, b)) },
	"newest":  newer,
	"failed":  newer, // and no others
}

// slower orders traces by how long they took, the longest first.
func slower(a, b *listed) int { return cmp.Compare(b.duration(), a.duration()) }

// newer orders traces by when they began, the last first, and by their ids.
func newer(a, b *listed) int {
	return cmp.Or(cmp.Compare(b.total.Start, a.total.Start), slices.Compare(a.id[:], b.id[:]))
}

// best returns the traces that come first, as many as a list has. It may sort all, and what it
// returns may be a part of that.
func best(all []*listed, order string) []*listed {
	if order == "failed" {
		all = slices.DeleteFunc(slices.Clone(all), func(t *listed) bool { return !t.total.Failed })
	}
	slices.SortFunc(all, orders[order])
	return all[:min(len(all), listTraces)]
}

// candidates are the traces that may be on a list once their spans are known: those that are on it
// without, and the newest. A server is not asked of others, as there may be many thousand: one that
// only its spans make slow, and that is neither, is not found.
func candidates(all []*listed, order string) []*listed {
	list := slices.Clone(best(all, order)) // the next call sorts the same slice
	for _, t := range best(all, "newest") {
		if !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	return slices.DeleteFunc(list, func(t *listed) bool { return t.spans.Spans > 0 })
}
