package viewer

// Tails: the newest lines, and those that come, sent as they come. The lines are those of a
// [logindex.Tail], which waits for nobody: how fast they are sent is decided here. What is too
// much for a screen is counted instead, and found by a search from the message's cursor.

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/spanlog/spanlog/internal/logentry"
	"github.com/spanlog/spanlog/internal/logindex"
	"github.com/spanlog/spanlog/internal/logquery"
)

const (
	// tailEvery is how long lines are gathered: a page that changed more often could not be read.
	tailEvery = 200 * time.Millisecond
	// tailLines is how many lines go into one message. That is a screen or more of them; those
	// before are counted, and found by a search.
	tailLines = 100
	// statusEvery is how many times of tailEvery there are from one message with the status to the
	// next, whatever is sent in between: so it also tells that the connection is alive.
	statusEvery = 5
)

// tailedLines is a message of a tail: the newest of the lines that have come.
type tailedLines struct {
	Cursor  string           `json:"cursor"`  // of a search that begins with the last of the entries
	Entries []logentry.Entry `json:"entries"` // from the oldest to the newest
	Skipped int              `json:"skipped"` // lines before them, which are not in the message
	Gone    []string         `json:"gone,omitempty"`
}

// serveTail answers with events until the client has gone, or the viewer ends: "page" with the
// newest lines, as a search has them; "lines" with those that come ([tailedLines]); and "status".
//
// While the logs are still indexed, lines that are found are old ones, and there are too many.
// So the tail waits for the end of that, and begins anew: with a second page.
func (v *Viewer) serveTail(w http.ResponseWriter, r *http.Request) {
	query, now, err := parseQuery(r)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	indexed := v.Index.Stats().Indexed // if it becomes so while the tail begins, that has not seen all
	tail, err := v.tail(r.Context(), query)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	events := newEventWriter(w)
	// The header is from a connection that was lost, the parameter from one that the page has ended;
	// the browser goes on sending that, so the header is newer.
	first := firstPage(tail, now, cmp.Or(r.Header.Get("Last-Event-ID"), r.URL.Query().Get("since")))
	err = events.send("page", first.Cursor, first)
	tick := time.NewTicker(cmp.Or(v.tailEvery, tailEvery))
	defer tick.Stop()
	for n := 0; err == nil; n++ {
		select {
		case <-v.Done:
			return
		case <-r.Context().Done():
			return
		case <-tick.C:
		}
		switch {
		case indexed:
			if m, ok := v.news(r.Context(), tail); ok {
				err = events.send("lines", m.Cursor, m)
			}
		case v.Index.Stats().Indexed:
			// What was there already is not news, however much of it the tail has not seen yet.
			indexed = true
			if tail, err = v.tail(r.Context(), query); err == nil {
				first := firstPage(tail, now, "")
				err = events.send("page", first.Cursor, first)
			}
		}
		if err == nil && n%statusEvery == 0 {
			err = events.send("status", "", v.status())
		}
	}
}

// tail begins a tail, with what of its page is found within a second. Where that stops, the page's
// cursor goes on.
func (v *Viewer) tail(ctx context.Context, q logquery.Query) (*logindex.Tail, error) {
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	t, err := v.Index.Tail(ctx, logindex.Request{Query: q, Limit: pageLines})
	if errors.Is(err, context.DeadlineExceeded) {
		t.Page.More, err = true, nil
	}
	return t, err
}

// firstPage is the first message of a tail, to somebody who has had those up to a cursor; "" if
// none. By Fresh and GoesOn it says whether, and with which of its entries, it goes on with those.
func firstPage(t *logindex.Tail, now time.Time, since string) searchPage {
	page := newSearchPage(&t.Page, now)
	page.Cursor = t.Cursor()
	page.Fresh, page.GoesOn = t.Fresh(since)
	return page
}

// news is what has come to a tail since the last time, or what is found of it within a second: the rest
// is found the next time.
func (v *Viewer) news(ctx context.Context, t *logindex.Tail) (m tailedLines, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	var lines []logindex.Line
	for {
		// A search that found all at once would take memory for all.
		p, err := t.Next(ctx, 10*tailLines)
		lines = append(lines, p.Lines...)
		if more := len(lines) - tailLines; more > 0 {
			m.Skipped += more
			lines = append(lines[:0], lines[more:]...)
		}
		m.Gone = append(m.Gone, goneText(p.Gone)...)
		if err != nil || !p.More {
			break
		}
	}
	m.Cursor, m.Entries = t.Cursor(), entries(lines)
	return m, len(lines) > 0 || len(m.Gone) > 0
}
