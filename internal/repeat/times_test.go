package repeat

import (
	"math"
	"strings"
	"testing"
	"time"
)

// TestIntervals: the shortest and the longest interval.
func TestIntervals(t *testing.T) {
	for _, test := range []struct {
		name  string
		every time.Duration
		lines []string
	}{
		{"none: each record is the first of its interval", 0, []string{
			"0s a → pass",
			"0s a → pass",
			"-1s a → pass",
			"1s ALL → none waits",
		}},
		{"less than none is none", -time.Second, []string{
			"0s a → pass",
			"1s b → pass",
			"1s a → pass",
			"1s a → pass",
		}},
		{"a nanosecond", 1, []string{
			"0s a → pass",
			"0s a → held",
			"1ns a → pass, INFO 1×a 0s–0s",
			"0s a → held",
			"-1ns a → pass, INFO 1×a 1ns–1ns",
		}},
		{"for ever", math.MaxInt64, []string{
			"0s a → pass",
			"2562047h a → held",
			"0s a → held",
			"2562047h DUE → next 2562047h47m16.854775807s",
			"0s ALL → INFO 2×a 2562047h0m0s–2562047h0m0s, none waits",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			table := New(1, test.every, 8)
			for _, line := range test.lines {
				do, want, _ := strings.Cut(line, " → ")
				if got := play(t, table, do); got != want {
					t.Fatalf("%s: got %s\nwant %s", do, got, want)
				}
			}
		})
	}
}

// TestTimes: times that no clock shows do no harm, in any order. The zero time is
// what a record has that was made without one.
func TestTimes(t *testing.T) {
	now := time.Now()
	odd := []time.Time{
		{}, now, now.Round(0), now.Add(math.MaxInt64), now.Add(math.MinInt64),
		time.Unix(0, 0), time.Unix(math.MaxInt64, 0), time.Unix(math.MinInt64, 0), time.Time{}.Local(),
	}
	for i, a := range odd {
		for j, b := range odd {
			table := New(1, time.Minute, 8)
			var count tally
			for range 3 {
				count.pass(table, a, 0, "m")
				count.pass(table, a, 0, "m")
				count.pass(table, b, 0, "m")
			}
			due, next := table.Due(b, true, nil)
			count.sum(due)
			if !next.IsZero() {
				t.Errorf("%d, %d: something waits after all was due", i, j)
			}
			if count.calls != count.passed+count.held {
				t.Errorf("%d, %d: of %d records %d passed and %d were held back", i, j, count.calls, count.passed, count.held)
			}
			check(t, table)
		}
	}
}
