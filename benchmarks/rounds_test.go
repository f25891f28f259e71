package benchmarks

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// A contender is one way to do the same work. Its run does it once, all of it:
// what is put off to a background goroutine is waited for.
type contender struct {
	name   string
	run    func()
	before func() // not timed; may be nil
	after  func() // the same: takes away what the run has left, so that it is no burden to the next
}

// time is how many nanoseconds a run takes.
func (c *contender) time() float64 {
	if c.before != nil {
		c.before()
	}
	start := time.Now()
	c.run()
	taken := time.Since(start)
	if c.after != nil {
		c.after()
	}
	return float64(taken)
}

// rounds has the contenders run in random order within each of b.N rounds, and
// reports ratios within a round: the machine's speed drifts from second to second,
// but hardly within a round. Each contender is divided by the first, of which the time
// per operation is reported, for ops operations per run, and by those after it.
func rounds(b *testing.B, ops int, contenders ...contender) {
	for _, c := range contenders { // warm up
		c.time()
	}
	taken := make([][]float64, len(contenders))
	for range b.N {
		for _, i := range rand.Perm(len(contenders)) {
			taken[i] = append(taken[i], contenders[i].time())
		}
	}
	base := slices.Clone(taken[0])
	slices.Sort(base)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(base[len(base)/2]/float64(ops), "ns/"+contenders[0].name)
	for i := range contenders {
		for j := range contenders {
			if i > 0 && j == 0 || 0 < i && i < j { // by the first one, and by later ones
				reportRatio(b, contenders[i].name+"/"+contenders[j].name, taken[i], taken[j])
			}
		}
	}
}

// reportRatio reports the ratio of two contenders, round by round.
func reportRatio(b *testing.B, name string, taken, by []float64) {
	ratios := make([]float64, len(taken))
	for r := range ratios {
		ratios[r] = taken[r] / by[r]
	}
	slices.Sort(ratios)
	quartile := func(q int) float64 { return ratios[min(len(ratios)*q/4, len(ratios)-1)] }
	b.ReportMetric(quartile(2), name)
	b.Logf("%-30s median %.3f, quartiles %.3f to %.3f, %d rounds", name, quartile(2), quartile(1), quartile(3), len(ratios))
}
