package logindex

import (
	"cmp"
	"context"
	"log/slog"
	"math"
	"slices"
	"strings"
	"sync"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/logline"
)

// An Order is of traces.
type Order int

const (
	Newest  Order = iota // those that began last come first
	Slowest              // those with the longest time between their records
	Failed               // the newest that have errors, and no others
)

// A TraceSummary is what the records of a trace come to.
type TraceSummary struct {
	ID              trace.TraceID
	First, Last     int64 // Unix nanoseconds, of the records
	Records, Errors int64
	Level           slog.Level // the highest, if HasLevel
	HasLevel        bool
	Services        []string // in alphabetical order
	Name            string   // the message of the first record
	// Partial reports that not all records were read for this: the services are those of
	// the first ones. A trace of which there was no summary for a while may have had more
	// records than that.
	Partial bool
}

// maxTraces is how many summaries an answer has at most.
const maxTraces = 1000

// Traces returns summaries. For those that it has not told of before, or that have changed
// since, the records are read again. If ctx ends, there are fewer, and the error is ctx's.
func (x *Index) Traces(ctx context.Context, limit int, order Order) ([]TraceSummary, error) {
	all := x.traces.list()
	if order == Failed {
		all = slices.DeleteFunc(all, func(s summary) bool { return s.errors == 0 })
	}
	slices.SortFunc(all, func(a, b summary) int {
		slower := 0
		if order == Slowest {
			slower = cmp.Compare(b.duration(), a.duration())
		}
		return cmp.Or(slower, cmp.Compare(b.first, a.first), slices.Compare(a.id[:], b.id[:]))
	})
	list := []TraceSummary{}
	for i := range all[:min(max(limit, 0), maxTraces, len(all))] {
		t, err := x.detail(ctx, &all[i])
		if err != nil {
			return list, err
		}
		list = append(list, t)
	}
	return list, nil
}

// details are summaries that were told of, by their traces.
type details struct {
	mu    sync.Mutex
	known map[trace.TraceID]detail
}

type detail struct {
	records int64 // when it was read
	TraceSummary
}

// maxDetails is how many are kept. Then it begins anew.
const maxDetails = 4 * maxTraces

// maxDetail is how many blocks are read for one summary.
var maxDetail = limits{lines: 10_000, bytes: maxPage, blocks: 16}

// detail reads the records of a trace.
func (x *Index) detail(ctx context.Context, s *summary) (TraceSummary, error) {
	x.details.mu.Lock()
	d, ok := x.details.known[s.id]
	x.details.mu.Unlock()
	if ok && d.records == s.records {
		return d.clone(), nil
	}
	search := x.newSearch(&Query{Trace: s.id}, false)
	if err := search.run(ctx, maxDetail); err != nil {
		return TraceSummary{}, err
	}
	d = detail{s.records, x.summarize(s, &search.page)}
	x.details.mu.Lock()
	defer x.details.mu.Unlock()
	if x.details.known == nil || len(x.details.known) >= maxDetails {
		x.details.known = make(map[trace.TraceID]detail)
	}
	x.details.known[s.id] = d
	return d.clone(), nil
}

func (d *detail) clone() TraceSummary {
	t := d.TraceSummary
	t.Services = slices.Clone(t.Services)
	return t
}

// maxName is how many bytes of a message are a name.
const maxName = 200

// summarize makes a summary of a trace's lines. If they are not all, it has the numbers
// that were counted.
func (x *Index) summarize(s *summary, p *Page) TraceSummary {
	t := summary{id: s.id, first: math.MaxInt64, last: math.MinInt64, level: noLevel}
	services := make(map[string]bool)
	var name *string
	scanner := logline.Scanner{Location: x.opts.Location}
	var r logline.Record
	for i := range p.Lines {
		l := &p.Lines[i]
		if l.Continued {
			continue
		}
		one := newTraceRecord(&l.Head, s.hash, l.At)
		t.add(&one)
		scanner.Parse(l.Text, &r)
		if name == nil {
			n := clip(string(r.Message), maxName)
			name = &n
		}
		if len(r.Service) > 0 && len(services) < maxServices {
			services[clip(string(r.Service), maxName)] = true
		}
	}
	out := TraceSummary{ID: s.id, Partial: p.More || len(p.Gone) > 0}
	if out.Partial || t.records == 0 {
		t = *s
	}
	out.First, out.Last, out.Records, out.Errors = t.first, t.last, t.records, t.errors
	if t.level != noLevel {
		out.Level, out.HasLevel = slog.Level(t.level), true
	}
	for name := range services {
		out.Services = append(out.Services, name)
	}
	slices.Sort(out.Services)
	if name != nil {
		out.Name = *name
	}
	return out
}

// maxServices is how many services a summary has.
const maxServices = 50

// clip returns the beginning of a text, in whole characters.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
