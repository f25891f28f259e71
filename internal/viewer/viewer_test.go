package viewer

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/zipkin"
)

// TestPages serves one document at all pages' addresses, and nothing at others.
func TestPages(t *testing.T) {
	w := newWorld(t, "", Spans{})
	for _, test := range []struct {
		path        string
		want        int
		contentType string
	}{
		{"/", 200, "text/html; charset=utf-8"},
		{"/?q=level>=warn", 200, "text/html; charset=utf-8"},
		{"/traces", 200, "text/html; charset=utf-8"},
		{"/trace/" + traceOf(1), 200, "text/html; charset=utf-8"},
		{"/assets/app.js", 200, "text/javascript; charset=utf-8"},
		{"/assets/style.css", 200, "text/css; charset=utf-8"},
		{"/assets/icon.svg", 200, "image/svg+xml"},
		{"/assets/viewer.go", 404, ""},
		{"/assets/", 404, ""},
		{"/other", 404, ""},
		{"/api/other", 404, ""},
		{"/api/search?q=level>=wran", 400, "application/json"},
		{"/api/search?cursor=nonsense", 400, "application/json"},
		{"/api/search?now=nonsense", 400, "application/json"},
		{"/api/check?q=level>=wran", 400, "application/json"},
		{"/api/tail?q=level>=wran", 400, "application/json"},
		{"/api/traces?order=best", 400, "application/json"},
		{"/api/trace/nonsense", 400, "application/json"},
		{"/api/trace/" + traceOf(1), 404, "application/json"},
		{"/trace/" + traceOf(1) + "/trace.json", 404, "application/json"},
	} {
		resp, body := w.get(test.path)
		if got := resp.Header.Get("Content-Type"); resp.StatusCode != test.want || test.contentType != "" && got != test.contentType {
			t.Errorf("%s: got %d with %s, want %d with %s", test.path, resp.StatusCode, got, test.want, test.contentType)
		}
		if test.contentType == "application/json" && !bytes.Contains(body, []byte(`{"error":"`)) {
			t.Errorf("%s: no error that a page can show: %s", test.path, body)
		}
	}
	resp, err := http.Post(w.URL+"/api/search", "text/plain", nil)
	assert.NoError(t, err)
	resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %s", resp.Status)
	}
}

// TestUnescaped has JSON be no longer than it need be. No browser takes it for HTML: that is not its type, and
// none but the one it is sent with counts.
func TestUnescaped(t *testing.T) {
	const hostile = "<script>alert(1)</script>"
	w := newWorld(t, recordOf(1, "ERROR", hostile, 1), Spans{})
	for _, path := range []string{
		"/api/search", "/api/search?q=level=" + url.QueryEscape(hostile), "/api/check?q=level=" + url.QueryEscape(hostile),
		"/api/traces", "/api/traces?order=" + url.QueryEscape(hostile), "/api/trace/" + traceOf(1),
		"/api/trace/" + url.PathEscape(hostile), "/trace/" + traceOf(1) + "/trace.json",
	} {
		resp, body := w.get(path)
		if !bytes.Contains(body, []byte("<script>")) || bytes.Contains(body, []byte(`\u003c`)) {
			t.Errorf("%s: got %s", path, body)
		}
		if resp.Header.Get("Content-Type") != "application/json" || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: the header is %v", path, resp.Header)
		}
	}
}

