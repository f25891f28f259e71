package main

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"unicode/utf8"
)

// A table is in Markdown, with columns as wide as they need be.
type table struct {
	head []string
	left []int // columns that are not numbers
	rows [][]string
}

func (t table) String() string {
	widths := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	widths[len(widths)-1] = 0 // the last one is as long as it is
	var b strings.Builder
	line := func(row []string) {
		for i, cell := range row {
			pad := strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(cell)))
			if slices.Contains(t.left, i) {
				cell += pad
			} else {
				cell = pad + cell
			}
			b.WriteString("| " + cell + " ")
		}
		b.WriteString("|\n")
	}
	line(t.head)
	for i, w := range widths {
		dashes := strings.Repeat("-", max(1, w))
		if slices.Contains(t.left, i) {
			b.WriteString("|-" + dashes + "-")
		} else {
			b.WriteString("|-" + dashes + ":")
		}
	}
	b.WriteString("|\n")
	for _, row := range t.rows {
		line(row)
	}
	return b.String()
}

// scenarioTable is one row for each contender, the fastest first.
func scenarioTable(list []*entrant, t times, notes map[string][]string) table {
	s := list[0].scenario
	out := table{head: []string{"contender", "ns", "/ floor", "spanlog / it", "quartiles", "allocs", "B", "what differs"}, left: []int{0, 4, 7}}
	median := func(e *entrant) float64 { return summarize(t[s.name][e.contender.name]).median }
	for _, e := range slices.SortedFunc(slices.Values(list), func(a, b *entrant) int {
		switch ma, mb := median(a), median(b); {
		case ma < mb:
			return -1
		case ma > mb:
			return 1
		}
		return strings.Compare(a.contender.name, b.contender.name)
	}) {
		c := e.contender
		byFloor, _, _ := cells(t, s.name, c.name, floorOf(c))
		spanlog, spread, ok := cells(t, s.name, baseOf(s, c), c.name)
		if !ok || c.name == baseOf(s, c) {
			spanlog, spread = "", ""
		}
		out.rows = append(out.rows, []string{
			c.name, fmt.Sprintf("%.0f", median(e)), byFloor, spanlog, spread,
			fmt.Sprint(e.cost.allocs), fmt.Sprint(e.cost.bytes), strings.Join(notes[c.name], "; "),
		})
	}
	return out
}

// cells are the median and the quartiles of a ratio.
func cells(t times, scenario, a, b string) (median, spread string, ok bool) {
	s, ok := t.over(scenario, ratio(a, b))
	if !ok {
		return "", "", false
	}
	return fmt.Sprintf("%.2f", s.median), fmt.Sprintf("%.2f to %.2f", s.lower, s.upper), true
}

func floorOf(c *contender) string {
	if c.goroutines > 0 {
		return fmt.Sprintf("floor-%dg", c.goroutines)
	}
	return "floor"
}

func baseOf(s *scenario, c *contender) string {
	if c.base != "" {
		return c.base
	}
	return s.base
}

// report is all the tables.
func report(lists [][]*entrant, t times, notes map[string]map[string][]string, intro string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s\n", intro)
	if bars := barTable(t); len(bars.rows) > 0 {
		fmt.Fprintf(&b, "\n### Bars\n\n%s", bars)
	}
	for _, list := range lists {
		s := list[0].scenario
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\n%s", s.name, s.about, scenarioTable(list, t, notes[s.name]))
	}
	return b.String() + "\n"
}

// versions are those of the peers.
func versions() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	var list []string
	for _, m := range info.Deps {
		if slices.Contains(peerModules, m.Path) {
			list = append(list, m.Path+" "+m.Version)
		}
	}
	return strings.Join(list, ", ")
}

var peerModules = []string{
	"charm.land/log/v2", "github.com/go-slog/otelslog", "github.com/lmittmann/tint", "github.com/phuslu/log",
	"github.com/remychantenay/slog-otel", "github.com/rs/zerolog", "github.com/samber/slog-multi",
	"github.com/veqryn/slog-context", "go.opentelemetry.io/contrib/bridges/otelslog",
	"go.opentelemetry.io/otel/sdk", "go.uber.org/zap", "go.uber.org/zap/exp",
}
