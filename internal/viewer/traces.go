package viewer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spanlog/spanlog/internal/logindex"
	"github.com/spanlog/spanlog/internal/zipkin"
)

const (
	// listTraces is how many traces a list has.
	listTraces = 200
	// listTime is how long the logs may take, and the server: a list that lacks some is better than none.
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
	Errors   int64    `json:"errors"` // records at ERROR and above
	Failed   bool     `json:"failed"` // there are errors, or a span failed
	Partial  bool     `json:"partial,omitempty"`
}

// A traceList is the answer to a request for traces.
type traceList struct {
	Traces     []traceRow `json:"traces"`
	Total      int64      `json:"total"` // in the logs, as far as they are remembered
	Forgotten  int64      `json:"forgotten"`
	Incomplete bool       `json:"incomplete"` // there was no time for all
	Trouble    string     `json:"trouble,omitempty"`
}

// serveTraces answers with a list of traces. By default, the worst come first: those that
// failed, then the slowest. Of the logs, only so many are looked at as a list has, which come first by
// their records alone, and only of these is a Zipkin server asked.
func (v *Viewer) serveTraces(w http.ResponseWriter, r *http.Request) {
	order, err := param(r, "order", "worst", "slowest", "newest", "failed")
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), listTime)
	defer cancel()
	rows := make(map[string]*traceRow)
	list := traceList{Traces: []traceRow{}}
	if err := v.addLogged(ctx, rows, order); err != nil {
		if !errors.Is(err, context.DeadlineExceeded) {
			refuse(w, http.StatusInternalServerError, err)
			return
		}
		list.Incomplete = true
	}
	if err := v.addSpans(r.Context(), rows); err != nil {
		list.Trouble = err.Error()
	}
	for _, row := range rows {
		if order != "failed" || row.Failed {
			list.Traces = append(list.Traces, *row)
		}
	}
	slices.SortFunc(list.Traces, orders[order].compare)
	list.Traces = list.Traces[:min(len(list.Traces), listTraces)]
	s := v.Index.Stats()
	list.Total, list.Forgotten = s.Traces, s.Forgotten
	writeJSON(w, list)
}

// A listOrder is how a list can be sorted, and what of the logs it is made of.
type listOrder struct {
	compare func(a, b traceRow) int
	logged  []logindex.Order
}

var orders = map[string]listOrder{
	"worst": {
		func(a, b traceRow) int { return cmp.Or(first(a.Failed, b.Failed), slower(a, b), newer(a, b)) },
		[]logindex.Order{logindex.Failed, logindex.Slowest},
	},
	"slowest": {func(a, b traceRow) int { return cmp.Or(slower(a, b), newer(a, b)) }, []logindex.Order{logindex.Slowest}},
	"newest":  {newer, []logindex.Order{logindex.Newest}},
	"failed":  {newer, []logindex.Order{logindex.Failed}},
}

func slower(a, b traceRow) int { return cmp.Compare(b.Duration, a.Duration) }

func newer(a, b traceRow) int {
	return cmp.Or(cmp.Compare(b.Start, a.Start), strings.Compare(a.TraceID, b.TraceID))
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

// addLogged adds the traces that are in the logs.
func (v *Viewer) addLogged(ctx context.Context, rows map[string]*traceRow, order string) error {
	var trouble error
	for _, o := range orders[order].logged {
		traces, err := v.Index.Traces(ctx, listTraces, o)
		trouble = cmp.Or(trouble, err)
		for i := range traces {
			row := newTraceRow(&traces[i])
			rows[row.TraceID] = row
		}
	}
	return trouble
}

func newTraceRow(t *logindex.TraceSummary) *traceRow {
	return &traceRow{
		TraceID: t.ID.String(), Name: t.Name, Services: slices.Clip(append([]string{}, t.Services...)),
		Start: t.First / 1000, Duration: (t.Last - t.First) / 1000,
		Records: t.Records, Errors: t.Errors, Failed: t.Errors > 0, Partial: t.Partial,
	}
}

// addSpans adds what is known of spans: to the traces that are listed, and those that nothing
// was logged of.
func (v *Viewer) addSpans(ctx context.Context, rows map[string]*traceRow) error {
	if v.Spans.Received != nil {
		for _, spans := range v.Spans.Received.Traces(0) {
			rowOf(rows, spans).add(spans)
		}
	}
	if v.Spans.Zipkin == "" {
		return nil
	}
	var ids []string
	for id, row := range rows {
		if row.Spans == 0 {
			ids = append(ids, id)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, listTime)
	defer cancel()
	traces, err := zipkin.FetchMany(ctx, v.Spans.Zipkin, ids)
	for _, spans := range traces {
		rowOf(rows, spans).add(spans)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", v.Spans.zipkinName(), noAnswer(err, listTime))
	}
	return err
}

// rowOf returns the row of the trace that some spans are of.
func rowOf(rows map[string]*traceRow, spans []zipkin.Span) *traceRow {
	id := strings.Repeat("0", max(32-len(spans[0].TraceID), 0)) + spans[0].TraceID
	row := rows[id]
	if row == nil {
		row = &traceRow{TraceID: id, Services: []string{}}
		rows[id] = row
	}
	return row
}

// add adds what the spans of the trace come to. The duration is theirs then: records tell only
// of when they were written.
func (row *traceRow) add(spans []zipkin.Span) {
	row.Spans = len(spans)
	var start, end int64
	for i := range spans {
		s := &spans[i]
		if _, failed := s.Failure(); failed {
			row.Failed = true
		}
		if name := s.Service(); name != "" && !slices.Contains(row.Services, name) {
			row.Services = append(row.Services, name)
		}
		if s.Timestamp == 0 {
			continue
		}
		if start == 0 || s.Timestamp < start {
			start = s.Timestamp
		}
		end = max(end, s.Timestamp+s.Duration)
	}
	slices.Sort(row.Services)
	if start != 0 {
		row.Start, row.Duration = start, end-start
	}
	if root := zipkin.Tree(spans)[0]; root.Span.Name != "" {
		row.Name = root.Span.Name
	}
}
