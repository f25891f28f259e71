package telemetry

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestRedirect: what is sent, and the headers with it, reach no other server than the one that was named, unless
// somebody gives a client that follows redirects anywhere.
func TestRedirect(t *testing.T) {
	for _, test := range []struct {
		name string
		to   func(url string) Options
	}{
		{"Zipkin", func(url string) Options { return Options{Zipkin: url} }},
		{"OTLP", func(url string) Options { return Options{OTLP: url} }},
	} {
		for _, follows := range []bool{false, true} {
			clearEnv(t)
			heard := make(chan string, 10)
			other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				heard <- r.Header.Get("X-Token")
			}))
			named := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
			opts := test.to(named.URL)
			opts.Headers = map[string]string{"X-Token": "secret"}
			if follows {
				opts.Client = &http.Client{}
			}
			shutdown, errs := start(t, opts)
			makeSpans(0)
			err := shutdown(t.Context())
			other.Close()
			named.Close()
			if got := len(heard) > 0; got != follows || (err != nil) == follows {
				t.Errorf("%s, follows: %t: the other server was reached: %t, %v\n%s", test.name, follows, got, err, errs)
			}
			if follows {
				if token := <-heard; token != "secret" {
					t.Errorf("%s: the other server got the token %q", test.name, token)
				}
			}
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

// TestRedirectWithin: a server may send requests on to another of its paths, if all that was sent comes along. Else, or
// in a circle, it is an error: spans are not lost without a word.
func TestRedirectWithin(t *testing.T) {
	for _, test := range []struct {
		name, to string
		status   int
		ok       bool
	}{
		{"another path", "/new", http.StatusTemporaryRedirect, true},
		{"for good", "/new", http.StatusPermanentRedirect, true},
		{"without what was sent", "/new", http.StatusFound, false},
		{"a circle", "/api/v2/spans", http.StatusTemporaryRedirect, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			clearEnv(t)
			bodies := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/new" {
					http.Redirect(w, r, test.to, test.status)
					return
				}
				if n, _ := io.Copy(io.Discard, r.Body); n > 0 {
					bodies++
				}
				w.WriteHeader(http.StatusOK)
			}))
			defer server.Close()
			shutdown, _ := start(t, Options{Zipkin: server.URL + "/api/v2/spans"})
			makeSpans(0)
			err := shutdown(t.Context())
			if (err == nil) != test.ok || test.ok && bodies != 1 {
				t.Errorf("%d bodies have come, %v", bodies, err)
			}
		})
	}
}
