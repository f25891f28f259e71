package telemetry

import (
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

// TestRedirectWithin: a server may send requests to another of its paths, and not round in a circle.
func TestRedirectWithin(t *testing.T) {
	for _, test := range []struct {
		name, to string
		ok       bool
	}{
		{"another path", "/new", true},
		{"a circle", "/api/v2/spans", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			clearEnv(t)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/new" {
					w.WriteHeader(http.StatusAccepted)
					return
				}
				http.Redirect(w, r, test.to, http.StatusTemporaryRedirect)
			}))
			defer server.Close()
			client, closeIdle := newClient(nil, defaultTimeout, nil)
			defer closeIdle()
			resp, err := client.Post(server.URL+"/api/v2/spans", "application/json", nil)
			if err == nil {
				resp.Body.Close()
			}
			if (err == nil) != test.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}
