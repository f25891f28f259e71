package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	servedTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	servedLine  = `{"time":"2026-11-28T12:00:00Z","level":"ERROR","msg":"declined","trace_id":"` + servedTrace + `","span_id":"00f067aa0ba902b7"}` + "\n"
	servedSpan  = `[{"traceId":"` + servedTrace + `","id":"00f067aa0ba902b7","name":"charge","timestamp":1795867200000000,"duration":500,"localEndpoint":{"serviceName":"payment"}}]`
)

// A served is what a running spanlog serve answers at.
type served struct {
	*running
	pages, spans string // addresses, without the last slash
}

// serve starts spanlog serve at ports that are free.
func serve(t *testing.T, in io.Reader, args ...string) *served {
	t.Helper()
	s := &served{running: start(t, in, append([]string{"serve", "-listen", "127.0.0.1:0"}, args...)...)}
	for s.pages == "" {
		line := s.next()
		if address, ok := strings.CutPrefix(line, "pages: "); ok {
			s.pages = strings.TrimSuffix(address, "/")
		}
		if address, ok := strings.CutPrefix(line, "spans: "); ok {
			s.spans = strings.TrimSuffix(address, "/api/v2/spans")
		}
	}
	return s
}

// get returns the status and the body of an answer, without following where it leads.
func (s *served) get(address string) (status int, body string) {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if to := resp.Header.Get("Location"); to != "" {
		return resp.StatusCode, to
	}
	return resp.StatusCode, string(b)
}

// A joined is what a test looks at in a trace.
type joined struct {
	SpansFrom string
	Spans     []struct {
		Name     string
		Inferred bool
	}
	Records []struct{ Message string }
}

// trace waits until a trace has so many records and spans.
func (s *served) trace(records, spans int) (got joined) {
	s.t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		status, body := s.get(s.pages + "/api/trace/" + servedTrace)
		got = joined{}
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			s.t.Fatal(err)
		}
		if status == http.StatusOK && len(got.Records) == records && len(got.Spans) == spans {
			return got
		}
	}
	s.t.Fatalf("the trace is %+v", got)
	return got
}

func logFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "app.log")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestServe shows a log, what is written to it, and the spans that are sent.
func TestServe(t *testing.T) {
	path := logFile(t, servedLine)
	s := serve(t, nil, "-listen-zipkin", "127.0.0.1:0", path)
	if status, body := s.get(s.pages + "/"); status != http.StatusOK || !strings.Contains(body, "<title>spanlog</title>") {
		t.Errorf("the page is %d %s", status, body)
	}
	if got := s.trace(1, 1); !got.Spans[0].Inferred {
		t.Errorf("before there are spans: %+v", got)
	}
	resp, err := http.Post(s.spans+"/api/v2/spans", "application/json", strings.NewReader(servedSpan))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(f, servedLine)
	f.Close()
	got := s.trace(2, 1)
	if got.Spans[0].Name != "charge" || !strings.HasPrefix(got.SpansFrom, "the intake at 127.0.0.1:") {
		t.Errorf("got %+v", got)
	}
}

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

// TestServeGuards has pages and intake refuse what a page elsewhere asks for.
func TestServeGuards(t *testing.T) {
	s := serve(t, nil, "-listen-zipkin", "127.0.0.1:0", logFile(t, servedLine))
	for _, address := range []string{s.pages + "/api/search", s.spans + "/api/v2/traces", s.spans + "/api/v2/spans"} {
		for _, header := range []string{"Host", "Origin"} {
			method := http.MethodGet
			if strings.HasSuffix(address, "/spans") {
				method = http.MethodPost
			}
			r, err := http.NewRequest(method, address, strings.NewReader(servedSpan))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			if header == "Host" {
				r.Host = "evil.example"
			} else {
				r.Header.Set("Origin", "http://evil.example")
			}
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusForbidden {
				t.Errorf("%s %s with a foreign %s: %s", method, address, header, resp.Status)
			}
		}
	}
}

// TestServeSpansFile joins a log with spans from a file.
func TestServeSpansFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "spans.json")
	if err := os.WriteFile(file, []byte(servedSpan), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, nil, "-spans", file, logFile(t, servedLine))
	if got := s.trace(1, 1); got.SpansFrom != file {
		t.Errorf("got %+v", got)
	}
}

// TestServeStdin shows what comes on standard input, and leaves no file behind.
func TestServeStdin(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Setenv("TMP", dir)
	r, w := io.Pipe()
	s := serve(t, r, "-")
	fmt.Fprint(w, servedLine)
	s.trace(1, 1)
	fmt.Fprint(w, servedLine)
	s.trace(2, 1)
	w.Close()
	s.end()
	if left, _ := filepath.Glob(filepath.Join(dir, "spanlog-*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// TestServeLater waits for a log that is not there yet, and says so.
func TestServeLater(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	s := serve(t, nil, path)
	if want := "spanlog: " + path + " is not there yet: it is waited for\n"; s.errs.String() != want {
		t.Errorf("it says %q, want %q", s.errs, want)
	}
	if err := os.WriteFile(path, []byte(servedLine), 0o600); err != nil {
		t.Fatal(err)
	}
	s.trace(1, 1)
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
