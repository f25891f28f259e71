package logindex

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/logline"
)

// A TraceSummary is what the records of a trace come to.
type TraceSummary struct {
	ID              trace.TraceID
	First, Last     int64 // Unix nanoseconds, of the records; 0 if none has a time
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

// Traces returns the summaries that there are, in no order, and without what takes reading: their
// Services and Names. See [Index.Describe].
func (x *Index) Traces() []TraceSummary {
	all := x.traces.list()
	list := make([]TraceSummary, len(all))
	for i := range all {
		list[i] = all[i].public()
	}
	return list
}

// Describe returns the summary of a trace with its Services and its Name. Unless it was told of before,
// and has not changed since, the records are read again. A trace whose summary was forgotten has one all the
// same then. The error is ctx's.
func (x *Index) Describe(ctx context.Context, id trace.TraceID) (TraceSummary, error) {
	s, ok := x.traces.of(id)
	if !ok {
		s = newSummary(id, hashTrace(id))
	}
	return x.detail(ctx, &s, ok)
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
const maxDetails = 4000

// maxDetail is how many blocks are read for one summary.
var maxDetail = limits{lines: 10_000, bytes: maxPage, blocks: 16}

// detail reads the records of a trace. What comes of it is kept if there is a summary, which tells when it
// is out of date.
func (x *Index) detail(ctx context.Context, s *summary, keep bool) (TraceSummary, error) {
	x.details.mu.Lock()
	d, ok := x.details.known[s.id]
	x.details.mu.Unlock()
	if keep && ok && d.records == s.records {
		return d.clone(), nil
	}
	search := x.newSearch(&Query{Trace: s.id}, false)
	if err := search.run(ctx, maxDetail); err != nil {
		return TraceSummary{}, err
	}
	d = detail{s.records, x.summarize(s, &search.page)}
	if !keep {
		return d.TraceSummary, nil
	}
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
	t := newSummary(s.id, s.hash)
	services := make(map[string]bool)
	var name *string
	scanner := logline.Scanner{Location: x.opts.Location}
	var r logline.Record
	for i := range p.Lines {
		l := &p.Lines[i]
		if l.Continued {
			continue
		}
		one := newTraceRecord(&l.Head, s.hash)
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
	partial := p.More || len(p.Gone) > 0
	if partial && s.records > t.records || t.records == 0 {
		t = *s
	}
	out := t.public()
	out.Partial = partial
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
