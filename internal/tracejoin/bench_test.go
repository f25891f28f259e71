package tracejoin

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/spanlog/spanlog/internal/zipkin"
)

// large is a trace of ten services, in which each span has eight children.
func large(b *testing.B, spans, records int) Input {
	b.Helper()
	in := Input{ID: traceID(b), From: "http://localhost:9411"}
	for i := range spans {
		s := zipkin.Span{
			TraceID: testTrace, ID: fmt.Sprintf("%016x", i+1), Name: "get /orders/{id}", Kind: "SERVER",
			Timestamp: noon.UnixMicro() + int64(i), Duration: 1000,
			LocalEndpoint: &zipkin.Endpoint{ServiceName: fmt.Sprintf("service-%d", i%10)},
			Tags:          map[string]string{"http.request.method": "GET", "http.response.status_code": "200"},
		}
		if i > 0 {
			s.ParentID = fmt.Sprintf("%016x", (i-1)/8+1)
		}
		in.Spans = append(in.Spans, s)
	}
	var log strings.Builder
	for i := range records {
		fmt.Fprintf(&log, `{"time":%q,"level":"INFO","msg":"order received","service":"service-%d","order":%d,"trace_id":"%s","span_id":"%016x","trace_flags":"01"}`+"\n",
			noon.Add(time.Duration(i)*time.Microsecond).Format(time.RFC3339Nano), i%10, i, testTrace, i%spans+1)
	}
	in.Lines = readLog("app.log", log.String())
	return in
}

func BenchmarkJoin(b *testing.B) {
	in := large(b, 10_000, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		Join(in)
	}
}

// BenchmarkJoinRepeats has all spans with one id: each is reported again and again, by
// ten services.
func BenchmarkJoinRepeats(b *testing.B) {
	in := large(b, 10_000, 0)
	for i := range in.Spans {
		in.Spans[i].ID = in.Spans[0].ID
	}
	b.ReportAllocs()
	for b.Loop() {
		Join(in)
	}
}
