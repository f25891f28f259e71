package main

import (
	"fmt"
	"slices"
)

// A summary is the median of values and their quartiles.
type summary struct{ lower, median, upper float64 }

func summarize(values []float64) summary {
	sorted := slices.Sorted(slices.Values(values))
	quartile := func(q int) float64 { return sorted[min(len(sorted)*q/4, len(sorted)-1)] }
	return summary{quartile(1), quartile(2), quartile(3)}
}

// A bar is a ratio that spanlog is measured by, computed within each round.
type bar struct {
	name, what string
	scenario   string
	must, aim  float64
	value      func(t func(contender string) float64) float64
}

// verdict says whether a bar is met. It is missed if even the lower quartile is
// above must, and the aim is met if the median is not above it.
func (b *bar) verdict(s summary) string {
	switch {
	case s.lower > b.must:
		return "missed"
	case s.median <= b.aim:
		return "aim met"
	}
	return "met"
}

// ratio is the time of a contender divided by that of another.
func ratio(a, b string) func(func(string) float64) float64 {
	return func(t func(string) float64) float64 { return t(a) / t(b) }
}

// above is the same without what slog itself takes.
func above(a, b string) func(func(string) float64) float64 {
	return func(t func(string) float64) float64 { return (t(a) - t("floor")) / (t(b) - t("floor")) }
}

// scaled is how much longer a record takes with two goroutines than with one,
// divided by the same of slog itself.
func scaled(t func(string) float64) float64 {
	return t("spanlog-2g") / t("spanlog-1g") / (t("floor-2g") / t("floor-1g"))
}

var bars = []bar{
	{"1", "spanlog / phuslu+wrapper", "five", 0.62, 0.50, ratio("spanlog", "phuslu+wrapper")},
	{"1b", "spanlog / phuslu-json+wrapper", "five", 0.62, 0.50, ratio("spanlog", "phuslu-json+wrapper")},
	{"2", "(spanlog − floor) / (phuslu+wrapper − floor)", "five", 0.45, 0.25, above("spanlog", "phuslu+wrapper")},
	{"2b", "(spanlog − floor) / (phuslu-json+wrapper − floor)", "five", 0.45, 0.25, above("spanlog", "phuslu-json+wrapper")},
	{"3", "(spanlog − floor) / (phuslu − floor)", "five", 1.15, 0.80, above("spanlog", "phuslu")},
	{"3b", "(spanlog − floor) / (phuslu-json − floor)", "five", 1.15, 0.80, above("spanlog", "phuslu-json")},
	{"4", "spanlog-two / multihandler+wrapper", "two", 0.40, 0.30, ratio("spanlog-two", "multihandler+wrapper")},
	{"5", "spanlog-four / spanlog-two", "four", 1.15, 1.05, ratio("spanlog-four", "spanlog-two")},
	{"6", "spanlog-file / spanlog-discard", "file", 1.25, 1.10, ratio("spanlog-file", "spanlog-discard")},
	{"7", "spanlog-file / slog-json+wrapper-file", "file", 0.30, 0.25, ratio("spanlog-file", "slog-json+wrapper-file")},
	{"8", "spanlog / zerolog", "five", 1.30, 1.00, ratio("spanlog", "zerolog")},
	{"9", "spanlog-newhandler / slog-json+wrapper", "around", 1.05, 0.95, ratio("spanlog-newhandler", "slog-json+wrapper")},
	{"10", "spanlog / slog-json", "disabled", 1.5, 1.1, ratio("spanlog", "slog-json")},
	{"11", "(spanlog-2g / spanlog-1g) / (floor-2g / floor-1g)", "goroutines", 1.15, 1.0, scaled},
	{"12", "spanlog-file-2g / spanlog-file-1g", "file-two", 1.0, 0.75, ratio("spanlog-file-2g", "spanlog-file-1g")},
}

// barTable is one row for each bar whose contenders have run.
func barTable(t times) table {
	out := table{head: []string{"", "scenario", "ratio", "median", "quartiles", "must", "aim", ""}, left: []int{1, 2, 7}}
	for i := range bars {
		b := &bars[i]
		s, ok := t.over(b.scenario, b.value)
		if !ok {
			continue
		}
		out.rows = append(out.rows, []string{
			b.name, b.scenario, b.what, fmt.Sprintf("%.3f", s.median), quartiles(s),
			fmt.Sprintf("%.2f", b.must), fmt.Sprintf("%.2f", b.aim), b.verdict(s),
		})
	}
	return out
}

func quartiles(s summary) string { return fmt.Sprintf("%.3f to %.3f", s.lower, s.upper) }
