package levelhttp_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/levelhttp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// do sends a request. Each header is "Name: value".
func do(h http.Handler, method, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://admin.internal/log/level", strings.NewReader(body))
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// handler returns a handler for rules that logs to nowhere.
func handler(rules *spanlog.Rules) *levelhttp.Handler {
	return levelhttp.New(rules, &levelhttp.Options{Logger: slog.New(slog.DiscardHandler)})
}

func TestRequests(t *testing.T) {
	const before = "INFO, http=WARN"
	for _, test := range []struct {
		name         string
		method, body string
		header       string
		status       int
		answer       string // part of it
		rules        string // afterwards
	}{
		{"shows", "GET", "", "", 200, `{"rules":"INFO, http=WARN"}`, before},
		{"shows to a page of the same origin", "GET", "", "Sec-Fetch-Site: same-origin", 200, `{"rules":"INFO, http=WARN"}`, before},
		{"shows to whoever types the address", "GET", "", "Sec-Fetch-Site: none", 200, `{"rules":"INFO, http=WARN"}`, before},
		{"head", "HEAD", "", "", 200, ``, before},
		{"sets", "PUT", `{"rules":"debug, db=trace"}`, "", 200, `{"rules":"DEBUG, db=TRACE"}`, "DEBUG, db=TRACE"},
		{"sets FATAL", "PUT", `{"rules":"fatal"}`, "", 200, `{"rules":"FATAL"}`, "FATAL"},
		{"sets from a page of the same origin", "PUT", `{"rules":"debug"}`, "Sec-Fetch-Site: same-origin", 200, `{"rules":"DEBUG"}`, "DEBUG"},
		{"sets with another type", "PUT", `{"rules":"debug"}`, "Content-Type: application/x-www-form-urlencoded", 200, `{"rules":"DEBUG"}`, "DEBUG"},
		{"sets to the default", "PUT", `{"rules":""}`, "", 200, `{"rules":"INFO"}`, "INFO"},
		{"for a time", "PUT", `{"rules":"debug","for":"10m"}`, "", 200, `"then":"INFO, http=WARN"}`, "DEBUG"},
		{"for null", "PUT", `{"rules":"debug","for":null}`, "", 200, `{"rules":"DEBUG"}`, "DEBUG"},
		{"bad rules", "PUT", `{"rules":"info, db=loud"}`, "", 400, `{"error":"rules: level rules: rule 2 \"db=loud\" at byte 5: level \"loud\"`, before},
		{"no rules", "PUT", `{"for":"10m"}`, "", 400, `"error":"rules: missing`, before},
		{"rules that are no text", "PUT", `{"rules":4}`, "", 400, `{"error":"rules: got number: want a text"}`, before},
		{"rules that are null", "PUT", `{"rules":null}`, "", 400, `"error":"rules: missing`, before},
		{"a time that is no text", "PUT", `{"rules":"debug","for":10}`, "", 400, `{"error":"for: got number: want a text"}`, before},
		{"no object", "PUT", `["debug"]`, "", 400, `{"error":"the body: got array: want {\"rules\":`, before},
		{"no time", "PUT", `{"rules":"debug","for":"soon"}`, "", 400, `for: \"soon\": want a time such as \"10m\"`, before},
		{"a time without a unit", "PUT", `{"rules":"debug","for":"10"}`, "", 400, `for: \"10\"`, before},
		{"no time at all", "PUT", `{"rules":"debug","for":"0s"}`, "", 400, `for: \"0s\"`, before},
		{"a time that is over", "PUT", `{"rules":"debug","for":"-1m"}`, "", 400, `for: \"-1m\"`, before},
		{"an unknown field", "PUT", `{"rules":"debug","forever":true}`, "", 400, `unknown field \"forever\"`, before},
		{"more than one", "PUT", `{"rules":"debug"}{}`, "", 400, `there is more behind the object`, before},
		{"nothing", "PUT", ``, "", 400, `the body: EOF: want {\"rules\":`, before},
		{"no JSON", "PUT", `level=debug`, "", 400, `the body: invalid character`, before},
		{"too much", "PUT", `{"rules":"` + strings.Repeat("x", 1<<17) + `"}`, "", 413, `the body is larger than 65536 bytes`, before},
		{"too much behind it", "PUT", `{"rules":"debug"}` + strings.Repeat(" ", 1<<17), "", 413, `the body is larger than 65536 bytes`, before},
		{"too much that is no JSON", "PUT", strings.Repeat("x", 1<<17), "", 413, `the body is larger than 65536 bytes`, before},
		{"one byte too much", "PUT", `{"rules":"debug"}` + strings.Repeat(" ", 1<<16-16), "", 413, `the body is larger than 65536 bytes`, before},
		{"just not too much", "PUT", `{"rules":"debug"}` + strings.Repeat(" ", 1<<16-17), "", 200, `{"rules":"DEBUG"}`, "DEBUG"},
		{"POST", "POST", `{"rules":"debug"}`, "", 405, `method \"POST\": want GET, HEAD or PUT`, before},
		{"DELETE", "DELETE", ``, "", 405, `method \"DELETE\"`, before},
		{"OPTIONS", "OPTIONS", ``, "", 405, `method \"OPTIONS\"`, before},
		{"from another site", "PUT", `{"rules":"debug"}`, "Sec-Fetch-Site: cross-site", 403, `another site`, before},
		{"from the same site", "PUT", `{"rules":"debug"}`, "Sec-Fetch-Site: same-site", 403, `another site`, before},
		{"from another origin, by an old browser", "PUT", `{"rules":"debug"}`, "Origin: https://evil.example", 403, `another site`, before},
		{"of no origin", "PUT", `{"rules":"debug"}`, "Origin: null", 403, `another site`, before},
		{"shows to another site", "GET", "", "Sec-Fetch-Site: cross-site", 403, `another site`, before},
	} {
		rules := spanlog.Levels(before)
		w := do(handler(rules), test.method, test.body, test.header)
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.answer) {
			t.Errorf("%s: got %d %s, want %d %s", test.name, w.Code, w.Body, test.status, test.answer)
		}
		if rules.String() != test.rules {
			t.Errorf("%s: the rules are %q, want %q", test.name, rules, test.rules)
		}
		if !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s: no JSON: %s", test.name, w.Body)
		}
		for name, want := range map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", test.name, name, got, want)
			}
		}
		if allow := w.Header().Get("Allow"); (allow == "GET, HEAD, PUT") != (test.status == 405) {
			t.Errorf("%s: Allow is %q", test.name, allow)
		}
	}
}

