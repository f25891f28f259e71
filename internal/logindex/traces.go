package logindex

// Traces as a list shows them. The numbers are counted while logs are indexed; a name and the
// services are in the records, and are read when a trace is shown. That is for some hundred
// traces of many thousand, and what was read is kept until the trace has more records.

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/logline"
	"github.com/spanlog/spanlog/internal/logquery"
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
	mu    sync.Mutex // not held while anything is read, so two may read the same
	known map[trace.TraceID]detail
}

// A detail is a summary with what was read for it.
type detail struct {
	// What was counted when it was read. It is true for as long as that is so. The number alone
	// would not tell, since a summary that was forgotten begins anew.
	records, first, last int64
	TraceSummary
}

// maxDetails is how many are kept. Then it begins anew: there is room for many lists, and what
// was dropped is read again in a moment.
const maxDetails = 4000

// detailLimits are how much is read for one summary. A list has 200, and two seconds.
var detailLimits = limits{lines: 10_000, bytes: maxPage, blocks: 16}

// detail reads the records of a trace. What comes of it is kept if there is a summary, which tells when it
// is out of date.
//
// The summary is older than the search. As summaries are published after the blocks, what is read has at
// least its records; if it has more, the summary is about to change, and it is all read again.
func (x *Index) detail(ctx context.Context, s *summary, keep bool) (TraceSummary, error) {
	x.details.mu.Lock()
	d, ok := x.details.known[s.id]
	x.details.mu.Unlock()
	if keep && ok && d.records == s.records && d.first == s.first && d.last == s.last {
		return d.clone(), nil
	}
	search := x.newSearch(&logquery.Query{Trace: s.id}, false)
	if err := search.run(ctx, detailLimits); err != nil {
		return TraceSummary{}, err
	}
	d = detail{s.records, s.first, s.last, x.summarize(s, &search.page)}
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

// clone is a summary whose slices are the caller's.
func (d *detail) clone() TraceSummary {
	t := d.TraceSummary
	t.Services = slices.Clone(t.Services)
	return t
}

// maxName is how many bytes of a message are a name, and how many a service's name has. Both stay
// in memory.
const maxName = 200

// summarize makes a summary of a trace's lines. What is in the lines is better than what was
// counted, as the summary may have been forgotten for a while: so their numbers are taken, unless
// they are not all and there were more.
func (x *Index) summarize(s *summary, p *Page) TraceSummary {
	t := newSummary(s.id, s.hash)
	// The first by time gives its name to the trace, and their spelling to services: see package tracejoin.
	lines := make([]*Line, 0, len(p.Lines))
	for i := range p.Lines {
		if l := &p.Lines[i]; !l.Continued { // else its ids are the record's, which counts
			lines = append(lines, l)
		}
	}
	slices.SortStableFunc(lines, func(a, b *Line) int {
		return cmp.Compare(cmp.Or(a.Head.Time, a.At), cmp.Or(b.Head.Time, b.At))
	})
	services := make(map[string]string) // by their name in lower case
	name, crowded := "", false
	scanner := logline.Scanner{Location: x.opts.Location}
	var r logline.Record
	for _, l := range lines {
		one := newTraceRecord(&l.Head, s.hash)
		t.add(&one)
		scanner.Parse(l.Text, &r)
		if name == "" {
			name = clip(strings.TrimSpace(string(r.Message)), maxName)
		}
		service := clip(string(r.Service), maxName)
		if lower := strings.ToLower(service); service != "" && services[lower] == "" {
			if crowded = len(services) == maxServices; !crowded {
				services[lower] = service
			}
		}
	}
	partial := p.More || len(p.Gone) > 0
	if partial && s.records > t.records || t.records == 0 { // or nothing could be read
		t = *s
	}
	out := t.public()
	out.Partial = partial || crowded
	out.Services = slices.Sorted(maps.Values(services))
	out.Name = name
	return out
}

// maxServices is how many services a summary has: more than a list can show.
const maxServices = 50

// clip returns the beginning of a text that is too long, without what is no whole character.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
