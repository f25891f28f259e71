package logline

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestSeenKeys reads lines whose keys come in a few orders. In a scanner that has read the
// ones before, their heads are what they are in a new one.
func TestSeenKeys(t *testing.T) {
	keys := []string{
		"", "l", "level", "Level", "LEVEL", "levels", "le\xff", `le\u0076el`, `level\"`, `level\`, "a level",
		"trace_id", "traceId", "trace-id", "trace.id", "trace", "span_id", "spanid", "time", "timestamp", "user",
		"0123456", "01234567", "012345678", "0123456789abcdef", "0123456789abcdefg", "otel_span_id", "otel_span_id_of_x",
	}
	values := []string{
		`"INFO"`, `"error"`, `"2026-11-22T11:57:00Z"`, `17`, `null`, `[1]`, `{"id":"` + w3cTrace + `","level":"WARN"}`,
		`"` + w3cTrace + `"`, `"` + w3cSpan + `"`, `"x"`,
	}
	var many []string // more keys than are kept
	for n := range 300 {
		many = append(many, fmt.Sprintf(`"key%d":1`, n))
	}
	rapid.Check(t, func(t *rapid.T) {
		orders := rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom(keys), 1, 12), 1, 3).Draw(t, "orders")
		used := Scanner{Location: berlin}
		var got, want Head
		if rapid.Bool().Draw(t, "full") {
			used.Head([]byte("{"+strings.Join(many, ",")+"}"), &got)
		}
		for range rapid.IntRange(2, 10).Draw(t, "lines") {
			var members []string
			for _, key := range rapid.SampledFrom(orders).Draw(t, "order") {
				members = append(members, `"`+key+`":`+rapid.SampledFrom(values).Draw(t, "value"))
			}
			line := []byte("{" + strings.Join(members, ",") + "}")
			for n := range len(line) { // torn lines too
				used.Head(line[:len(line)-n], &got)
				if (&Scanner{Location: berlin}).Head(line[:len(line)-n], &want); got != want {
					t.Fatalf("%s\n got %+v\nwant %+v", line[:len(line)-n], got, want)
				}
			}
		}
	})
}

// TestExpectedKeys: the keys of a line are expected in the next one, also where others have
// all the places.
func TestExpectedKeys(t *testing.T) {
	for n := range 2 {
		var s Scanner
		var h Head
		for i := range n * 300 {
			s.Head(fmt.Appendf(nil, `{"key%d":1}`, i), &h)
		}
		line := []byte(`{"time":1,"level":"INFO","msg":"a","trace_id":"b","service.name":"shop","":1,"path":"a longer value"}`)
		s.Head(line, &h)
		s.last = 0
		for _, key := range []string{"time", "level", "msg", "trace_id", "service.name", "", "path"} {
			at := bytes.Index(line, []byte(`"`+key+`":`)) + 1
			if got, e := s.expected(line, at); e == nil || string(got) != key {
				t.Errorf("%d others before: not expected: %q", n*300, key)
			}
		}
	}
}
