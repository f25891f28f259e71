package zipkin

import (
	"encoding/json"
	"net/http"
	"testing"
)

// FuzzIntake posts anything. The server must answer with one of its three
// codes, and what it accepts must come back in a form that it accepts again
// and knows for the same.
func FuzzIntake(f *testing.F) {
	for _, seed := range []string{
		``, `[]`, `null`, `[null]`, `{}`, `[[]]`, `[{}] []`,
		`[{"traceId":"1","id":"2"}]`,
		`[{"traceId":"0000000000000000463ac35c9f6413ad","id":"2","parentId":"0","kind":"CLIENT","name":"GET"}]`,
		`[{"traceId":"1","id":"2","parentId":"2","timestamp":1e3,"duration":-1}]`,
		`[{"traceId":"1","id":"2","shared":true,"localEndpoint":{"serviceName":"Ünïcode","port":65536}}]`,
		`[{"traceId":"1","id":"2","tags":{"a":"b","a":"c"},"annotations":[{"timestamp":1,"value":"\u0000"}]}]`,
		zipped(`[{"traceId":"1","id":"2"}]`),
	} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, body string, gzip bool) {
		header := []string{"Content-Type", "application/json"}
		if gzip {
			header = append(header, "Content-Encoding", "gzip")
		}
		s := Store{MaxSpans: 100, MaxBody: 10_000}
		w := request(&s, "POST", "/api/v2/spans", body, header...)
		switch w.Code {
		case http.StatusAccepted:
		case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
			if s.Len() != 0 || w.Body.Len() == 0 {
				t.Fatalf("refused with %q, %d spans stored", w.Body, s.Len())
			}
			return
		default:
			t.Fatalf("answered %d", w.Code)
		}
		for _, spans := range s.Traces(0) {
			again, err := json.Marshal(spans)
			if err != nil {
				t.Fatal(err)
			}
			before := s.Len()
			s.MaxBody = int64(len(again))
			w := request(&s, "POST", "/api/v2/spans", string(again), header[:2]...)
			if w.Code != http.StatusAccepted || s.Len() != before {
				t.Fatalf("posted again: %d %q, %d spans, were %d: %s", w.Code, w.Body, s.Len(), before, again)
			}
			if n := count(Tree(spans)); n != len(spans) {
				t.Fatalf("tree has %d of %d spans", n, len(spans))
			}
		}
	})
}
