package logindex

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/logquery"
)

// TestSearchEnds ends searches in the middle, and goes on with them.
func TestSearchEnds(t *testing.T) {
	x := open(t, Options{blockSize: 300}, put(t, t.TempDir(), "app.log", numbered(100)))
	for _, newest := range []bool{false, true} {
		r := Request{Query: logquery.Query{Texts: []logquery.Text{{Value: "record 5"}}}, Newest: newest}
		found, ends := 0, 0
		for {
			ctx, cancel := context.WithCancel(context.Background())
			var passed int64
			r.progress = func(searched, total int64) {
				if passed = searched; searched > total {
					t.Errorf("searched %d of %d", searched, total)
				}
				cancel()
			}
			p, err := x.Search(ctx, r)
			cancel()
			found += len(p.Lines)
			r.Cursor = p.Next
			if err == nil {
				assert.Equal(t, "searched", p.Searched, p.Total)
				break
			}
			ends++
			if !errors.Is(err, context.Canceled) || !p.More || p.Searched < passed {
				t.Fatalf("error %v, searched %d and then %d", err, passed, p.Searched)
			}
		}
		assert.Equal(t, "found", found, 11)
		if ends < 10 {
			t.Errorf("the search ended %d times", ends)
		}
	}
}

// TestSkips counts what is read for queries that a summary can answer.
func TestSkips(t *testing.T) {
	var b strings.Builder
	for i := range 1000 {
		level := "INFO"
		if i == 500 {
			level = "ERROR"
		}
		b.WriteString(recordOf(i, i, level, "x") + "\n")
	}
	x := open(t, Options{blockSize: 2000}, put(t, t.TempDir(), "app.log", b.String()))
	for _, test := range []struct {
		name  string
		query logquery.Query
		lines int
		most  int
	}{
		{"level", logquery.Query{HasLevel: true, Level: slog.LevelWarn}, 1, 1},
		{"since", logquery.Query{Since: start.Add(990 * time.Millisecond).UnixNano()}, 10, 2},
		{"until", logquery.Query{Until: start.Add(9 * time.Millisecond).UnixNano()}, 10, 2},
		{"trace", logquery.Query{Trace: traceID(17)}, 1, 1},
		{"all", logquery.Query{}, 1000, 1000},
	} {
		s := x.newSearch(&test.query, false)
		assert.NoError(t, s.run(context.Background(), limits{}))
		assert.Equal(t, test.name, len(s.page.Lines), test.lines)
		if n := s.walks[0].loads; n > test.most {
			t.Errorf("%s: %d blocks are read", test.name, n)
		}
	}
}

// TestLongTraces has lines that belong to a record several blocks before.
func TestLongTraces(t *testing.T) {
	text := recordOf(1, 1, "INFO", "quiet") + "\n" + recordOf(2, 2, "ERROR", "panic") + "\n" + strings.Repeat("\tat main.go:17\n", 1000) + recordOf(3, 3, "INFO", "quiet") + "\n"
	var p plain
	var lines []rawLine
	for line := range strings.Lines(text) {
		lines = append(lines, rawLine{text: strings.TrimSuffix(line, "\n")})
	}
	path := put(t, t.TempDir(), "app.log", text)
	p.read(path, lines)
	x := open(t, Options{blockSize: 100}, path)
	for _, q := range []*logquery.Query{{}, {Trace: traceID(2)}, {Trace: traceID(1)}, {HasLevel: true, Level: slog.LevelError}, {Texts: []logquery.Text{{Value: "panic"}}}, {Texts: []logquery.Text{{Value: "main.go"}}}} {
		for _, newest := range []bool{false, true} {
			assert.EqualLines(t, "lines", pages(t, x, q, newest, 17), p.search(q))
		}
	}
}
