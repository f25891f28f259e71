package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"testing"
)

// readLines decodes each line of one of the Collector's files.
func readLines[T any](t *testing.T, file string) (lines []T) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		var v T
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatalf("%s: %v in %s", file, err, line)
		}
		lines = append(lines, v)
	}
	return lines
}

// otlpTraces is one line of the Collector's file: a request in OTLP's JSON form.
type otlpTraces struct {
	ResourceSpans []struct {
		Resource struct {
			Attributes otlpAttributes `json:"attributes"`
		} `json:"resource"`
		ScopeSpans []struct {
			Spans []otlpSpan `json:"spans"`
		} `json:"scopeSpans"`
	} `json:"resourceSpans"`
}

// otlpSpan is a span in OTLP's JSON form.
type otlpSpan struct {
	TraceID      string         `json:"traceId"`
	SpanID       string         `json:"spanId"`
	ParentSpanID string         `json:"parentSpanId"`
	Name         string         `json:"name"`
	Kind         int            `json:"kind"` // 1 internal, 2 server, 3 client, 4 producer, 5 consumer
	Start        string         `json:"startTimeUnixNano"`
	End          string         `json:"endTimeUnixNano"`
	Attributes   otlpAttributes `json:"attributes"`
	Events       []otlpEvent    `json:"events"`
	Status       struct {
		Message string `json:"message"`
		Code    int    `json:"code"` // otlpOK, otlpError or, where it says nothing, 0
	} `json:"status"`
}

// The codes of a span's status.
const (
	otlpOK    = 1
	otlpError = 2
)

// otlpEvent is an event of a span.
type otlpEvent struct {
	Time       string         `json:"timeUnixNano"`
	Name       string         `json:"name"`
	Attributes otlpAttributes `json:"attributes"`
}

// otlpAttributes are attributes by key. A value is its JSON, with the name of its
// kind, as in {"intValue":"42"}, without blanks.
type otlpAttributes map[string]string

// UnmarshalJSON reads OTLP's list of pairs.
func (a *otlpAttributes) UnmarshalJSON(text []byte) error {
	var pairs []struct {
		Key   string          `json:"key"`
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(text, &pairs); err != nil {
		return err
	}
	*a = make(otlpAttributes, len(pairs))
	for _, p := range pairs {
		if _, twice := (*a)[p.Key]; twice {
			return fmt.Errorf("attribute %q comes twice", p.Key)
		}
		var b bytes.Buffer
		if err := json.Compact(&b, p.Value); err != nil {
			return err
		}
		(*a)[p.Key] = b.String()
	}
	return nil
}
