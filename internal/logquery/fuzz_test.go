package logquery

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spanlog/spanlog/internal/logline"
)

// FuzzQuery: whatever is typed and logged, nothing panics, blocks have what their lines
// have, and a text that is quoted is that text.
func FuzzQuery(f *testing.F) {
	for _, seed := range []struct{ query, lines string }{
		{"", ""},
		{traceA + " " + spanA, `{"trace_id":"` + traceA + `","span_id":"` + spanA + `","msg":"x"}`},
		{"level>=warn level<error since:10m until:15:04", "time=2026-11-28T12:25:00Z level=WARN msg=x"},
		{`msg="card \"gold\"" -order=17 "a key"!=b`, `{"msg":"card \"gold\"","order":17}` + "\n\tat main.go"},
		{`"say \\ \"hi\"" -"<b>" é`, `{"msg":"say \\ \"hi\" \u003cb\u003e \u00e9"}` + "\npanic: \xff\\u00"},
		{`/(?i)card declined/ /api/`, "level=INFO msg=/api/"},
		{`-"`, `{"msg":"\`},
		{"trace:x level=y -/a/ - -- = != \"\"", "=\\"},
	} {
		f.Add(seed.query, seed.lines)
	}
	f.Fuzz(func(t *testing.T, query, lines string) {
		check := func(q *Query) {
			filter := NewFilter(q, time.UTC)
			for line := range strings.SplitSeq(lines, "\n") {
				var h logline.Head
				wanted, continued := filter.Head([]byte(line), &h)
				if wanted && !continued && !q.MayMatch([]byte(lines)) {
					t.Errorf("%s: lines that have %q seem to have nothing wanted", describe(q), line)
				}
			}
		}
		if q, err := Parse(query, now); err == nil {
			check(&q)
		} else if err.Error() == "" || describe(&q) != "" {
			t.Errorf("error %q, and the query %s", err, describe(&q))
		}
		quoted := parse(t, quote(query))
		var want []Text
		if query != "" {
			want = []Text{{Value: string([]rune(query))}}
		}
		if !slices.Equal(quoted.Texts, want) {
			t.Errorf("%q in quotes: got %s", query, describe(quoted))
		}
		check(quoted)
	})
}
