package logindex

import (
	"fmt"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestPostings compares postings with a map.
func TestPostings(t *testing.T) {
	var p postings
	want := make(map[int]map[int]bool)
	var all []uint64
	for n := range 2*runSize + 1000 {
		id, block := n*31%70000, n/300
		all = append(all, posting(hashTrace(traceID(id)), block))
		if want[id] == nil {
			want[id] = make(map[int]bool)
		}
		want[id][block] = true
	}
	p.add(all)
	assert.Equal(t, "runs", len(p.runs), 2)
	for id := 0; id < 70000; id += 997 {
		got := p.find(traceID(id))
		for _, block := range got {
			if !want[id][block] {
				t.Errorf("trace %d: block %d", id, block)
			}
		}
		assert.Equal(t, fmt.Sprint("blocks of ", id), len(got), len(want[id]))
	}
}
