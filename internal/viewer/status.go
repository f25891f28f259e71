package viewer

import (
	"net/http"

	"github.com/spanlog/spanlog/internal/logindex"
)

// A status is how far the index is, and what is known of spans.
type status struct {
	Logs         []logStatus      `json:"logs"`
	Bytes        int64            `json:"bytes"`
	Total        int64            `json:"total"`
	Indexed      bool             `json:"indexed"`
	Following    bool             `json:"following"`
	Lines        int64            `json:"lines"`
	Records      int64            `json:"records"`
	WithoutTrace int64            `json:"withoutTrace"`
	Torn         int64            `json:"torn"`
	Levels       map[string]int64 `json:"levels"` // by band
	Errors       []string         `json:"errors,omitempty"`
	Spans        spanStatus       `json:"spans"`
}

type logStatus struct {
	Path  string `json:"path"`
	Lines int64  `json:"lines"`
	Bytes int64  `json:"bytes"`
}

// A spanStatus is what is known of spans.
type spanStatus struct {
	From     string `json:"from,omitempty"` // where they are asked for
	URL      string `json:"url,omitempty"`  // of Zipkin's own pages, if there are any
	Listens  bool   `json:"listens"`        // spans are received here
	Received int    `json:"received"`
	Evicted  int64  `json:"evicted"` // of those, to stay within memory
}

func (v *Viewer) status() status {
	s := v.Index.Stats()
	out := status{
		Logs: []logStatus{}, Bytes: s.Bytes, Total: s.Total, Indexed: s.Indexed, Following: s.Following,
		Lines: s.Lines, Records: s.Records, WithoutTrace: s.WithoutTrace, Torn: s.Torn,
		Levels: levels(s.Levels), Spans: v.Spans.status(),
	}
	for _, l := range s.Logs {
		out.Logs = append(out.Logs, logStatus{l.Path, l.Lines, l.Bytes})
	}
	for _, err := range s.Errors {
		out.Errors = append(out.Errors, err.Error())
	}
	return out
}

func levels(l logindex.Levels) map[string]int64 {
	return map[string]int64{
		"none": l.None, "trace": l.Trace, "debug": l.Debug, "info": l.Info, "warn": l.Warn, "error": l.Error, "fatal": l.Fatal,
	}
}

func (v *Viewer) serveStatus(w http.ResponseWriter, _ *http.Request) { writeJSON(w, v.status()) }
