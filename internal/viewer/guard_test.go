package viewer

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestGuard has requests refused that a page elsewhere can have made: those that read, and those that
// send spans, for which a program may use any name.
func TestGuard(t *testing.T) {
	reached := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	for _, test := range []struct {
		name, host, headers string // headers are "Name: value; Name: value"
		reads, sends        int
	}{
		{"by number", "127.0.0.1:9412", "", 200, 200},
		{"IPv6", "[::1]:9412", "", 200, 200},
		{"without a port", "127.0.0.1", "", 200, 200},
		{"IPv6 without a port", "[::1]", "", 200, 200},
		{"localhost", "localhost:9412", "", 200, 200},
		{"localhost, spelled otherwise", "LocalHost.:9412", "", 200, 200},
		{"a name within localhost", "logs.localhost:9412", "", 200, 200},
		{"the name that was asked for", "dev.example:9412", "", 200, 200},
		{"DNS rebinding", "evil.example:9412", "", 403, 200},
		{"a name that begins as localhost", "localhost.evil.example:9412", "", 403, 200},
		{"a name that begins as a number", "127.0.0.1.evil.example:9412", "", 403, 200},
		{"a name that ends as localhost", "evillocalhost:9412", "", 403, 200},
		{"no host", "", "", 403, 200},
		{"from a container", "host.docker.internal:9411", "", 403, 200},
		{"by another machine's name for it", "dev-laptop:9411", "User-Agent: Go-http-client/1.1", 403, 200},
		{"a rebound page's own site", "evil.example:9411", "Origin: http://evil.example:9411", 403, 403},
		{"a rebound page's own site, by a new browser", "evil.example:9411", "Origin: http://evil.example:9411; Sec-Fetch-Site: same-origin; Sec-Fetch-Mode: cors", 403, 403},
		{"a rebound page, as a sandbox", "evil.example:9411", "Origin: null", 403, 403},
		{"a browser without an Origin", "evil.example:9411", "Sec-Fetch-Site: same-origin; Sec-Fetch-Mode: no-cors", 403, 403},
		{"an empty Origin", "evil.example:9411", "Origin: ", 403, 403},
		{"a foreign Origin by a container's name", "host.docker.internal:9411", "Origin: http://evil.example", 403, 403},
		{"its own page", "localhost:9412", "Origin: http://localhost:9412; Sec-Fetch-Site: same-origin; Sec-Fetch-Mode: cors", 200, 200},
		{"a foreign Origin", "localhost:9412", "Origin: http://evil.example", 403, 403},
		{"another port's Origin", "localhost:9412", "Origin: http://localhost:8080", 403, 403},
		{"another scheme's Origin", "localhost:9412", "Origin: https://localhost:9412", 403, 403},
		{"a file's or a sandbox's Origin", "localhost:9412", "Origin: null", 403, 403},
		{"a foreign script or picture", "localhost:9412", "Sec-Fetch-Site: cross-site; Sec-Fetch-Mode: no-cors", 403, 403},
		{"another port's page", "localhost:9412", "Sec-Fetch-Site: same-site; Sec-Fetch-Mode: no-cors", 403, 403},
		{"typed into the browser", "localhost:9412", "Sec-Fetch-Site: none; Sec-Fetch-Mode: navigate", 200, 200},
		{"a link from Zipkin's page", "localhost:9412", "Sec-Fetch-Site: same-site; Sec-Fetch-Mode: navigate", 200, 200},
		{"a link from elsewhere", "localhost:9412", "Sec-Fetch-Site: cross-site; Sec-Fetch-Mode: navigate", 200, 200},
		{"a form from elsewhere", "localhost:9412", "Origin: http://evil.example; Sec-Fetch-Site: cross-site; Sec-Fetch-Mode: navigate", 403, 403},
		{"a frame elsewhere", "localhost:9412", "Sec-Fetch-Site: cross-site; Sec-Fetch-Mode: navigate; Sec-Fetch-Dest: iframe", 403, 403},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, one := range []struct {
				method string
				guard  func(http.Handler, ...string) http.Handler
				want   int
			}{
				{"GET", Guard, test.reads},
				{"POST", Guard, test.reads},
				{"GET", GuardIntake, test.reads},
				{"POST", GuardIntake, test.sends},
			} {
				r := httptest.NewRequest(one.method, "/path", nil)
				r.Host = test.host
				for header := range strings.SplitSeq(test.headers, "; ") {
					if name, value, ok := strings.Cut(header, ": "); ok {
						r.Header.Set(name, value)
					}
				}
				w := httptest.NewRecorder()
				one.guard(reached, "dev.example").ServeHTTP(w, r)
				if w.Code != one.want {
					t.Errorf("%s: status %d, want %d: %s", one.method, w.Code, one.want, w.Body)
				}
				if w.Header().Get("Content-Security-Policy") != policy {
					t.Error("the answer has no policy")
				}
			}
		})
	}
}

// TestGuardPaths has links from elsewhere lead to pages, and to nothing else.
func TestGuardPaths(t *testing.T) {
	handler := Guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for _, test := range []struct {
		path string
		want int
	}{
		{"/", 200},
		{"/?q=level>=warn", 200},
		{"/traces", 200},
		{"/trace/" + traceOf(1), 200},
		{"/api/search?q=secret", 403},
		{"/api/tail", 403},
		{"/api/trace/" + traceOf(1), 403},
		{"/trace/" + traceOf(1) + "/trace.json", 403},
		{"/trace/" + traceOf(1) + "/trace.html", 403},
	} {
		for site, want := range map[string]int{"cross-site": test.want, "same-site": test.want, "same-origin": 200, "none": 200} {
			r := httptest.NewRequest("GET", test.path, nil)
			r.Host = "localhost:9412"
			r.Header.Set("Sec-Fetch-Site", site)
			r.Header.Set("Sec-Fetch-Mode", "navigate")
			r.Header.Set("Sec-Fetch-Dest", "document")
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if w.Code != want {
				t.Errorf("%s, %s: status %d, want %d", test.path, site, w.Code, want)
			}
		}
	}
}
