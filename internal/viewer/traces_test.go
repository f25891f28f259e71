package viewer

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/tracejoin"
	"github.com/spanlog/spanlog/internal/zipkin"
)

// manyTraces is how many a log has that a list has no room for.
const manyTraces = 3 * listTraces

// manyLogged is a log in which nothing of the first trace is conspicuous.
func manyLogged() string {
	var log strings.Builder
	for n := 1; n <= manyTraces; n++ {
		log.WriteString(recordOf(10*n, "INFO", fmt.Sprint("begin ", n), n))
		if n > 1 {
			log.WriteString(recordOf(10*n+1, "INFO", fmt.Sprint("end ", n), n))
		}
	}
	return log.String()
}

// TestTracesSpansDecide has spans alone make a trace slow, or failed, whose records are neither:
// it comes first all the same, with its records.
func TestTracesSpansDecide(t *testing.T) {
	slow := spanOf(1, "slow by its span", 60_000_000)
	failed := spanOf(2, "failed by its span", 1)
	failed.Tags = map[string]string{"error": "declined"}
	alone := spanOf(9999, "nothing is logged of it", 50_000_000)
	spans := []zipkin.Span{slow, failed, alone}
	for _, source := range []struct {
		name  string
		spans func(t *testing.T) Spans
		alone bool // it knows of traces that are not asked for
	}{
		{"received", received(spans), true},
		{"Zipkin", asked(spans), false},
	} {
		t.Run(source.name, func(t *testing.T) {
			w := newWorld(t, manyLogged(), source.spans(t))
			rows := make(map[string]traceRow)
			for _, order := range []string{"worst", "slowest", "failed", "newest"} {
				list := ask[traceList](w, "/api/traces?order="+order)
				for i, row := range list.Traces {
					rows[fmt.Sprint(order, " ", i)] = row
				}
				if want := min(listTraces, len(list.Traces)); order != "failed" && len(list.Traces) != want || list.Total != manyTraces {
					t.Errorf("%s: %d traces of %d", order, len(list.Traces), list.Total)
				}
			}
			for _, test := range []struct {
				row, name string
				records   int64
				only      bool // with spans that were received
			}{
				{"worst 0", failed.Name, 2, true},
				{"worst 1", slow.Name, 1, true},
				{"worst 2", alone.Name, 0, true},
				{"slowest 0", slow.Name, 1, true},
				{"slowest 1", alone.Name, 0, true},
				{"failed 0", failed.Name, 2, true},
				{"newest 0", fmt.Sprint("begin ", manyTraces), 2, false},
			} {
				if test.only && !source.alone {
					continue // a server is asked of what the list has, and that is documented
				}
				if got := rows[test.row]; got.Name != test.name || got.Records != test.records {
					t.Errorf("%s: got %q with %d records, want %q with %d", test.row, got.Name, got.Records, test.name, test.records)
				}
			}
		})
	}
}

// received has spans as if they were sent to the command.
func received(spans []zipkin.Span) func(t *testing.T) Spans {
	return func(t *testing.T) Spans {
		store := new(zipkin.Store)
		assert.NoError(t, store.Add(spans))
		return Spans{Received: store, From: "spans.json"}
	}
}

// asked has spans as a Zipkin server has them.
func asked(spans []zipkin.Span) func(t *testing.T) Spans {
	return func(t *testing.T) Spans {
		byTrace := make(map[string][]zipkin.Span)
		for _, s := range spans {
			byTrace[s.TraceID] = append(byTrace[s.TraceID], s)
		}
		answer := func(w http.ResponseWriter, v any) { assert.NoError(t, json.NewEncoder(w).Encode(v)) }
		mux := http.NewServeMux()
		mux.HandleFunc("GET /api/v2/trace/{id}", func(w http.ResponseWriter, r *http.Request) {
			if byTrace[r.PathValue("id")] == nil {
				http.NotFound(w, r)
				return
			}
			answer(w, byTrace[r.PathValue("id")])
		})
		mux.HandleFunc("GET /api/v2/traceMany", func(w http.ResponseWriter, r *http.Request) {
			traces := [][]zipkin.Span{}
			for _, id := range strings.Split(r.URL.Query().Get("traceIds"), ",") {
				if byTrace[id] != nil {
					traces = append(traces, byTrace[id])
				}
			}
			answer(w, traces)
		})
		server := httptest.NewServer(mux)
		t.Cleanup(server.Close)
		return Spans{Zipkin: server.URL}
	}
}

