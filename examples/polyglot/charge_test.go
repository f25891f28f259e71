package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestCharge is the service without Python: the trace in a request's header is
// the trace in its lines.
func TestCharge(t *testing.T) {
	const traceID, callerSpan = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	withoutTelemetryVars(t)
	logFile := filepath.Join(t.TempDir(), "go.log")
	stop, err := setUp(t.Context(), logFile)
	if err != nil {
		t.Fatal(err)
	}
	handler := newHandler()
	tests := []struct {
		name, traceparent, amount string

		trace, sampled string // an empty trace stands for a new one
		levels         string
		status         int
	}{
		{"sampled", "00-" + traceID + "-" + callerSpan + "-01", "12.50", traceID, "True", "INFO INFO", 204},
		{"not sampled", "00-" + traceID + "-" + callerSpan + "-00", "12.50", traceID, "False", "INFO INFO", 204},
		{"sampled, with the flag for random ids", "00-" + traceID + "-" + callerSpan + "-03", "12.50", traceID, "True", "INFO INFO", 204},
		{"declined", "00-" + traceID + "-" + callerSpan + "-01", "2500", traceID, "True", "INFO ERROR", 402},
		{"no trace", "", "12.50", "", "True", "INFO INFO", 204},
		{"a trace id of zeros", "00-00000000000000000000000000000000-" + callerSpan + "-01", "12.50", "", "True", "INFO INFO", 204},
		{"no amount", "00-" + traceID + "-" + callerSpan + "-01", "", traceID, "", "", 400},
	}
	for order, test := range tests {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, fmt.Sprintf("/charge?order=%d&amount=%s", order, test.amount), nil)
		r.Header.Set("traceparent", test.traceparent)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != test.status {
			t.Errorf("%s: status %d, want %d", test.name, w.Code, test.status)
		}
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}

	lines := readLog(t, logFile)
	for order, test := range tests {
		var levels []string
		trace, spans := test.trace, map[string]bool{callerSpan: true}
		for _, l := range lines {
			if !regexp.MustCompile(fmt.Sprintf(`\border %d\b`, order)).MatchString(l.message) {
				continue
			}
			if trace == "" {
				trace = l.trace
			}
			levels, spans[l.span] = append(levels, l.level), true
			if l.trace != trace || l.trace == "0" || test.trace == "" && l.trace == traceID {
				t.Errorf("%s: trace %s in %+v, want %q", test.name, l.trace, l, test.trace)
			}
			if l.sampled != test.sampled || l.name != serviceName || l.service != serviceName {
				t.Errorf("%s: got %+v, want sampled %s and the name %s", test.name, l, test.sampled, serviceName)
			}
		}
		if got := strings.Join(levels, " "); got != test.levels {
			t.Errorf("%s: lines at %q, want %q", test.name, got, test.levels)
		}
		if len(spans) != 1+len(levels) {
			t.Errorf("%s: spans %v, want one for each of %d lines, and none the caller's", test.name, spans, len(levels))
		}
	}
}
