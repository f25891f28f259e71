package tracejoin

// Skew: clocks that differ. A span is drawn where its program's clock has put it, so if that is
// not where its caller's clock would have, the picture is wrong. It is told only of what cannot
// have been, such as a span that begins before it was called: by how much clocks differ if that
// does not show, nobody knows. [GapClockSkew] has the rules.

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/spanlog/spanlog/internal/wording"
)

// tolerance is how far apart times may be before anything is made of it, in µs: many clocks
// and logs have no more than milliseconds.
const tolerance = 1000

// skew is by how much, in µs, the clock of a span's service may be ahead of that of its
// parent's at least; behind, if it is negative. 0 is no sign of that: see [GapClockSkew].
func skew(parent, child *Span) int64 {
	switch {
	case parent.Service == "", child.Service == "", parent.Service == child.Service, // one clock, so far as is known
		parent.Start == 0, child.Start == 0, child.Kind == "CONSUMER":
		return 0
	case parent.Start-child.Start > tolerance:
		return child.Start - parent.Start
	// The end tells something only of a call that was waited for.
	case parent.Kind != "CLIENT", child.Kind != "SERVER", parent.Failed,
		parent.Duration == 0, child.Duration > parent.Duration, child.Start > parent.end():
		return 0
	case child.end()-parent.end() > tolerance:
		return child.end() - parent.end()
	}
	return 0
}

func abs(n int64) int64 { return max(n, -n) }

// addSkew tells of the clocks that differ, by pairs of services, with the most that a pair differs
// by. A service whose clock is both ahead and behind is told of twice.
func (j *joiner) addSkew() {
	type pair struct {
		child, parent string
		ahead         bool
	}
	worst := make(map[pair]int64)
	var pairs []pair // in the order of the spans, so that equals are always told of in the same one
	var spans []int
	for i := range j.t.Spans {
		s := &j.t.Spans[i]
		if s.Skew == 0 { // or it has no parent
			continue
		}
		spans = append(spans, i)
		parent := &j.t.Spans[s.Parent]
		p := pair{s.Service, parent.Service, skew(parent, s) > 0}
		if worst[p] == 0 {
			pairs = append(pairs, p)
		}
		worst[p] = max(worst[p], s.Skew)
	}
	if len(spans) == 0 {
		return
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(worst[b], worst[a]) })
	var clocks []string
	for _, p := range pairs {
		way := "behind"
		if p.ahead {
			way = "ahead of"
		}
		clocks = append(clocks, fmt.Sprintf("%s's clock may be %s %s %s's", p.child, length(worst[p]), way, p.parent))
	}
	fit := "does not fit into the one that called it"
	if len(spans) > 1 {
		fit = "do not fit into those that called them"
	}
	j.gap(GapClockSkew, spans, nil, "%s: %s %s. Times are shown as they were reported.",
		some(clocks), wording.Count(len(spans), "span"), fit)
}
