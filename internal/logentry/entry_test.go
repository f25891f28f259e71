package logentry

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/logindex"
	"github.com/spanlog/spanlog/internal/logline"
)

func lineOf(text string) *logindex.Line {
	l := &logindex.Line{Log: "app.log", Text: []byte(text)}
	new(logline.Scanner).Head(l.Text, &l.Head)
	l.Torn = l.Head.Torn
	return l
}

func TestEntry(t *testing.T) {
	for _, test := range []struct{ name, line, want string }{
		{"slog", `{"time":"2026-11-28T12:00:00.5Z","level":"WARN","msg":"slow","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","order":17}`,
			`{"log":"app.log","time":"2026-11-28T12:00:00.5Z","at":1795867200500000,"level":"WARN","band":"warn","message":"slow","traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","attrs":[{"key":"order","value":"17"}]}`},
		{"zap", `{"level":"error","ts":1795867200.25,"logger":"db","caller":"db/pool.go:42","msg":"gone"}`,
			`{"log":"app.log","time":"2026-11-28T12:00:00.25Z","at":1795867200250000,"level":"ERROR","band":"error","message":"gone","logger":"db","source":"db/pool.go:42"}`},
		{"text", `time=2026-11-28T12:00:00Z level=INFO+2 msg="a b" service=shop`,
			`{"log":"app.log","time":"2026-11-28T12:00:00Z","at":1795867200000000,"level":"INFO+2","band":"info","message":"a b","service":"shop"}`},
		{"plain", `panic: no`, `{"log":"app.log","message":"panic: no","plain":true}`},
		{"torn", `{"level":"INFO","msg":"half`, `{"log":"app.log","level":"INFO","band":"info","message":"{\"level\":\"INFO\",\"msg\":\"half","plain":true,"torn":true}`},
		{"not UTF-8", "a\xffb", `{"log":"app.log","message":"a` + "\ufffd" + `b","plain":true}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := json.Marshal(new(Reader).Entry(lineOf(test.line)))
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// TestEntryContinued has a line have the ids of the record that it belongs to.
func TestEntryContinued(t *testing.T) {
	l := lineOf("goroutine 1 [running]:")
	l.Continued = true
	l.Head.Trace[15], l.Head.Span[7] = 1, 2
	e := new(Reader).Entry(l)
	if !e.Continued || e.TraceID != "00000000000000000000000000000001" || e.SpanID != "0000000000000002" {
		t.Errorf("got %+v", e)
	}
}

func TestEntryMaxText(t *testing.T) {
	text := `{"msg":"` + strings.Repeat("é", 50) + `","a":"` + strings.Repeat("x", 100) + `","b":"y"}`
	e := (&Reader{MaxText: 99}).Entry(lineOf(text))
	if e.Message != strings.Repeat("é", 49) || len(e.Attrs) != 1 || e.Attrs[0] != (Attr{"a", ""}) {
		t.Errorf("got %+v", e)
	}
	if want := 2 + 100 + 2; e.Cut != want {
		t.Errorf("%d bytes are cut, want %d", e.Cut, want)
	}
	if e := new(Reader).Entry(lineOf(text)); e.Cut != 0 || len(e.Attrs) != 2 {
		t.Errorf("without a limit: got %+v", e)
	}
}
