// Package viewer serves logs joined with traces as web pages.
//
// A [Viewer] has the pages, and the JSON that they ask for:
//
//	GET /                          the log: search and live tail; ?q=…
//	GET /traces                    the list of traces
//	GET /trace/{id}                a trace, joined with its records
//	GET /trace/{id}/trace.html     the same as one file that needs no server
//	GET /trace/{id}/trace.json     the same as JSON: see package tracejoin
//	GET /api/status                how far the index is
//	GET /api/check                 what is wrong with a query; ?q=…
//	GET /api/search                a page of lines; ?q=…&cursor=…&now=…
//	GET /api/tail                  the newest lines, and those that come, as server-sent events; ?q=…&since=…&now=…
//	GET /api/traces                the list of traces; ?order=worst|slowest|newest|failed
//	GET /api/trace/{id}            a trace, joined with as many records as a page can show
//
// # How it works
//
// Each answer is made of the index and the spans as they are at that moment. What a page has to
// remember (a query, how far it has come) is in its address and its requests, so a page can be
// opened anew, and by anybody. All that is kept from one request to the next is what spans come to
// (sums.go).
//
//	guard.go    decides whether a request may be answered at all
//	assets.go   the pages' files: one document, whose scripts ask for JSON
//	search.go   lines: a page of them, and the form that they have in any answer
//	tail.go     lines as they come, sent by events.go
//	traces.go   the list of traces, with one of them in listed.go and what its spans come to in sums.go
//	trace.go    one trace, joined by package tracejoin
//	export.go   the same, as a file to save
//	spans.go    where spans are from
//	status.go   how far all of it is
//
// Somebody waits for each answer, and large logs take long to search. So a search and a list answer
// after a second or two with what is found until then, and say that there is more: the page asks
// again, and does not wait. Texts, lists and traces have limits of size, as a browser has to show
// them; an export has all of a trace.
//
// # What is safe
//
// The pages are for whoever sits at the machine. [Guard] has only requests through that
// are made to its address by name of localhost or by number, and by none but its own pages, so
// that no other page in the same browser can read the logs. Text from logs and spans reaches the
// pages as JSON only, and is shown as text: the pages' policy lets no script run that is
// not a file of this package, nor lets anything be asked for elsewhere. Nothing in a
// request names a file.
package viewer

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spanlog/spanlog/internal/logindex"
)

// A Viewer is the logs of an index and the spans of their traces. Its fields must not be changed
// once it has answered; all requests may come at the same time.
type Viewer struct {
	Index *logindex.Index // the caller's to close
	Spans Spans
	// Done ends requests that have no end of their own, as a tail; and those that wait for their
	// turn to make an export.
	Done <-chan struct{}

	sums      sums
	tailEvery time.Duration // between two messages of a tail; by default, tailEvery
}

// Handler returns the handler of pages and JSON. Requests have to go through [Guard] first.
func (v *Viewer) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, page := range []string{"GET /{$}", "GET /traces", "GET /trace/{id}"} {
		mux.HandleFunc(page, servePage)
	}
	mux.HandleFunc("GET /assets/{name}", serveAsset)
	mux.HandleFunc("GET /api/status", v.serveStatus)
	mux.HandleFunc("GET /api/check", v.serveCheck)
	mux.HandleFunc("GET /api/search", v.serveSearch)
	mux.HandleFunc("GET /api/tail", v.serveTail)
	mux.HandleFunc("GET /api/traces", v.serveTraces)
	mux.HandleFunc("GET /api/trace/{id}", v.serveTrace)
	exports := make(turn, 1)
	mux.HandleFunc("GET /trace/{id}/trace.json", exports.of(v, v.exportJSON))
	mux.HandleFunc("GET /trace/{id}/trace.html", exports.of(v, v.exportHTML))
	return mux
}

// writeJSON answers with v. An error means that the client has gone, and there is nobody
// left to tell.
func writeJSON(w http.ResponseWriter, v any) { answer(w, http.StatusOK, v) }

// refuse answers with an error, in a form that the pages show.
func refuse(w http.ResponseWriter, status int, err error) {
	answer(w, status, map[string]string{"error": err.Error()})
}

// answer answers with JSON. Nothing in it is escaped for HTML: by its type, which [Guard] has browsers
// believe, it is never taken for that.
func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = encodeJSON(w, v)
}

// encodeJSON writes JSON on one line, with a newline behind it.
func encodeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// param is a parameter of a request that has to be one of some values; by default, the first.
func param(r *http.Request, name string, values ...string) (string, error) {
	value := r.URL.Query().Get(name)
	if value == "" {
		return values[0], nil
	}
	for _, v := range values {
		if v == value {
			return v, nil
		}
	}
	return "", fmt.Errorf("%s: %q: want one of %q", name, value, values)
}
