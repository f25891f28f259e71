package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestTraceZipkin: what the answer of a server makes of a trace. The records are shown whatever it
// says.
func TestTraceZipkin(t *testing.T) {
	path := logFile(t, servedLine)
	for _, test := range []struct {
		name           string
		answer         func(http.ResponseWriter, *http.Request)
		said, inferred string // the error, and the end of the first line
	}{
		{"spans", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, servedSpan) }, "", ", 1 span from SERVER"},
		{"unknown", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }, "spanlog: the Zipkin server at SERVER does not know trace " + servedTrace + ": it was not sampled, or is not there yet, or not any more\n", ", spans inferred from their ids"},
		{"silent", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "spanlog: ask Zipkin at SERVER: no answer within 10ms\n", ", spans inferred from their ids"},
		{"a page", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, "spanlog: ask Zipkin at SERVER: JSON: invalid character '<' looking for beginning of value\n", ", spans inferred from their ids"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(test.answer))
			defer server.Close()
			defer http.DefaultClient.CloseIdleConnections()
			timeout := "1m"
			if test.name == "silent" {
				timeout = "10ms"
			}
			var out, errs strings.Builder
			status := run(t.Context(), console{out: &out, err: &errs}, []string{"trace", "-zipkin", server.URL, "-timeout", timeout, servedTrace, path})
			if status != statusFine {
				t.Errorf("status %d", status)
			}
			if want := strings.ReplaceAll(test.said, "SERVER", server.URL); errs.String() != want {
				t.Errorf("it says %q, want %q", &errs, want)
			}
			first, rest, _ := strings.Cut(out.String(), "\n")
			if want := strings.ReplaceAll(test.inferred, "SERVER", server.URL); !strings.HasSuffix(first, want) || !strings.Contains(rest, "declined") {
				t.Errorf("it prints %q", &out)
			}
		})
	}
}
