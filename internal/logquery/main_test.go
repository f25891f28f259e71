package logquery

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
)

// The W3C's examples.
const (
	traceA = "4bf92f3577b34da6a3ce929d0e0e4736"
	traceB = "0af7651916cd43dd8448eb211c80319c"
	spanA  = "00f067aa0ba902b7"
	spanB  = "b7ad6b7169203331"
)

var now = time.Date(2026, 11, 28, 12, 30, 0, 0, time.UTC)

// describe is a query in one line.
func describe(q *Query) string {
	var all []string
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if q.Trace.IsValid() {
		add("trace %s", q.Trace)
	}
	if q.Span.IsValid() {
		add("span %s", q.Span)
	}
	if q.HasLevel && q.Level != math.MinInt {
		add("level from %d", q.Level)
	} else if q.HasLevel {
		add("level from the lowest")
	}
	if q.HasMaxLevel && q.MaxLevel != math.MaxInt {
		add("level to %d", q.MaxLevel)
	} else if q.HasMaxLevel {
		add("level to the highest")
	}
	for _, limit := range []struct {
		name string
		at   int64
	}{{"since", q.Since}, {"until", q.Until}} {
		if limit.at != 0 {
			add("%s %s", limit.name, time.Unix(0, limit.at).UTC().Format(time.RFC3339Nano))
		}
	}
	for _, f := range q.Fields {
		add("field%s %s=%q", not(f.Not), f.Key, f.Value)
	}
	for _, t := range q.Texts {
		add("text%s %q", not(t.Not), t.Value)
	}
	if q.Regexp != nil {
		add("regexp %q", q.Regexp)
	}
	return strings.Join(all, ", ")
}

func not(n bool) string {
	if n {
		return " not"
	}
	return ""
}

// quote is a text in the quotes of a search box.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func parse(t assert.T, text string) *Query {
	t.Helper()
	q, err := Parse(text, now)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return &q
}
