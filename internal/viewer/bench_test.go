package viewer

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/zipkin"
)

// BenchmarkTraces lists the traces of 100,000 received spans, one of which is new each time.
func BenchmarkTraces(b *testing.B) {
	store := new(zipkin.Store)
	for n := 1; n <= zipkin.DefaultMaxSpans/5; n++ {
		for i := range 5 {
			s := spanOf(n, "place order", int64(n))
			s.ID = fmt.Sprintf("%016x", i+1)
			s.Tags = map[string]string{"http.method": "POST", "http.route": "/order"}
			assert.NoError(b, store.Add([]zipkin.Span{s}))
		}
	}
	v := newWorld(b, manyLogged(), Spans{Received: store, From: "spans.json"}).Viewer
	list := func() {
		rec := httptest.NewRecorder()
		v.serveTraces(rec, httptest.NewRequest("GET", "/api/traces", nil))
		if rec.Code != 200 {
			b.Fatal(rec.Body)
		}
	}
	list()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		assert.NoError(b, store.Add([]zipkin.Span{{TraceID: traceOf(n), ID: fmt.Sprintf("%016x", 100+n), Name: "late"}}))
		list()
	}
}
