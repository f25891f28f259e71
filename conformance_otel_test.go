package spanlog_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdklog "go.opentelemetry.io/otel/sdk/log"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/spanlogtest"
)

// otelDoc is a record as a document of JSON's.
func otelDoc(r *sdklog.Record) map[string]any {
	doc := map[string]any{slog.LevelKey: r.SeverityText(), slog.MessageKey: r.Body().AsString()}
	if !r.Timestamp().IsZero() {
		doc[slog.TimeKey] = r.Timestamp().Format(time.RFC3339Nano)
	}
	if r.TraceID().IsValid() {
		doc["trace_id"], doc["trace_flags"] = r.TraceID().String(), r.TraceFlags().String()
	}
	if r.SpanID().IsValid() {
		doc["span_id"] = r.SpanID().String()
	}
	r.WalkAttributes(func(kv attribute.KeyValue) bool {
		putOTel(doc, kv)
		return true
	})
	return doc
}

// putOTel adds an attribute to a document; one of a key that is there already makes
// a [spanlogtest.Repeated].
func putOTel(doc map[string]any, kv attribute.KeyValue) {
	key, v := string(kv.Key), otelAny(kv.Value)
	if key == "!BADKEY" {
		key = ""
	}
	switch old := doc[key].(type) {
	case nil:
		if _, there := doc[key]; there {
			v = spanlogtest.Repeated{nil, v}
		}
	case spanlogtest.Repeated:
		v = append(old, v)
	default:
		v = spanlogtest.Repeated{old, v}
	}
	doc[key] = v
}

// otelAny is a value as JSON has it.
func otelAny(v attribute.Value) any {
	switch v.Type() {
	case attribute.MAP:
		doc := make(map[string]any)
		for _, kv := range v.AsMap() {
			putOTel(doc, kv)
		}
		return doc
	case attribute.SLICE:
		elems := []any{}
		for _, e := range v.AsSlice() {
			elems = append(elems, otelAny(e))
		}
		return elems
	case attribute.BYTESLICE:
		return base64.StdEncoding.EncodeToString(v.AsByteSlice())
	case attribute.INT64:
		return json.Number(fmt.Sprint(v.AsInt64()))
	case attribute.FLOAT64:
		return v.AsFloat64()
	case attribute.EMPTY:
		return nil
	}
	return v.AsInterface()
}

// sameAsJSON compares what the OTel sink made of something with what the JSON sink
// wrote. The differences that there may be are listed here, and nowhere else.
func sameAsJSON(otel, fromJSON any) bool {
	switch o := otel.(type) {
	case map[string]any:
		j, ok := fromJSON.(map[string]any)
		more := 0 // that JSON does not have
		for key := range o {
			jv, there := j[key]
			if !there && strings.HasPrefix(key, "exception.") {
				more++ // an error adds these, under OpenTelemetry's names
				continue
			}
			if !there || !sameAsJSON(o[key], jv) {
				return false
			}
		}
		return ok && len(o) == len(j)+more
	case []any:
		return sameLists(o, fromJSON)
	case spanlogtest.Repeated:
		j, ok := fromJSON.(spanlogtest.Repeated)
		return ok && sameLists(o, []any(j))
	case float64:
		if s, ok := fromJSON.(string); ok && (math.IsNaN(o) || math.IsInf(o, 0)) {
			return strings.HasPrefix(s, "!ERROR:") // JSON has no such numbers
		}
		j, ok := number(fromJSON)
		return ok && j == o
	case json.Number:
		j, ok := number(fromJSON)
		n, _ := o.Float64()
		return ok && j == n
	case string:
		if _, ok := number(fromJSON); ok { // above the largest int64
			n, _ := json.Number(o).Float64()
			j, _ := number(fromJSON)
			return n > math.MaxInt64/2 && n == j
		}
	}
	return otel == fromJSON
}

func sameLists(o []any, fromJSON any) bool {
	j, ok := fromJSON.([]any)
	if !ok || len(o) != len(j) {
		return false
	}
	for i := range o {
		if !sameAsJSON(o[i], j[i]) {
			return false
		}
	}
	return true
}

func number(a any) (float64, bool) {
	switch n := a.(type) {
	case float64:
		return n, true
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	}
	return 0, false
}

// TestConformanceOTel runs the strict suite over the OTel sink, and compares each of
// its records, field by field, with what the JSON sink beside it wrote.
func TestConformanceOTel(t *testing.T) {
	compared := 0
	for _, c := range []struct {
		name string
		sink func(spanlog.Sink) spanlog.Sink
	}{
		{"OTel", func(s spanlog.Sink) spanlog.Sink { return s }},
		{"OTel within an Async", func(s spanlog.Sink) spanlog.Sink { return spanlog.Async{Sink: s} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			spanlogtest.TestHandler(t, func(tb testing.TB) (slog.Handler, func() []map[string]any) {
				var lines bytes.Buffer
				tap, provider := newTap()
				log := spanlog.Must(spanlog.New(nil,
					spanlog.Writer{Writer: &lines}, c.sink(spanlog.OTel{Provider: provider})))
				return log.Handler(), func() []map[string]any {
					if err := log.Close(); err != nil {
						tb.Error(err)
					}
					var docs []map[string]any
					written := spanlogtest.ParseJSON(tb, lines.Bytes())
					records := tap.take()
					if len(records) != len(written) {
						tb.Fatalf("OTel has %d records, JSON %d", len(records), len(written))
					}
					for i := range records {
						doc := otelDoc(&records[i])
						docs = append(docs, doc)
						// Goroutines reach the two sinks in whatever order.
						j := slices.IndexFunc(written, func(w map[string]any) bool { return sameAsJSON(doc, w) })
						if j < 0 || j > 0 && !strings.Contains(tb.Name(), "/concurrent/") {
							tb.Fatalf("OTel has\n%v\nJSON has\n%v", doc, written)
						}
						maps.DeleteFunc(doc, func(key string, _ any) bool { // which only an error adds
							_, there := written[j][key]
							return !there && strings.HasPrefix(key, "exception.")
						})
						written = slices.Delete(written, j, j+1)
						compared++
					}
					return docs
				}
			}, nil)
		})
	}
	if compared < 100 {
		t.Errorf("%d records were compared, want them all", compared)
	}
}
