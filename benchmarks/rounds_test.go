package benchmarks

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// A contender is one way to do the same work. Its run does it once, all of it:
// what is put off to a background goroutine is waited for.
type contender struct {
	name  string
	run   func()
	reset func() // between rounds, not timed; may be nil
}

// rounds has the contenders run in random order within each of b.N rounds, and
// reports ratios within a round: the machine's speed drifts from second to second,
// but hardly within a round. The first contender is what the others are divided
// by; its time per operation is reported, for ops operations per run.
func rounds(b *testing.B, ops int, contenders ...contender) {
	for _, c := range contenders { // warm up
		if c.reset != nil {
			c.reset()
		}
		c.run()
	}
	taken := make([][]float64, len(contenders))
	for range b.N {
		for _, i := range rand.Perm(len(contenders)) {
			c := contenders[i]
			if c.reset != nil {
				c.reset()
			}
			start := time.Now()
			c.run()
			taken[i] = append(taken[i], float64(time.Since(start)))
		}
	}
	base := slices.Clone(taken[0])
	slices.Sort(base)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(base[len(base)/2]/float64(ops), "ns/"+contenders[0].name)
	for i, c := range contenders[1:] {
		ratios := make([]float64, b.N)
		for r := range ratios {
			ratios[r] = taken[i+1][r] / taken[0][r]
		}
		slices.Sort(ratios)
		quartile := func(q int) float64 { return ratios[min(len(ratios)*q/4, len(ratios)-1)] }
		name := fmt.Sprintf("%s/%s", c.name, contenders[0].name)
		b.ReportMetric(quartile(2), name)
		b.Logf("%-40s median %.3f, quartiles %.3f to %.3f, %d rounds", name, quartile(2), quartile(1), quartile(3), b.N)
	}
}
