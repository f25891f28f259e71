package viewer

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
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
	// sendTime is how long a client may take to read a message.
	sendTime = 15 * time.Second
	// statusEvery is how many messages there are from one with the status to the next.
	statusEvery = 5
)

// tailedLines is a message of a tail: the newest of the lines that have come.
type tailedLines struct {
	Cursor  string           `json:"cursor"`  // of a search that begins with the last of the entries
	Entries []logentry.Entry `json:"entries"` // from the oldest to the newest
	Skipped int              `json:"skipped"` // lines before them, which are not in the message
	Gone    []string         `json:"gone,omitempty"`
}

// serveTail answers with events until the client has gone: a page of the newest lines, the
// lines that come, and how far the index is.
func (v *Viewer) serveTail(w http.ResponseWriter, r *http.Request) {
	query, now, err := parseQuery(r)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	tail, err := v.tail(r.Context(), query)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	send := func(event, cursor string, message any) error {
		var data bytes.Buffer
		if err := encodeJSON(&data, message); err != nil {
			return err
		}
		if cursor != "" {
			event += "\nid: " + cursor // which a browser tells us of when it connects anew
		}
		// Who does not read is not waited for without end.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(sendTime))
		if _, err := fmt.Fprintf(w, "event: %s\ndata: %s\n", event, &data); err != nil {
			return err
		}
		return http.NewResponseController(w).Flush()
	}
	indexed := v.Index.Stats().Indexed
	first := firstPage(tail, now, cmp.Or(r.Header.Get("Last-Event-ID"), r.URL.Query().Get("since")))
	err = send("page", first.Cursor, first)
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
				err = send("lines", m.Cursor, m)
			}
		case v.Index.Stats().Indexed:
			// What was there already is not news, however much of it the tail has not seen yet.
			indexed = true
			if tail, err = v.tail(r.Context(), query); err == nil {
				first := firstPage(tail, now, "")
				err = send("page", first.Cursor, first)
			}
		}
		if err == nil && n%statusEvery == 0 {
			err = send("status", "", v.status())
		}
	}
}

// tail begins a tail, with what of its page is found within a second.
func (v *Viewer) tail(ctx context.Context, q logquery.Query) (*logindex.Tail, error) {
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	t, err := v.Index.Tail(ctx, logindex.Request{Query: q, Limit: pageLines})
	if errors.Is(err, context.DeadlineExceeded) {
		t.Page.More, err = true, nil
	}
	return t, err
}

// firstPage is the first message of a tail, to somebody who has had those up to a cursor.
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
