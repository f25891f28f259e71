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

// TestServeOnce: a log that is named twice, or with what was rotated away from it, is one.
func TestServeOnce(t *testing.T) {
	path := logFile(t, servedLine)
	rotated := filepath.Join(filepath.Dir(path), "app-20261128T110000.000001Z.log")
	if err := os.WriteFile(rotated, []byte(servedLine), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, nil, rotated, path, path)
	s.trace(2, 1)
	if _, body := s.get(s.pages + "/api/status"); strings.Count(body, `"path"`) != 1 {
		t.Errorf("the status is %s", body)
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