// TestTracesAgree has the list say of a trace what its page says, whatever tracers have sent.
func TestTracesAgree(t *testing.T) {
	us := func(ms int64) int64 { return time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC).UnixMicro() + ms*1000 }
	span := func(trace int, id, parent, name, service string, start, duration int64) zipkin.Span {
		return zipkin.Span{
			TraceID: traceOf(trace), ID: fmt.Sprintf("%016s", id), ParentID: parent, Name: name, Timestamp: start, Duration: duration,
			LocalEndpoint: &zipkin.Endpoint{ServiceName: service},
		}
	}
	orphan := fmt.Sprintf("%016s", "dead")
	annotated := span(7, "1", "", "annotated", "shop", us(5), 1000)
	annotated.Annotations = []zipkin.Annotation{{Timestamp: us(900), Value: "late"}}
	spans := []zipkin.Span{
		span(1, "1", "", "get /", "shop", us(0), 5000), span(1, "2", fmt.Sprintf("%016s", "1"), "db", "Orders", us(1), 1000),
		span(2, "1", "", "", "shop", us(0), 0), span(2, "1", "", "in parts", "shop", 0, 7000),
		span(3, "1", orphan, "orphan", "shop", us(0), 10), span(3, "2", "", "the root, though later", "shop", us(3), 20),
		span(4, "1", orphan, "only an orphan", "shop", us(0), 10),
		span(5, "1", "", "no time", "shop", 0, 10),
		span(6, "1", "", "absurd", "shop", 1<<62, 1<<62),
		annotated,
		span(8, "1", "", "", "pay", us(2), 10), // no name: the record has it
		span(9, "1", "", "not logged of", "pay", us(2), 10),
	}
	log := recordOf(2, "INFO", "first\nline", 1) + recordOf(90, "INFO", "after the spans", 1) + recordOf(3, "ERROR", "failed", 2)
	for n := 3; n <= 8; n++ {
		log += recordOf(n, "INFO", fmt.Sprint("record of ", n, "\n"), n)
	}
	log += recordOf(10, "INFO", "no spans", 10) + recordOf(20, "WARN", "at all", 10)
	log += `{"level":"INFO","msg":"no time at all","trace_id":"` + traceOf(11) + `"}` + "\n"
	log += `{"time":"1901-01-01T00:00:00Z","level":"INFO","msg":"an absurd time","trace_id":"` + traceOf(12) + `"}` + "\n"
	log += recordOf(30, "INFO", " ", 13) + recordOf(31, "INFO", "the first that says something", 13)
	log += recordOf(41, "INFO", "written first", 14) + recordOf(40, "INFO", "first by its time", 14)
	log += recordOf(50, "INFO", "a", 15) + strings.Replace(recordOf(51, "INFO", "b", 15), `"shop"`, `"Shop"`, 1)
	log += recordOf(60, "INFO", strings.Repeat(" ", 300)+"behind blanks", 16)
	log += recordOf(70, "INFO", strings.Repeat("long ", 100), 17)
	w := newWorld(t, log, received(spans)(t))
	list := ask[traceList](w, "/api/traces")
	if len(list.Traces) != 17 {
		t.Errorf("%d traces are listed, want 17", len(list.Traces))
	}
	for _, row := range list.Traces {
		page := ask[tracejoin.Trace](w, "/api/trace/"+row.TraceID)
		known := 0
		for _, s := range page.Spans {
			if !s.Inferred {
				known++
			}
		}
		want := traceRow{
			TraceID: page.TraceID, Name: page.Name, Services: page.Services, Start: page.Start, Duration: page.End - page.Start,
			Spans: known, Records: int64(len(page.Records)), Errors: int64(page.Errors), Failed: page.Failed,
		}
		if fmt.Sprint(row) != fmt.Sprint(want) {
			t.Errorf("the list has\n%+v\nthe page\n%+v", row, want)
		}
	}
	if names := slices.Sorted(maps.Keys(rowsByName(list.Traces))); !slices.Contains(names, "in parts") {
		t.Errorf("the names are %q", names)
	}
}

func rowsByName(rows []traceRow) map[string]traceRow {
	byName := make(map[string]traceRow)
	for _, row := range rows {
		byName[row.Name] = row
	}
	return byName
}

// TestSumsOutOfTime has a trace that is known stay in the list, as it was, when there is no time to look at its new
// spans.
func TestSumsOutOfTime(t *testing.T) {
	store := new(zipkin.Store)
	var s sums
	add := func(spans ...zipkin.Span) {
		t.Helper()
		assert.NoError(t, store.Add(spans))
	}
	add(spanOf(1, "one", 1), spanOf(2, "two", 1))
	_, err := s.of(t.Context(), store)
	assert.NoError(t, err)
	late := spanOf(2, "two, later", 1)
	late.ID = "00000000000000ff"
	add(late, spanOf(3, "three", 1))
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		ctx  context.Context
		want string // spans of the traces
	}{
		{over, "1 1 0"},
		{t.Context(), "1 2 1"},
	} {
		known, err := s.of(test.ctx, store)
		var got []string
		for n := range 3 {
			id, _ := traceID(traceOf(n + 1))
			got = append(got, fmt.Sprint(known[id].Spans))
		}
		if strings.Join(got, " ") != test.want || (err != nil) != (test.ctx == over) {
			t.Errorf("got %q, %v, want %q", got, err, test.want)
		}
	}
}
