package main

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestServeAsZipkin has the addresses of Zipkin's pages lead to the command's, as in links of a
// console; and its API answers.
func TestServeAsZipkin(t *testing.T) {
	s := serve(t, nil, "-listen-zipkin", "127.0.0.1:0")
	for _, test := range []struct {
		path   string
		status int
		body   string
	}{
		{"/zipkin/traces/" + servedTrace, 302, s.pages + "/trace/" + servedTrace},
		{"/zipkin/", 302, s.pages + "/"},
		{"/", 302, s.pages + "/"},
		{"/health", 200, `{"status":"UP"}` + "\n"},
		{"/api/v2/services", 200, "[]\n"},
		{"/api/v2/trace/" + servedTrace, 404, "trace " + servedTrace + ": not found\n"},
	} {
		if status, body := s.get(s.spans + test.path); status != test.status || body != test.body {
			t.Errorf("%s: got %d %q, want %d %q", test.path, status, body, test.status, test.body)
		}
	}
}

// TestServeGuards has pages and intake refuse what a page elsewhere asks for or sends. Programs may
// send spans by any name that this machine has for them.
func TestServeGuards(t *testing.T) {
	s := serve(t, nil, "-listen-zipkin", "127.0.0.1:0", logFile(t, servedLine))
	const evil = "evil.example"
	for _, test := range []struct {
		method, address, host, origin string
		want                          int
	}{
		{"GET", s.pages + "/api/search", evil, "", 403},
		{"GET", s.pages + "/api/search", "", "http://" + evil, 403},
		{"POST", s.pages + "/api/search", evil, "", 403},
		{"GET", s.spans + "/api/v2/traces", evil, "", 403},
		{"GET", s.spans + "/api/v2/traces", "", "http://" + evil, 403},
		{"GET", s.spans + "/api/v2/spans", evil, "", 403},
		{"POST", s.spans + "/api/v2/traces", evil, "", 403},
		{"GET", s.spans + "/zipkin/", evil, "", 403},
		{"POST", s.spans + "/api/v2/spans", "", "http://" + evil, 403},
		{"POST", s.spans + "/api/v2/spans", evil, "http://" + evil, 403},
		{"POST", s.spans + "/api/v2/spans", "host.docker.internal:9411", "", 202},
		{"POST", s.spans + "/api/v2/spans", "", "", 202},
	} {
		r, err := http.NewRequest(test.method, test.address, strings.NewReader(servedSpan))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Host = test.host
		if test.origin != "" {
			r.Header.Set("Origin", test.origin)
		}
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != test.want {
			t.Errorf("%s %s, Host %q, Origin %q: got %d, want %d", test.method, test.address, test.host, test.origin, resp.StatusCode, test.want)
		}
	}
}

// TestServeEverywhere listens on all addresses, says so, and names one that leads there. Who comes to
// the intake is led to the pages by the name that they have called it by.
func TestServeEverywhere(t *testing.T) {
	s := serve(t, nil, "-listen", ":0", "-listen-zipkin", "0.0.0.0:0")
	_, port, _ := strings.Cut(strings.TrimPrefix(s.pages, "http://"), ":")
	if s.pages != "http://127.0.0.1:"+port || !strings.HasPrefix(s.spans, "http://127.0.0.1:") {
		t.Fatalf("the addresses are %s and %s", s.pages, s.spans)
	}
	if status, body := s.get(s.pages + "/api/status"); status != http.StatusOK || !strings.Contains(body, `"from":"the intake at 127.0.0.1:`) {
		t.Errorf("the status is %d %s", status, body)
	}
	const path = "/zipkin/traces/" + servedTrace
	for _, test := range []struct{ host, want string }{
		{"", "http://127.0.0.1:" + port},
		{"localhost:9411", "http://localhost:" + port},
		{"localhost", "http://localhost:" + port},
		{"192.0.2.1:9411", "http://192.0.2.1:" + port},
		{"[2001:db8::1]:9411", "http://[2001:db8::1]:" + port},
		{"[2001:db8::1]", "http://[2001:db8::1]:" + port},
	} {
		r, err := http.NewRequest("GET", s.spans+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = test.host
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := resp.Header.Get("Location"); got != test.want+"/trace/"+servedTrace {
			t.Errorf("Host %q: it leads to %q", test.host, got)
		}
	}
	s.end()
	const all = " listens on all addresses of this machine: whoever can reach it can "
	for _, want := range []string{"-listen :0:" + all + "read these logs\n", "-listen-zipkin 0.0.0.0:0:" + all + "read the spans, and send some\n"} {
		if !strings.Contains(s.errs.String(), want) {
			t.Errorf("it says %q, want %q", s.errs, want)
		}
	}
}

// TestServeElsewhere: pages that are at one address are not led to by another one.
func TestServeElsewhere(t *testing.T) {
	s := serve(t, nil, "-listen-zipkin", ":0")
	_, port, _ := strings.Cut(strings.TrimPrefix(s.spans, "http://"), ":")
	if _, to := s.get("http://localhost:" + port + "/zipkin/"); to != s.pages+"/" {
		t.Errorf("it leads to %q, want %q", to, s.pages)
	}
	s.end()
	if said := s.errs.String(); !strings.HasPrefix(said, "spanlog: -listen-zipkin :0: listens on all addresses") || strings.Count(said, "\n") != 1 {
		t.Errorf("it says %q", said)
	}
}

// TestServeNames: the pages may be called by the name that the intake was given by, as it leads to them
// by that.
func TestServeNames(t *testing.T) {
	s := &server{listen: ":9412", listenZipkin: "dev.example:9411"}
	if got := s.names(); !slices.Contains(got, "dev.example") {
		t.Errorf("the names are %q", got)
	}
}

// TestServeTakenPort has the pages at another port if the usual one is taken, and a clear error if
// that was asked for.
func TestServeTakenPort(t *testing.T) {
	s := serve(t, nil, logFile(t, ""))
	taken := strings.TrimPrefix(s.pages, "http://")
	var errs strings.Builder
	c := console{out: io.Discard, err: &errs}
	if status := run(t.Context(), c, []string{"serve", "-listen", taken, logFile(t, "")}); status != statusError || !strings.Contains(errs.String(), "-listen: ") {
		t.Errorf("status %d: %s", status, &errs)
	}
	l, err := listenPages("")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	other, err := listenPages("")
	if err != nil {
		t.Fatal(err)
	}
	other.Close()
}
