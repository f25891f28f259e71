package tracejoin

import (
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/zipkin"
)

func FuzzJoin(f *testing.F) {
	for _, seed := range []struct{ spans, log string }{
		{`[]`, ``},
		{`[{"traceId":"1","id":"a","name":"get","timestamp":1796000000000000,"duration":5,"tags":{"error":""}}]`,
			"time=2026-11-28T12:00:00Z level=ERROR msg=hello trace_id=" + testTrace + " span_id=000000000000000a\n  main.main()"},
		{`[{"id":"a","parentId":"b","kind":"CLIENT","localEndpoint":{"serviceName":"shop"},"timestamp":9},
		   {"id":"A","shared":true,"localEndpoint":{"serviceName":"payment"},"timestamp":1},{"id":"b","parentId":"a"}]`,
			`{"time":"2026-11-28T12:00:00Z","msg":"hello","trace_id":"` + testTrace + `","span_id":"000000000000000a","trace_flags":"00"}`},
		{`[{"id":"","timestamp":9223372036854775807,"duration":9223372036854775807,"annotations":[{"timestamp":-1,"value":"\u0000"}]}]`,
			"1931-01-01T00:00:00Z \xff"},
	} {
		f.Add(seed.spans, seed.log)
	}
	f.Fuzz(func(t *testing.T, spans, log string) {
		in := Input{ID: traceID(t), From: "spans.json"}
		in.Spans, in.Err = zipkin.ReadSpans(strings.NewReader(spans))
		in.Lines = readLog("app.log", log)
		check(t, in, Join(in))
	})
}
