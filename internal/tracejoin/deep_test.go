package tracejoin

import (
	"fmt"
	"testing"

	"github.com/spanlog/spanlog/internal/zipkin"
)

// TestDeep joins a chain of spans as long as a trace can have records.
func TestDeep(t *testing.T) {
	const n = 100_000
	in := Input{ID: traceID(t), From: "spans.json", Spans: make([]zipkin.Span, n)}
	for i := range in.Spans {
		in.Spans[i] = zipkin.Span{ID: fmt.Sprintf("%016x", i+1), Timestamp: noon.UnixMicro() + int64(i)}
		if i > 0 {
			in.Spans[i].ParentID = in.Spans[i-1].ID
		}
	}
	got := Join(in)
	check(t, in, got)
	if last := got.Spans[n-1]; last.Depth != n-1 || last.Parent != n-2 {
		t.Errorf("the last span has the depth %d and the parent %d", last.Depth, last.Parent)
	}
}
