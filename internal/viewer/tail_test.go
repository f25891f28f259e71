package viewer

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/logentry"
)

// An eventStream is the events of a tail.
type eventStream struct {
	t    *testing.T
	body *bufio.Scanner
}

func (w *world) tail(t *testing.T, query string) *eventStream {
	t.Helper()
	resp, err := http.Get(w.URL + "/api/tail?" + url.Values{"q": {query}}.Encode())
	assert.NoError(t, err)
	if got := resp.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Fatalf("it is %s", got)
	}
	t.Cleanup(func() { resp.Body.Close() })
	scan := bufio.NewScanner(resp.Body)
	scan.Buffer(nil, 16<<20)
	return &eventStream{t, scan}
}

// next returns the data of the next event of a kind.
func (s *eventStream) next(kind string, v any) {
	s.t.Helper()
	event := ""
	for s.body.Scan() {
		if e, ok := strings.CutPrefix(s.body.Text(), "event: "); ok {
			event = e
		}
		if data, ok := strings.CutPrefix(s.body.Text(), "data: "); ok && event == kind {
			assert.NoError(s.t, json.Unmarshal([]byte(data), v))
			return
		}
	}
	s.t.Fatalf("the stream ends, without %q: %v", kind, s.body.Err())
}

// TestTail has a page of what was there, and what comes then, by a query.
func TestTail(t *testing.T) {
	w := newWorld(t, recordOf(1, "INFO", "before", 1)+recordOf(2, "ERROR", "before", 1), Spans{})
	all, some := w.tail(t, ""), w.tail(t, "level>=warn")
	var page searchPage
	if all.next("page", &page); len(page.Entries) != 2 || page.Cursor == "" || page.More {
		t.Errorf("the page is %+v", page)
	}
	if some.next("page", &page); len(page.Entries) != 1 || page.Entries[0].Level != "ERROR" {
		t.Errorf("the page is %+v", page)
	}
	w.append("\tat main.go:17\n" + recordOf(3, "INFO", "after", 1) + recordOf(4, "WARN", "after", 1))
	want := []string{"\tat main.go:17", "after", "after"}
	for _, stream := range []*eventStream{all, some} {
		var got []string
		for len(got) < len(want) {
			var m tailedLines
			stream.next("lines", &m)
			for _, e := range m.Entries {
				got = append(got, e.Message)
			}
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("got %q, want %q", got, want)
		}
		want = want[:0:0]
		want = append(want, "\tat main.go:17", "after") // without the record at INFO
	}
	var s status
	all.next("status", &s)
	if s.Lines < 2 {
		t.Errorf("the status is %+v", s)
	}
}

// TestTailFast has lines that come too fast counted, and found from the message's cursor.
func TestTailFast(t *testing.T) {
	const lines = 5000
	w := newWorld(t, "", Spans{})
	s := w.tail(t, "")
	s.next("page", new(searchPage))
	var text strings.Builder
	for n := range lines {
		text.WriteString(recordOf(n, "INFO", "order", 1))
	}
	w.append(text.String())
	seen := 0
	for seen < lines {
		var m tailedLines
		s.next("lines", &m)
		if len(m.Entries) > tailLines {
			t.Fatalf("a message has %d lines", len(m.Entries))
		}
		if m.Skipped > 0 {
			found := ask[searchPage](w, "/api/search?cursor="+m.Cursor).Entries
			if len(found) <= len(m.Entries) || !same(found[0], m.Entries[len(m.Entries)-1]) {
				t.Errorf("from the cursor: %d lines, the first is %+v, want %+v", len(found), found[0], m.Entries[len(m.Entries)-1])
			}
		}
		seen += len(m.Entries) + m.Skipped
	}
	if seen != lines {
		t.Errorf("%d lines are told of, want %d", seen, lines)
	}
}

func same(a, b logentry.Entry) bool { return a.Time == b.Time && a.Message == b.Message }

// TestTailEnds has tails end with the viewer.
func TestTailEnds(t *testing.T) {
	w := newWorld(t, "", Spans{})
	s := w.tail(t, "")
	s.next("page", new(searchPage))
	w.end()
	for s.body.Scan() {
	}
	if err := s.body.Err(); err != nil {
		t.Error(err)
	}
}

// TestTailAgain has a tail that begins anew tell what is fresh since a cursor.
func TestTailAgain(t *testing.T) {
	w := newWorld(t, recordOf(1, "INFO", "a", 1)+recordOf(2, "INFO", "b", 1), Spans{})
	first := w.tail(t, "")
	var page searchPage
	first.next("page", &page)
	if page.Fresh != 2 {
		t.Errorf("at first, %d are fresh", page.Fresh)
	}
	w.append(recordOf(3, "INFO", "c", 1))
	var m tailedLines
	first.next("lines", &m)
	for _, test := range []struct {
		query, header string
		want          int
	}{
		{page.Cursor, "", 1},
		{m.Cursor, "", 0},
		{page.Cursor, m.Cursor, 0}, // what the browser has seen last
		{"nonsense", "", 3},
	} {
		r, err := http.NewRequest(http.MethodGet, w.URL+"/api/tail?since="+test.query, nil)
		assert.NoError(t, err)
		if test.header != "" {
			r.Header.Set("Last-Event-ID", test.header)
		}
		resp, err := http.DefaultClient.Do(r)
		assert.NoError(t, err)
		defer resp.Body.Close()
		var again searchPage
		(&eventStream{t, bufio.NewScanner(resp.Body)}).next("page", &again)
		if again.Fresh != test.want || len(again.Entries) != 3 {
			t.Errorf("since %+v: %d of %d are fresh, want %d of 3", test, again.Fresh, len(again.Entries), test.want)
		}
	}
}

// TestTailWhileIndexed has a tail that began while the log was indexed begin anew at the end of that: with the
// newest lines, and not with all that the index has found since.
func TestTailWhileIndexed(t *testing.T) {
	for lines := 50_000; ; lines *= 2 {
		var log strings.Builder
		for n := range lines {
			log.WriteString(recordOf(n, "INFO", "order", 1))
		}
		if whileIndexed(t, log.String(), lines) {
			return
		}
		if lines > 1_000_000 {
			t.Fatal("the log is always indexed before the tail begins")
		}
	}
}

// whileIndexed reports whether the tail began in time.
func whileIndexed(t *testing.T, log string, lines int) bool {
	w := newIndexing(t, log, Spans{})
	s := w.tail(t, "")
	var page searchPage
	s.next("page", &page)
	if page.Total == int64(len(log)) {
		return false
	}
	s.next("page", &page)
	if len(page.Entries) != pageLines || page.Entries[0].Attrs[0].Value != fmt.Sprint(lines-1) || page.GoesOn {
		t.Errorf("once indexed, the first of %d is %+v", len(page.Entries), page.Entries[0])
	}
	w.append(recordOf(lines, "INFO", "new", 1))
	var m tailedLines
	s.next("lines", &m)
	if len(m.Entries) != 1 || m.Skipped != 0 || m.Entries[0].Message != "new" {
		t.Errorf("then come %d lines, and %d before them", len(m.Entries), m.Skipped)
	}
	return true
}