// TestTraversal has no address lead to a file that was not named.
func TestTraversal(t *testing.T) {
	const secret = "the secret"
	w := newWorld(t, recordOf(1, "INFO", "order", 1), Spans{})
	dir := filepath.Dir(w.log)
	assert.NoError(t, os.WriteFile(filepath.Join(dir, "secret.txt"), []byte(secret), 0o600))
	assert.NoError(t, os.WriteFile(filepath.Join(dir, "app.html"), []byte(secret), 0o600))
	file := filepath.Join(dir, "secret.txt")
	handler := Guard(w.Handler())
	for _, path := range []string{
		"/assets/../secret.txt", "/assets/..%2fsecret.txt", "/assets/%2e%2e/secret.txt", "/assets/..%5csecret.txt",
		"/assets/" + url.PathEscape(file), "/assets/" + file, "/" + file, "//" + file, file,
		"/assets/..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd", "/assets/%00", "/assets/app.js%00.html",
		"/trace/..%2fsecret.txt", "/trace/..%2fsecret.txt/trace.html", "/api/trace/" + url.PathEscape(file),
		"/api/search?q=&log=" + url.QueryEscape(file), "/api/search?q=" + url.QueryEscape("log="+file), "/api/search?cursor=" + url.QueryEscape("../secret.txt"),
		"/assets/app.html",
	} {
		r := httptest.NewRequest("GET", "http://localhost/", nil)
		u, err := url.Parse("http://localhost" + path)
		assert.NoError(t, err)
		r.URL = u
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, r)
		if body := rec.Body.String(); strings.Contains(body, secret) || strings.Contains(body, "root:") {
			t.Errorf("%s: got\n%s", path, body)
		}
		if rec.Code >= 500 {
			t.Errorf("%s: status %d", path, rec.Code)
		}
	}
}

// TestAssets holds the pages' files to what is promised of them: small, complete, and with no
// address of anywhere else.
func TestAssets(t *testing.T) {
	files, err := assets.ReadDir("assets")
	assert.NoError(t, err)
	size := 0
	var all bytes.Buffer
	names := make(map[string]bool)
	for _, f := range files {
		b, err := assets.ReadFile("assets/" + f.Name())
		assert.NoError(t, err)
		size += len(b)
		names[f.Name()] = true
		all.Write(b)
	}
	if size >= 100_000 {
		t.Errorf("they have %d bytes, want less than 100 KB", size)
	}
	for _, m := range regexp.MustCompile(`(?:"/assets/|from "\./)([a-z.]+)"`).FindAllStringSubmatch(all.String(), -1) {
		if !names[m[1]] {
			t.Errorf("%s is not there", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`(?i)(https?:)?//[a-z0-9.]+\.[a-z]+[^\s"]*`).FindAllString(all.String(), -1) {
		if m != "http://www.w3.org/2000/svg" { // a name
			t.Errorf("there is an address: %s", m)
		}
	}
	for _, sink := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"} {
		if strings.Contains(all.String(), sink) {
			t.Errorf("there is %s, which takes markup or scripts", sink)
		}
	}
}

func TestSearch(t *testing.T) {
	var log strings.Builder
	for n := range 450 {
		log.WriteString(recordOf(n, "INFO", "order", 1+n%9))
	}
	log.WriteString(recordOf(450, "ERROR", "declined", 3) + "\tat main.go:17\n")
	w := newWorld(t, log.String(), Spans{})
	for _, test := range []struct {
		query string
		want  int
	}{
		{"", 452},
		{"level>=warn", 2},
		{traceOf(3), 52},
		{"n=17", 1},
		{"declined", 2},
		{"absent", 0},
	} {
		found, cursor := 0, ""
		for {
			got := ask[searchPage](w, "/api/search?"+url.Values{"q": {test.query}, "cursor": {cursor}}.Encode())
			if len(got.Entries) > pageLines {
				t.Fatalf("%q: a page of %d", test.query, len(got.Entries))
			}
			found += len(got.Entries)
			if cursor = got.Next; !got.More {
				break
			}
		}
		if found != test.want {
			t.Errorf("%q: found %d, want %d", test.query, found, test.want)
		}
	}
	newest := ask[searchPage](w, "/api/search").Entries[:2]
	if newest[0].Message != "\tat main.go:17" || !newest[0].Continued || newest[1].Message != "declined" {
		t.Errorf("the newest are %+v", newest)
	}
}

func TestStatus(t *testing.T) {
	store := new(zipkin.Store)
	assert.NoError(t, store.Add([]zipkin.Span{spanOf(1, "place order", 5)}))
	w := newWorld(t, recordOf(1, "INFO", "a", 0)+recordOf(2, "ERROR", "b", 1)+`{"level":"INFO","msg":"half`, Spans{Received: store, From: "spans.json"})
	s := ask[status](w, "/api/status")
	if s.Lines != 2 && s.Lines != 3 || s.WithoutTrace < 1 || s.Levels["error"] != 1 || !s.Indexed || !s.Following || s.Spans.Received != 1 || s.Spans.From != "spans.json" {
		t.Errorf("got %+v", s)
	}
}
