package tracejoin

// The order of records. An index merges logs by a time that never goes back within one, as it
// reads a log from any place on; a trace has all of its lines, and can be exact.

import (
	"cmp"
	"slices"

	"github.com/spanlog/spanlog/internal/logindex"
)

// inOrder returns lines in the order of their times, which is what people expect of the records
// of several programs: a log is in the order of writing. A line without a time stays behind the one
// before it in its log. Lines with the same time stay as they came: by their log, and in its order.
// The slice is another one, so that its lines can be changed.
func inOrder(lines []logindex.Line) []logindex.Line {
	type place struct {
		at   int64
		line *logindex.Line
	}
	places := make([]place, len(lines))
	last := make(map[string]int64) // by log
	for i := range lines {
		l := &lines[i]
		at := l.Head.Time
		if l.Continued || at == 0 {
			var ok bool
			if at, ok = last[l.Log]; !ok {
				at = l.At // nothing of its log is there before it: the index knows what was
			}
		}
		last[l.Log] = at
		places[i] = place{at, l}
	}
	slices.SortStableFunc(places, func(a, b place) int { return cmp.Compare(a.at, b.at) })
	sorted := make([]logindex.Line, len(lines))
	for i := range places {
		sorted[i] = *places[i].line
	}
	return sorted
}