// TestServer: over a real connection, HEAD has no body.
func TestServer(t *testing.T) {
	s := httptest.NewServer(handler(spanlog.Levels("warn")))
	defer s.Close()
	for _, test := range []struct{ method, want string }{{"GET", "{\"rules\":\"WARN\"}\n"}, {"HEAD", ""}} {
		req, err := http.NewRequest(test.method, s.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := s.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var body bytes.Buffer
		_, err = body.ReadFrom(resp.Body)
		resp.Body.Close()
		if err != nil || body.String() != test.want {
			t.Errorf("%s: got %q, %v; want %q", test.method, body.String(), err, test.want)
		}
	}
}

func TestNoRules(t *testing.T) {
	for _, method := range []string{"GET", "PUT"} {
		if w := do(levelhttp.New(nil, nil), method, `{"rules":"info"}`); w.Code != 500 || !strings.Contains(w.Body.String(), "New was given no rules") {
			t.Errorf("%s: got %d %s", method, w.Code, w.Body)
		}
	}
}

// TestFor: limited changes go back by themselves, and to what.
func TestFor(t *testing.T) {
	type step struct {
		after time.Duration // time that goes by
		put   string        // body; "": none
		set   string        // by somebody else; "": nothing
		want  string        // rules then
		then  string        // as the answer to GET says; "": nothing is limited
	}
	const debug10 = `{"rules":"debug","for":"10m"}`
	for _, test := range []struct {
		name  string
		steps []step
	}{
		{"goes back", []step{{0, debug10, "", "DEBUG", "INFO"}, {10*time.Minute - 1, "", "", "DEBUG", "INFO"}, {1, "", "", "INFO", ""}}},
		{"a second one begins anew, and goes back to the same", []step{
			{0, debug10, "", "DEBUG", "INFO"},
			{9 * time.Minute, `{"rules":"trace","for":"5m"}`, "", "TRACE", "INFO"},
			{5*time.Minute - 1, "", "", "TRACE", "INFO"},
			{1, "", "", "INFO", ""},
			{time.Hour, "", "", "INFO", ""},
		}},
		{"a change for good ends it", []step{
			{0, debug10, "", "DEBUG", "INFO"},
			{time.Minute, `{"rules":"warn"}`, "", "WARN", ""},
			{time.Hour, "", "", "WARN", ""},
		}},
		{"somebody else's stays", []step{
			{0, debug10, "", "DEBUG", "INFO"},
			{time.Minute, "", "error", "ERROR", ""},
			{time.Hour, "", "", "ERROR", ""},
		}},
		{"somebody else's is what the next goes back to", []step{
			{0, debug10, "", "DEBUG", "INFO"},
			{time.Minute, "", "error", "ERROR", ""},
			{time.Minute, debug10, "", "DEBUG", "ERROR"},
			{time.Hour, "", "", "ERROR", ""},
		}},
		{"a bad one changes nothing", []step{
			{0, debug10, "", "DEBUG", "INFO"},
			{time.Minute, `{"rules":"loud","for":"10m"}`, "", "DEBUG", "INFO"},
			{9 * time.Minute, "", "", "INFO", ""},
		}},
	} {
		synctest.Test(t, func(t *testing.T) {
			rules := spanlog.Levels("info")
			h := handler(rules)
			for i, s := range test.steps {
				time.Sleep(s.after)
				synctest.Wait()
				if s.put != "" {
					do(h, "PUT", s.put)
				}
				if s.set != "" {
					if err := rules.Set(s.set); err != nil {
						t.Fatal(err)
					}
				}
				var got struct {
					Rules, Then string
					Until       time.Time
				}
				if err := json.Unmarshal(do(h, "GET", "").Body.Bytes(), &got); err != nil {
					t.Fatal(err)
				}
				if rules.String() != s.want || got.Rules != s.want || got.Then != s.then || got.Until.IsZero() == (s.then != "") {
					t.Errorf("%s, step %d: the rules are %q, and GET says %+v; want %q, then %q", test.name, i+1, rules, got, s.want, s.then)
				}
			}
		})
	}
}

// TestConcurrent: requests at the same time, and limits that end meanwhile.
func TestConcurrent(t *testing.T) {
	rules := spanlog.Levels("info")
	h := handler(rules)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 200 {
				switch (g + i) % 3 {
				case 0:
					do(h, "PUT", `{"rules":"debug","for":"100us"}`)
				case 1:
					do(h, "GET", "")
				default:
					do(h, "PUT", `{"rules":"warn"}`)
				}
			}
		})
	}
	wg.Wait()
	do(h, "PUT", `{"rules":"error"}`)
	time.Sleep(10 * time.Millisecond)
	if rules.String() != "ERROR" {
		t.Errorf("the rules are %q: a limit has outlived a change for good", rules)
	}
}

