package viewer

// The list of traces. All traces are put in order by what was counted already, of records by the
// index and of spans by the sums. Whatever takes longer, asking a server and reading records, is
// for the few that come first. TestTracesAgree compares the list with the pages of its traces.

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/tracejoin"
	"github.com/spanlog/spanlog/internal/zipkin"
)

const (
	// listTraces is how many traces a list has.
	listTraces = 200
	// listTime is how long the logs may take, and the server: a list that lacks some is better than
	// none. What was read is kept by the index, so the list has more the next time.
	listTime = 2 * time.Second
)

// A traceRow is a trace in a list: what its records and its spans come to.
type traceRow struct {
	TraceID  string   `json:"traceId"`
	Name     string   `json:"name"` // of the root span, or else the message of the first record
	Services []string `json:"services"`
	Start    int64    `json:"start"`    // µs since 1970
	Duration int64    `json:"duration"` // µs
	Spans    int      `json:"spans"`    // 0: their number is not known
	Records  int64    `json:"records"`
	Errors   int64    `json:"errors"`            // records at ERROR and above
	Failed   bool     `json:"failed"`            // there are errors, or a span failed
	Partial  bool     `json:"partial,omitempty"` // there may be more services: see logindex.TraceSummary
}

// A traceList is the answer to a request for traces. What it lacks, it says.
type traceList struct {
	Traces     []traceRow `json:"traces"`
	Total      int64      `json:"total"`             // in the logs, as far as they are remembered
	Forgotten  int64      `json:"forgotten"`         // not any more
	Incomplete bool       `json:"incomplete"`        // there was no time for all
	Trouble    string     `json:"trouble,omitempty"` // why spans of a server are missing
}

// serveTraces answers with a list of traces. By default, the worst come first: those that
// failed, then the slowest. What was received of spans counts in that. A Zipkin server is asked only of those
// that come first without it, and of the newest: see candidates.
//
// The order of the steps is from all traces to few. Only those on the list are described, as that
// reads records. What is found there, a name and services, or records that the index had
// forgotten, is shown, and moves no trace to another place.
func (v *Viewer) serveTraces(w http.ResponseWriter, r *http.Request) {
	order, err := param(r, "order", "worst", "slowest", "newest", "failed")
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	list := traceList{Traces: []traceRow{}}
	ctx, cancel := context.WithTimeout(r.Context(), listTime)
	defer cancel()
	all := v.traces(ctx, &list)
	if v.Spans.Zipkin != "" {
		if err := v.askOf(r.Context(), candidates(all, order)); err != nil {
			list.Trouble = err.Error()
		}
	}
	for _, t := range best(all, order) {
		v.describe(ctx, t, &list)
		list.Traces = append(list.Traces, t.row())
	}
	s := v.Index.Stats()
	list.Total, list.Forgotten = s.Traces, s.Forgotten
	writeJSON(w, list)
}

// traces returns all traces that records or received spans tell of, in no order, without reading
// anything.
func (v *Viewer) traces(ctx context.Context, list *traceList) []*listed {
	var received map[trace.TraceID]versionSum
	if v.Spans.Received != nil {
		var err error
		if received, err = v.sums.of(ctx, v.Spans.Received); err != nil {
			list.Incomplete = true
		}
	}
	logged := v.Index.Traces()
	all := make([]*listed, 0, len(logged)+len(received))
	inLogs := make(map[trace.TraceID]bool, len(logged))
	for i := range logged {
		t := &listed{id: logged[i].ID, records: logged[i], spans: received[logged[i].ID].Sum}
		inLogs[t.id] = true
		all = append(all, t)
	}
	for id, s := range received {
		if !inLogs[id] {
			all = append(all, &listed{id: id, spans: s.Sum})
		}
	}
	for _, t := range all {
		t.sum()
	}
	return all
}

// describe adds what records have to be read for. That is also how records are found whose summary
// the index has forgotten.
func (v *Viewer) describe(ctx context.Context, t *listed, list *traceList) {
	r, err := v.Index.Describe(ctx, t.id)
	if err != nil {
		list.Incomplete = true
		return
	}
	t.records = r
	t.sum()
}

// askOf asks a Zipkin server of the spans of traces, and adds them to those that it has. With an
// error, some may have theirs. A trace that it does not know is no error: it may not be sampled.
func (v *Viewer) askOf(ctx context.Context, traces []*listed) error {
	ctx, cancel := context.WithTimeout(ctx, listTime)
	defer cancel()
	byID := make(map[trace.TraceID]*listed, len(traces))
	var ids []string
	for _, t := range traces {
		byID[t.id] = t
		ids = append(ids, t.id.String())
	}
	got, err := zipkin.FetchMany(ctx, v.Spans.Zipkin, ids)
	for _, spans := range got {
		if id, ok := traceID(spans[0].TraceID); ok && byID[id] != nil { // or it was not asked for
			byID[id].spans = tracejoin.SumOf(spans)
			byID[id].sum()
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", v.Spans.zipkinName(), noAnswer(err, listTime))
	}
	return nil
}

// traceID returns the id that spans have in one of Zipkin's forms, which may lack zeros on the left.
func traceID(hex string) (trace.TraceID, bool) {
	id, err := trace.TraceIDFromHex(strings.Repeat("0", max(32-len(hex), 0)) + strings.ToLower(hex))
	return id, err == nil
}
