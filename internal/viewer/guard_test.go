package viewer

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestGuard has requests refused that a page elsewhere can have made.
func TestGuard(t *testing.T) {
	reached := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	for _, test := range []struct {
		name, host, headers string // headers are "Name: value; Name: value"
		want                int
	}{
		{"by number", "127.0.0.1:9412", "", 200},
		{"IPv6", "[::1]:9412", "", 200},
		{"without a port", "127.0.0.1", "", 200},
		{"IPv6 without a port", "[::1]", "", 200},
		{"localhost", "localhost:9412", "", 200},
		{"localhost, spelled otherwise", "LocalHost.:9412", "", 200},
		{"a name within localhost", "logs.localhost:9412", "", 200},
		{"the name that was asked for", "dev.example:9412", "", 200},
		{"DNS rebinding", "evil.example:9412", "", 403},
		{"a name that begins as localhost", "localhost.evil.example:9412", "", 403},
		{"a name that begins as a number", "127.0.0.1.evil.example:9412", "", 403},
		{"a name that ends as localhost", "evillocalhost:9412", "", 403},
		{"no host", "", "", 403},
		{"its own page", "localhost:9412", "Origin: http://localhost:9412; Sec-Fetch-Site: same-origin; Sec-Fetch-Mode: cors", 200},
		{"a foreign Origin", "localhost:9412", "Origin: http://evil.example", 403},
		{"another port's Origin", "localhost:9412", "Origin: http://localhost:8080", 403},
		{"another scheme's Origin", "localhost:9412", "Origin: https://localhost:9412", 403},
		{"a file's or a sandbox's Origin", "localhost:9412", "Origin: null", 403},
		{"a foreign script or picture", "localhost:9412", "Sec-Fetch-Site: cross-site; Sec-Fetch-Mode: no-cors", 403},
		{"another port's page", "localhost:9412", "Sec-Fetch-Site: same-site; Sec-Fetch-Mode: no-cors", 403},
		{"typed into the browser", "localhost:9412", "Sec-Fetch-Site: none; Sec-Fetch-Mode: navigate", 200},
		{"a link from Zipkin's page", "localhost:9412", "Sec-Fetch-Site: same-site; Sec-Fetch-Mode: navigate", 200},
		{"a link from elsewhere", "localhost:9412", "Sec-Fetch-Site: cross-site; Sec-Fetch-Mode: navigate", 200},
		{"a form from elsewhere", "localhost:9412", "Origin: http://evil.example; Sec-Fetch-Site: cross-site; Sec-Fetch-Mode: navigate", 403},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/api/status", nil)
			r.Host = test.host
			for header := range strings.SplitSeq(test.headers, "; ") {
				if name, value, ok := strings.Cut(header, ": "); ok {
					r.Header.Set(name, value)
				}
			}
			w := httptest.NewRecorder()
			Guard(reached, "dev.example").ServeHTTP(w, r)
			if w.Code != test.want {
				t.Errorf("status %d, want %d: %s", w.Code, test.want, w.Body)
			}
			if w.Header().Get("Content-Security-Policy") != policy {
				t.Error("the answer has no policy")
			}
		})
	}
}
