package viewer

// The status: what the line at the foot of all pages shows. It is asked for again and again while
// logs are indexed, and is small and quick to make for that: all of it is counted already.

import (
	"net/http"

	"github.com/spanlog/spanlog/internal/logindex"
)

// A status is how far the index is, and what is known of spans. Numbers are those of
// [logindex.Stats].
type status struct {
	Logs         []logStatus      `json:"logs"`
	Bytes        int64            `json:"bytes"`     // that are indexed …
	Total        int64            `json:"total"`     // … of these, as far as is known
	Indexed      bool             `json:"indexed"`   // all that was there when the command began
	Following    bool             `json:"following"` // what comes is indexed, too
	Lines        int64            `json:"lines"`
	Records      int64            `json:"records"`
	WithoutTrace int64            `json:"withoutTrace"`
	Torn         int64            `json:"torn"`
	Levels       map[string]int64 `json:"levels"`           // records by band, as an entry has it; "none"
	Errors       []string         `json:"errors,omitempty"` // of files that could not be read
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

// status is how far all is at this moment.
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

// levels are the numbers of records by the names that entries have for them (package levelname).
func levels(l logindex.Levels) map[string]int64 {
	return map[string]int64{
		"none": l.None, "trace": l.Trace, "debug": l.Debug, "info": l.Info, "warn": l.Warn, "error": l.Error, "fatal": l.Fatal,
	}
}

func (v *Viewer) serveStatus(w http.ResponseWriter, _ *http.Request) { writeJSON(w, v.status()) }