func FuzzHandler(f *testing.F) {
	f.Add("GET", "", "", "")
	f.Add("PUT", `{"rules":"info, db=debug","for":"10m"}`, "Content-Type", "application/json")
	f.Add("PUT", `{"rules":"db=loud"}`, "Origin", "https://admin.internal")
	f.Add("PUT", `{"rules":"off","for":"1ns"}`, "Sec-Fetch-Site", "same-origin")
	f.Add("PUT", `{"rules":["info"]}`, "Sec-Fetch-Site", "cross-site")
	f.Add("POST", `{}`, "X", "\x00")
	f.Fuzz(func(t *testing.T, method, body, name, value string) {
		if strings.ContainsAny(method, " \t\r\n") || method == "" {
			method = "PUT" // no request has such a method
		}
		rules := spanlog.Levels("error")
		r := httptest.NewRequest("GET", "/", strings.NewReader(body))
		r.Method = method
		r.Header[http.CanonicalHeaderKey(name)] = []string{value}
		w := httptest.NewRecorder()
		h := handler(rules)
		h.ServeHTTP(w, r)
		switch w.Code {
		case 200, 400, 403, 405, 413:
		default:
			t.Errorf("status %d", w.Code)
		}
		if changed := rules.String() != "ERROR"; changed && (w.Code != 200 || method != "PUT") {
			t.Errorf("%s with status %d has set %q", method, w.Code, rules)
		}
		if !json.Valid(w.Body.Bytes()) {
			t.Errorf("no JSON: %q", w.Body)
		}
		do(h, "PUT", `{"rules":"info"}`) // ends what is limited
	})
}
