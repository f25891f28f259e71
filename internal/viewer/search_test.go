package viewer

import (
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestSearchNow has all pages of a search mean the same by ten minutes ago.
func TestSearchNow(t *testing.T) {
	var log strings.Builder
	const records = 3 * pageLines
	for n := range records {
		log.WriteString(recordOf(n, "INFO", "order", 1))
	}
	w := newWorld(t, log.String(), Spans{})
	first := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	search := func(now int64, cursor string) searchPage {
		q := url.Values{"q": {"since:10m"}, "now": {strconv.FormatInt(now, 10)}, "cursor": {cursor}}
		return ask[searchPage](w, "/api/search?"+q.Encode())
	}
	for _, skipped := range []int{0, 1, 250, records} { // those that are longer ago
		page := search(first.Add(10*time.Minute+time.Duration(skipped)*time.Millisecond).UnixMicro(), "")
		found := len(page.Entries)
		for page.More {
			page = search(page.Now, page.Next)
			found += len(page.Entries)
		}
		if found != records-skipped {
			t.Errorf("found %d, want %d", found, records-skipped)
		}
	}
	before := time.Now().UnixMicro()
	page := ask[searchPage](w, "/api/search")
	var tailed searchPage
	w.tail(t, "").next("page", &tailed)
	for _, now := range []int64{page.Now, tailed.Now} {
		if now < before || now > time.Now().UnixMicro() {
			t.Errorf("without a time, it is %d", now)
		}
	}
}

// TestCheck has a query be judged without a search: there is nothing to search in.
func TestCheck(t *testing.T) {
	for _, test := range []struct {
		query string
		want  int
	}{
		{"q=", 200},
		{"q=level>=warn+since:10m", 200},
		{"q=level>=wran", 400},
		{"q=/(/", 400},
		{"q=since:10m&now=1795867200000000", 200},
		{"q=since:10m&now=yesterday", 400},
	} {
		rec := httptest.NewRecorder()
		new(Viewer).Handler().ServeHTTP(rec, httptest.NewRequest("GET", "/api/check?"+test.query, nil))
		if isError := strings.HasPrefix(rec.Body.String(), `{"error":`); rec.Code != test.want || isError != (test.want != 200) {
			t.Errorf("%s: got %d, %s", test.query, rec.Code, rec.Body)
		}
	}
}
