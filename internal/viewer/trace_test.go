package viewer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/race"
	"github.com/spanlog/spanlog/internal/tracejoin"
	"github.com/spanlog/spanlog/internal/zipkin"
)

func TestTrace(t *testing.T) {
	store := new(zipkin.Store)
	assert.NoError(t, store.Add([]zipkin.Span{spanOf(1, "place order", 5000)}))
	w := newWorld(t, recordOf(1, "INFO", "received", 1)+recordOf(2, "ERROR", "declined", 1)+recordOf(3, "INFO", "other", 2), Spans{Received: store, From: "spans.json"})
	for _, id := range []string{traceOf(1), "00-" + traceOf(1) + "-00f067aa0ba902b7-01", strings.TrimLeft(traceOf(1), "0") + "1"} {
		resp, body := w.get("/api/trace/" + id)
		if want := len(id) >= 32; (resp.StatusCode == 200) != want {
			t.Errorf("%s: %s %s", id, resp.Status, body)
		}
	}
	got := ask[tracejoin.Trace](w, "/api/trace/"+traceOf(1))
	if len(got.Records) != 2 || len(got.Spans) != 1 || got.Spans[0].Inferred || got.SpansFrom != "spans.json" || len(got.Gaps) != 0 {
		t.Errorf("got %+v", got)
	}
	if got := ask[tracejoin.Trace](w, "/api/trace/"+traceOf(2)); !got.Spans[0].Inferred || len(got.Gaps) == 0 {
		t.Errorf("without spans: got %+v", got)
	}
}

// TestTraceLongLines has the page of a trace get the beginnings of long lines, and an export all of
// them.
func TestTraceLongLines(t *testing.T) {
	w := newWorld(t, recordOf(1, "INFO", strings.Repeat("x", 1<<20), 1), Spans{})
	if got := ask[tracejoin.Trace](w, "/api/trace/"+traceOf(1)).Records[0]; len(got.Service+got.Message) != maxText || got.Cut != len("shop")+1<<20+len("n1")-maxText {
		t.Errorf("the page gets %d bytes, %d are cut", len(got.Message), got.Cut)
	}
	if got := ask[tracejoin.Trace](w, "/trace/"+traceOf(1)+"/trace.json").Records[0]; len(got.Message) != 1<<20 || got.Cut != 0 {
		t.Errorf("the export gets %d bytes, %d are cut", len(got.Message), got.Cut)
	}
}

// TestTraceJSON has a trace that is written in parts be what it is as a whole.
func TestTraceJSON(t *testing.T) {
	record := tracejoin.Record{Span: 1}
	record.Message = "a <b> & c"
	for _, trace := range []tracejoin.Trace{
		{},
		{Format: tracejoin.Format, Name: `"spans":[]`, Spans: []tracejoin.Span{}, Records: []tracejoin.Record{}, Gaps: []tracejoin.Gap{}},
		{Omitted: 17, Spans: []tracejoin.Span{{Name: "<one>"}, {Name: "two"}}, Records: []tracejoin.Record{record, record, record}, Gaps: []tracejoin.Gap{{Text: "}"}}},
	} {
		for _, inHTML := range []bool{false, true} {
			var got strings.Builder
			assert.NoError(t, writeTrace(&got, &trace, inHTML))
			if strings.Contains(got.String(), "<") == inHTML && len(trace.Records) > 0 {
				t.Errorf("in HTML %t: got %s", inHTML, got.String())
			}
			if lines := strings.Count(got.String(), "\n"); lines != 4+len(trace.Spans)+len(trace.Records)+len(trace.Gaps) {
				t.Errorf("got %d lines:\n%s", lines, got.String())
			}
			want, err := json.Marshal(trace)
			assert.NoError(t, err)
			if g, w := anyOf(t, []byte(got.String())), anyOf(t, want); g != w {
				t.Errorf("got\n%s\nwant\n%s", g, w)
			}
		}
	}
}

// anyOf is what JSON says, whatever its form. A list that is null is an empty one.
func anyOf(t *testing.T, text []byte) string {
	t.Helper()
	var v map[string]any
	assert.NoError(t, json.Unmarshal(text, &v))
	for _, list := range []string{"spans", "records", "gaps"} {
		if v[list] == nil {
			v[list] = []any{}
		}
	}
	return fmt.Sprint(v)
}

const (
	largeRecords = 60_000
	largeRecord  = 1000 // bytes
	largeErrors  = 3
)

// largeLog is a trace of many records, the last of which are errors. Their texts are longer in HTML.
func largeLog() string {
	var log strings.Builder
	for n := range largeRecords {
		level := "INFO"
		if n >= largeRecords-largeErrors {
			level = "ERROR"
		}
		log.WriteString(recordOf(n, level, strings.Repeat("some text <b> ", (largeRecord-200)/14), 1))
	}
	return log.String()
}

// TestTraceLarge has the page of a large trace be small enough for a browser, and say what it lacks; and
// has an export be complete, and written in small parts while little more than the trace is in memory.
func TestTraceLarge(t *testing.T) {
	race.Skip(t)
	w := newWorld(t, largeLog(), Spans{})
	handler := w.Handler()
	const textsOf = largeRecords * largeRecord
	for _, test := range []struct {
		path   string
		most   int // bytes of the answer
		memory uint64
		all    bool
	}{
		{"/api/trace/" + traceOf(1), 16 << 20, 32 << 20, false},
		{"/trace/" + traceOf(1) + "/trace.json", 3 * textsOf / 2, 3 * textsOf / 2, true},
		{"/trace/" + traceOf(1) + "/trace.html", 2 * textsOf, 3 * textsOf / 2, true},
	} {
		before := live()
		var parts, longest int
		var memory uint64
		c := &client{ResponseRecorder: httptest.NewRecorder()}
		c.written = func(part []byte) error {
			if parts == 1 {
				memory = live() - before
			}
			parts++
			longest = max(longest, len(part))
			return nil
		}
		handler.ServeHTTP(c, httptest.NewRequestWithContext(t.Context(), "GET", test.path, nil))
		body := c.Body.Bytes()
		t.Logf("%s: %d bytes in %d parts of up to %d, with %d in memory", test.path, len(body), parts, longest, memory)
		// The longest part is the span: it has the numbers of all records.
		if len(body) > test.most || longest > 8*largeRecords || parts < len(body)/writeBuffer/2 {
			t.Errorf("%s: %d bytes in %d parts of up to %d", test.path, len(body), parts, longest)
		}
		if memory > test.memory {
			t.Errorf("%s: %d bytes are in memory when it is written", test.path, memory)
		}
		records, errors := bytes.Count(body, []byte(`"log":`)), bytes.Count(body, []byte(`"level":"ERROR"`))
		if (records == largeRecords) != test.all || errors != largeErrors {
			t.Errorf("%s: %d records, %d errors", test.path, records, errors)
		}
		omitted := bytes.Contains(body, fmt.Appendf(nil, `"errors":%d,"spansFrom":"inferred","omitted":%d,`, largeErrors, largeRecords-records))
		told := bytes.Contains(body, fmt.Appendf(nil, "The first %d of %d records are shown here", records-largeErrors, largeRecords))
		if omitted == test.all || told == test.all {
			t.Errorf("%s: omitted %t, told %t", test.path, omitted, told)
		}
	}
}

// live is how many bytes are in use.
func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
