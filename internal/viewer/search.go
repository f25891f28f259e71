package viewer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/spanlog/spanlog/internal/logentry"
	"github.com/spanlog/spanlog/internal/logindex"
	"github.com/spanlog/spanlog/internal/logquery"
)

const (
	// pageLines is how many lines a page of a search has.
	pageLines = 200
	// maxText is how many bytes of text an entry in a list has.
	maxText = 8 << 10
	// searchTime is how long a search goes on until it says how far it has come.
	searchTime = time.Second
)

// A searchPage is the answer to a search: entries from the newest to the oldest.
type searchPage struct {
	Entries []logentry.Entry `json:"entries"`
	Cursor  string           `json:"cursor,omitempty"` // of a tail: that of a search that begins with this page
	Fresh   int              `json:"fresh"`            // of a tail: how many of the entries came since the cursor that was given
	GoesOn  bool             `json:"goesOn"`           // of a tail: those are all that came, and the newest of the entries
	Next    string           `json:"next"`             // the cursor to go on with
	More    bool             `json:"more"`
	// Searched is how many bytes of the Total are searched.
	Searched int64    `json:"searched"`
	Total    int64    `json:"total"`
	Gone     []string `json:"gone,omitempty"` // what could not be searched
	// Now is the time in µs since 1970 that times such as since:10m are counted from. With it as a
	// parameter, the next page means the same times.
	Now int64 `json:"now"`
}

// serveSearch answers with a page of lines, or with what is found of it after a second.
func (v *Viewer) serveSearch(w http.ResponseWriter, r *http.Request) {
	query, now, err := parseQuery(r)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	found, err := v.search(r.Context(), query, r.URL.Query().Get("cursor"))
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	writeJSON(w, newSearchPage(&found, now))
}

// serveCheck says what is wrong with a query, if anything is. It does not search.
func (v *Viewer) serveCheck(w http.ResponseWriter, r *http.Request) {
	if _, _, err := parseQuery(r); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	writeJSON(w, struct{}{})
}

// parseQuery returns what a request searches for, and the time that its times are counted from: by default,
// that of the request.
func parseQuery(r *http.Request) (q logquery.Query, now time.Time, err error) {
	now = time.Now()
	if before := r.URL.Query().Get("now"); before != "" {
		us, err := strconv.ParseInt(before, 10, 64)
		if err != nil {
			return q, now, fmt.Errorf("now: %q: want µs since 1970", before)
		}
		now = time.UnixMicro(us)
	}
	q, err = logquery.Parse(r.URL.Query().Get("q"), now)
	return q, now, err
}

func (v *Viewer) search(ctx context.Context, q logquery.Query, cursor string) (logindex.Page, error) {
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	page, err := v.Index.Search(ctx, logindex.Request{Query: q, Newest: true, Cursor: cursor, Limit: pageLines})
	if errors.Is(err, context.DeadlineExceeded) {
		page.More, err = true, nil
	}
	return page, err
}

func newSearchPage(p *logindex.Page, now time.Time) searchPage {
	return searchPage{
		Entries: entries(p.Lines), Next: p.Next, More: p.More,
		Searched: p.Searched, Total: p.Total, Gone: goneText(p.Gone), Now: now.UnixMicro(),
	}
}

// entries are lines as lists have them.
func entries(lines []logindex.Line) []logentry.Entry {
	reader := logentry.Reader{MaxText: maxText}
	list := make([]logentry.Entry, len(lines))
	for i := range lines {
		list[i] = reader.Entry(&lines[i])
	}
	return list
}

// goneText tells of what is gone, in words.
func goneText(gone []logindex.Gone) (texts []string) {
	for _, g := range gone {
		texts = append(texts, fmt.Sprintf("%s: %d lines are not to be found any more", g.Log, g.Lines))
	}
	return slices.Compact(texts)
}
