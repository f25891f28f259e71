package e2e_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/telemetry"
)

// otlpLogs is one line of the Collector's file: a request in OTLP's JSON form.
type otlpLogs struct {
	ResourceLogs []struct {
		Resource struct {
			Attributes otlpAttributes `json:"attributes"`
		} `json:"resource"`
		ScopeLogs []struct {
			LogRecords []otlpRecord `json:"logRecords"`
		} `json:"scopeLogs"`
	} `json:"resourceLogs"`
}

// otlpRecord is a log record in OTLP's JSON form.
type otlpRecord struct {
	Time         string         `json:"timeUnixNano"`
	Observed     string         `json:"observedTimeUnixNano"`
	Number       int            `json:"severityNumber"`
	Text         string         `json:"severityText"`
	Body         map[string]any `json:"body"`
	Attributes   otlpAttributes `json:"attributes"`
	TraceID      string         `json:"traceId"`
	SpanID       string         `json:"spanId"`
	Flags        int            `json:"flags"`
	DroppedAttrs int            `json:"droppedAttributesCount"`
}

// TestCollectorLogs sends the same records through the OTel sink to the Collector and
// through the JSON sink to memory, and compares them field by field. The spans that
// they were logged in go to the Collector as well.
func TestCollectorLogs(t *testing.T) {
	c := startCollector(t)
	shutdown, err := telemetry.Start(t.Context(), telemetry.Options{
		Service:  spanlog.Service{Name: "shop"},
		OTLP:     c.OTLP,
		OTLPLogs: c.OTLP,
		OnError:  func(err error) { t.Error(err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	var lines bytes.Buffer
	log, err := spanlog.New(&spanlog.Options{Level: spanlog.LevelTrace, AddSource: true},
		spanlog.Writer{Writer: &lines}, spanlog.OTel{})
	if err != nil {
		t.Fatal(err)
	}

	tracer := otel.Tracer("e2e")
	ctx, parent := tracer.Start(t.Context(), "parent", trace.WithSpanKind(trace.SpanKindServer))
	log.InfoContext(ctx, "scalars", "int", -7, "uint", uint64(1)<<63, "float", 1.5, "bool", true,
		"duration", time.Second, "when", time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC))
	child, span := tracer.Start(ctx, "child")
	derived := log.With(spanlog.NameKey, "shop.db", "preset", 1).WithGroup("outer").With("in", "outer")
	derived.ErrorContext(child, "groups and an error", slog.Group("inner", "n", 1, slog.Group("deep", "x", "y")), "cause", errors.New("declined"))
	derived.WithGroup("empty").DebugContext(child, "nothing in the group")
	log.WarnContext(child, "composites", "list", []any{1, "two", nil, []int{3}}, "map", map[string]any{"a": 1, "b": []string{"c"}},
		"struct", struct {
			ID   int    `json:"id"`
			Name string `json:"name,omitempty"`
		}{ID: 7}, "bytes", []byte{0, 1, 0xff}, "nil", nil)
	log.Log(child, spanlog.LevelTrace, "the least")
	log.Log(child, spanlog.LevelFatal, "the most\xff", "ключ", "знач\xffение")
	span.End()
	parent.End()
	log.Info("without a span")
	if err := errors.Join(log.Flush(t.Context()), log.Close(), shutdown(t.Context())); err != nil {
		t.Fatal(err)
	}
	c.Stop(t)

	want := decodeLines(t, lines.Bytes())
	var got []otlpRecord
	for _, request := range readLines[otlpLogs](t, c.LogsFile) {
		for _, r := range request.ResourceLogs {
			if r.Resource.Attributes["service.name"] != `{"stringValue":"shop"}` {
				t.Errorf("resource %v", r.Resource.Attributes)
			}
			for _, s := range r.ScopeLogs {
				got = append(got, s.LogRecords...)
			}
		}
	}
	if len(got) != len(want) {
		t.Fatalf("the Collector has %d log records, JSON %d", len(got), len(want))
	}
	for i := range want {
		t.Run(strconv.Itoa(i), func(t *testing.T) { compareRecord(t, got[i], want[i]) })
	}
	numbers := []int{9, 17, 5, 13, 1, 21, 9}
	for i, n := range numbers {
		if got[i].Number != n {
			t.Errorf("record %d has severity %d, want %d", i, got[i].Number, n)
		}
	}
	if a := got[1].Attributes; a["exception.message"] != `{"stringValue":"declined"}` || a["exception.type"] == "" {
		t.Errorf("the exception's attributes are %v", a)
	}

	// The spans are there as well, under the ids that the records have.
	names := map[string]string{got[0].SpanID: "parent", got[1].SpanID: "child"}
	found := 0
	for _, request := range readLines[otlpTraces](t, c.TracesFile) {
		for _, r := range request.ResourceSpans {
			for _, scope := range r.ScopeSpans {
				for _, s := range scope.Spans {
					found++
					if names[s.SpanID] != s.Name || s.TraceID != got[0].TraceID {
						t.Errorf("span %s %s of trace %s; the records have %v of %s", s.Name, s.SpanID, s.TraceID, names, got[0].TraceID)
					}
					if s.Name == "child" && s.ParentSpanID != got[0].SpanID {
						t.Errorf("child's parent is %s, want %s", s.ParentSpanID, got[0].SpanID)
					}
				}
			}
		}
	}
	if found != 2 {
		t.Errorf("%d spans, want 2", found)
	}
}

// decodeLines decodes lines of JSON, with numbers as they are written.
func decodeLines(t *testing.T, text []byte) (docs []map[string]any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	for d.More() {
		var doc map[string]any
		if err := d.Decode(&doc); err != nil {
			t.Fatal(err)
		}
		docs = append(docs, doc)
	}
	return docs
}

// compareRecord compares what the Collector got with a line of JSON.
func compareRecord(t *testing.T, got otlpRecord, line map[string]any) {
	doc := map[string]any{"msg": got.Body["stringValue"], "level": got.Text}
	if got.TraceID != "" {
		doc["trace_id"], doc["span_id"], doc["trace_flags"] = got.TraceID, got.SpanID, "0"+strconv.Itoa(got.Flags)
	}
	for key, raw := range got.Attributes {
		switch {
		case strings.HasPrefix(key, "code."), strings.HasPrefix(key, "exception."): // more than JSON has
		default:
			doc[key] = anyValue(t, []byte(raw))
		}
	}
	source, _ := line["source"].(map[string]any)
	if want := `{"stringValue":` + strconv.Quote(source["file"].(string)) + `}`; got.Attributes["code.file.path"] != want {
		t.Errorf("code.file.path is %s, want %s", got.Attributes["code.file.path"], want)
	}
	at, err := time.Parse(time.RFC3339Nano, line["time"].(string))
	if nanos := strconv.FormatInt(at.UnixNano(), 10); err != nil || got.Time != nanos || got.Observed < nanos {
		t.Errorf("time %s, observed %s, want %s", got.Time, got.Observed, nanos)
	}
	delete(line, "source")
	delete(line, "time")
	if !reflect.DeepEqual(doc, line) || got.DroppedAttrs != 0 {
		t.Errorf("the Collector has\n%v\nJSON has\n%v", doc, line)
	}
}

// anyValue is a value of OTLP's as JSON has it.
func anyValue(t *testing.T, raw []byte) any {
	t.Helper()
	var v struct {
		String *string      `json:"stringValue"`
		Bool   *bool        `json:"boolValue"`
		Int    *json.Number `json:"intValue"`
		Double *json.Number `json:"doubleValue"`
		Bytes  *string      `json:"bytesValue"`
		Array  *struct {
			Values []json.RawMessage `json:"values"`
		} `json:"arrayValue"`
		Map *struct {
			Values []struct {
				Key   string          `json:"key"`
				Value json.RawMessage `json:"value"`
			} `json:"values"`
		} `json:"kvlistValue"`
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	switch {
	case v.String != nil:
		if strings.Trim(*v.String, "0123456789") == "" && len(*v.String) > 18 {
			return json.Number(*v.String) // above the largest int64
		}
		return *v.String
	case v.Bool != nil:
		return *v.Bool
	case v.Int != nil:
		return *v.Int
	case v.Double != nil:
		return *v.Double
	case v.Bytes != nil:
		return *v.Bytes
	case v.Array != nil:
		list := []any{}
		for _, e := range v.Array.Values {
			list = append(list, anyValue(t, e))
		}
		return list
	case v.Map != nil:
		doc := make(map[string]any)
		for _, kv := range v.Map.Values {
			doc[kv.Key] = anyValue(t, kv.Value)
		}
		return doc
	}
	return nil
}
