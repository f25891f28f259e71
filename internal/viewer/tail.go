package viewer

import (
	"cmp"
	"context"
	"encoding/json"
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
	// tailRoom is how many lines wait until they are looked at, as while the page is searched.
	tailRoom = 16 << 10
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
	Dropped int64            `json:"dropped"` // lines, so far, that came too fast to be looked at: wanted or not
}

// A tailer gathers the lines of a tail.
type tailer struct {
	tail    *logindex.Tail
	lines   []logindex.Line
	skipped int
	dropped int64 // what was told of it
}

// serveTail answers with events until the client has gone: a page of the newest lines, the
// lines that come, and how far the index is.
func (v *Viewer) serveTail(w http.ResponseWriter, r *http.Request) {
	query, err := logquery.Parse(r.URL.Query().Get("q"), time.Now())
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	t := new(tailer)
	if t.tail, err = v.tail(r.Context(), query); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	defer func() { t.tail.Close() }()
	w.Header().Set("Content-Type", "text/event-stream")
	send := func(event, cursor string, message any) error {
		data, err := json.Marshal(message)
		if err != nil {
			return err
		}
		if cursor != "" {
			event += "\nid: " + cursor // which a browser tells us of when it connects anew
		}
		// Who does not read is not waited for without end.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(sendTime))
		if _, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, data); err != nil {
			return err
		}
		return http.NewResponseController(w).Flush()
	}
	begin := func(since string) error {
		first := t.first(since)
		return send("page", first.Cursor, first)
	}
	indexed := v.Index.Stats().Indexed
	err = begin(cmp.Or(r.Header.Get("Last-Event-ID"), r.URL.Query().Get("since")))
	tick := time.NewTicker(cmp.Or(v.tailEvery, tailEvery))
	defer tick.Stop()
	for n := 0; err == nil; {
		select {
		case <-v.Done:
			return
		case <-r.Context().Done():
			return
		case l, ok := <-t.tail.C:
			if !ok {
				return
			}
			t.take(l)
		case <-tick.C:
			// What was found while the log was indexed did not come to the tail, and what was dropped
			// did not either.
			if now := indexed || v.Index.Stats().Indexed; now != indexed || t.tail.Gap() {
				indexed = now
				if err = v.again(r.Context(), t, query); err == nil {
					err = begin("")
				}
			} else if message, ok := t.message(); ok {
				err = send("lines", message.Cursor, message)
			}
			if n++; err == nil && n%statusEvery == 1 {
				err = send("status", "", v.status())
			}
		}
	}
}

// tail begins a tail, with what of its page is found within a second.
func (v *Viewer) tail(ctx context.Context, q logquery.Query) (*logindex.Tail, error) {
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	t, err := v.Index.Tail(ctx, logindex.Request{Query: q, Limit: pageLines}, tailRoom)
	if errors.Is(err, context.DeadlineExceeded) {
		t.Page.More, err = true, nil
	}
	if err != nil {
		t.Close()
	}
	return t, err
}

// again begins a tail anew.
func (v *Viewer) again(ctx context.Context, t *tailer, q logquery.Query) error {
	next, err := v.tail(ctx, q)
	if err != nil {
		return err
	}
	t.tail.Close()
	*t = tailer{tail: next}
	return nil
}

// first is the first message of a tail, to somebody who has had those up to a cursor.
func (t *tailer) first(since string) searchPage {
	page := newSearchPage(&t.tail.Page)
	page.Cursor = t.tail.Cursor()
	page.Fresh, page.GoesOn = t.tail.Fresh(since)
	return page
}

// take keeps a line if it is wanted, and not on the page already.
func (t *tailer) take(l logindex.Line) {
	if !t.tail.Take(&l) {
		return
	}
	if len(t.lines) == 2*tailLines {
		t.lines = t.lines[:copy(t.lines, t.lines[tailLines:])]
		t.skipped += tailLines
	}
	t.lines = append(t.lines, l)
}

// message is what has come since the one before.
func (t *tailer) message() (m tailedLines, ok bool) {
	dropped := t.tail.Dropped()
	if len(t.lines) == 0 && dropped == t.dropped {
		return m, false
	}
	more := max(len(t.lines)-tailLines, 0)
	m = tailedLines{Cursor: t.tail.Cursor(), Entries: entries(t.lines[more:]), Skipped: t.skipped + more, Dropped: dropped}
	t.lines, t.skipped, t.dropped = t.lines[:0], 0, dropped
	return m, true
}
