package logindex

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestTraces has the summaries of the newest traces, of the slowest and of those that failed, and what
// records say of them when they are read again.
func TestTraces(t *testing.T) {
	var b strings.Builder
	record := func(ms, trace int, level, msg, service string) {
		b.WriteString(strings.Replace(recordOf(ms, trace, level, msg), `"shop"`, fmt.Sprintf("%q", service), 1) + "\n")
	}
	record(0, 1, "INFO", "slow one", "shop")
	record(1, 2, "INFO", "failed one", "shop")
	record(2, 2, "ERROR", "refused", "pay")
	b.WriteString("\tat pay.go:17\n")
	record(3, 3, "WARN", "third", "shop")
	record(500, 1, "DEBUG", "slow end", "shop")
	for i := range 50 {
		record(600+i, 100+i, "INFO", "crowd", "shop")
	}
	dir := t.TempDir()
	x := open(t, Options{Traces: 20, blockSize: 500}, put(t, dir, "app.log", b.String()))
	assert.Equal(t, "summaries", len(x.Traces()), 23)
	for _, test := range []struct {
		trace int
		want  string
	}{
		{1, "slow one[shop] 2 0 INFO 500ms false"},
		{2, "failed one[pay shop] 2 1 ERROR 1ms false"},
		{3, "third[shop] 1 0 WARN 0s false"}, // its summary was forgotten
		{149, "crowd[shop] 1 0 INFO 0s false"},
		{99, "[] 0 0 INFO 0s false"}, // there is none
	} {
		for range 2 { // read, and told of again
			s, err := x.Describe(context.Background(), traceID(test.trace))
			assert.NoError(t, err)
			got := fmt.Sprint(s.Name, s.Services, s.Records, s.Errors, s.Level, time.Duration(s.Last-s.First), s.Partial)
			assert.Equal(t, fmt.Sprint("trace ", test.trace), got, test.want)
		}
	}
	stats := x.Stats()
	assert.Equal(t, "kept", stats.Traces, 23)
	assert.Equal(t, "forgotten", stats.Forgotten, 30)
	assert.Equal(t, "levels", stats.Levels, Levels{Debug: 1, Info: 52, Warn: 1, Error: 1})
	assert.Equal(t, "records", stats.Records, 55)
}

// TestTracesForgotten has a trace, whose summary was forgotten and begins anew with as many records as
// it had when it was read, be read again.
func TestTracesForgotten(t *testing.T) {
	path := put(t, t.TempDir(), "app.log", recordOf(0, 1, "INFO", "first")+"\n")
	x := open(t, Options{Follow: true, Poll: time.Millisecond, Traces: 1}, path)
	for lines, want := int64(1), int64(1); want <= 2; want++ {
		s, err := x.Describe(context.Background(), traceID(1))
		assert.NoError(t, err)
		assert.Equal(t, "records", s.Records, want)
		for _, trace := range []int{2, 2, 3, 1} { // there is room for one that is recent, and for the slowest other one
			appendTo(t, path, recordOf(int(lines), trace, "INFO", "more")+"\n")
			lines++
		}
		assert.Eventually(t, "all is there", func() bool { return x.Stats().Lines == lines })
	}
}

// TestSummaries compares summaries with those of a map that forgets nothing.
func TestSummaries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s summaries
		limit := rapid.IntRange(1, 30).Draw(t, "limit")
		s.init(limit)
		seen := make(map[int]int)
		for n, id := range rapid.SliceOfN(rapid.IntRange(1, 60), 0, 300).Draw(t, "traces") {
			level := int32(rapid.SampledFrom([]slog.Level{slog.LevelInfo, slog.LevelInfo, slog.LevelError}).Draw(t, "level"))
			s.add([]traceRecord{{id: traceID(id), hash: hashTrace(traceID(id)), time: 1 + int64(n), level: level}})
			seen[id] = n
			most := limit + 2*max(limit/10, 1)
			if kept, _ := s.stats(); kept > int64(most) || s.recent.len > limit || len(s.all) > most+2 {
				t.Fatalf("%d are kept, of them %d recent, in %d", kept, s.recent.len, len(s.all))
			}
		}
		kept, forgotten := s.stats()
		if int(kept+forgotten) < len(seen) || len(seen) <= limit && forgotten > 0 {
			t.Fatalf("%d are kept, %d forgotten, of %d", kept, forgotten, len(seen))
		}
		last := make(map[string]int64)
		for _, one := range s.list() {
			last[one.id.String()] = one.last
		}
		for id, n := range seen {
			newer := 0
			for _, m := range seen {
				if m > n {
					newer++
				}
			}
			if at, ok := last[traceID(id).String()]; newer < limit && (!ok || at != 1+int64(n)) {
				t.Fatalf("trace %d is one of the newest, and has %d, %v", id, at, ok)
			}
		}
	})
}
