package viewer

import (
	"cmp"
	"slices"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/logindex"
	"github.com/spanlog/spanlog/internal/tracejoin"
)

// A listed trace is one that may come on a list.
type listed struct {
	id      trace.TraceID
	spans   tracejoin.Sum
	records logindex.TraceSummary
	total   tracejoin.Sum // of both, as far as is known
}

// sum adds both up.
func (t *listed) sum() {
	t.total = t.spans
	r := &t.records
	t.total.AddRecords(r.First/1000, r.Last/1000, r.Errors > 0, r.Name, r.Services)
}

func (t *listed) duration() int64 { return t.total.End - t.total.Start }

func (t *listed) row() traceRow {
	return traceRow{
		TraceID: t.id.String(), Name: t.total.Name, Services: append([]string{}, t.total.Services...),
		Start: t.total.Start, Duration: t.duration(), Spans: t.spans.Spans,
		Records: t.records.Records, Errors: t.records.Errors, Failed: t.total.Failed, Partial: t.records.Partial,
	}
}

// orders are how a list can be sorted.
var orders = map[string]func(a, b *listed) int{
	"worst": func(a, b *listed) int {
		return cmp.Or(first(a.total.Failed, b.total.Failed), slower(a, b), newer(a, b))
	},
	"slowest": func(a, b *listed) int { return cmp.Or(slower(a, b), newer(a, b)) },
	"newest":  newer,
	"failed":  newer, // and no others
}

func slower(a, b *listed) int { return cmp.Compare(b.duration(), a.duration()) }

func newer(a, b *listed) int {
	return cmp.Or(cmp.Compare(b.total.Start, a.total.Start), slices.Compare(a.id[:], b.id[:]))
}

func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// best returns the traces that come first, as many as a list has.
func best(all []*listed, order string) []*listed {
	if order == "failed" {
		all = slices.DeleteFunc(slices.Clone(all), func(t *listed) bool { return !t.total.Failed })
	}
	slices.SortFunc(all, orders[order])
	return all[:min(len(all), listTraces)]
}

// candidates are the traces that may be on a list once their spans are known.
func candidates(all []*listed, order string) []*listed {
	list := slices.Clone(best(all, order))
	for _, t := range best(all, "newest") {
		if !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	return slices.DeleteFunc(list, func(t *listed) bool { return t.spans.Spans > 0 })
}
