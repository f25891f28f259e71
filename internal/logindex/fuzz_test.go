package logindex

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/logquery"
)

// FuzzSearch: whatever a log and a query have, the answer is that of the plain
// implementation.
func FuzzSearch(f *testing.F) {
	f.Add([]byte(numbered(5)+"\tstack\n"), "record", "r.*d", "msg", "record 1", int8(0), int64(0), int64(0), byte(1))
	f.Add([]byte("\x00\r\n\xff{\"trace_id\":1}\n\n{\"a"), "", "(", "a", "", int8(4), int64(1), int64(-1), byte(0))
	f.Add([]byte(recordOf(1, 1, "ERROR", "x")+"\r\r\npanic\r\n"), "panic", "", "", "", int8(8), start.UnixNano(), start.UnixNano()+1e9, byte(2))
	f.Fuzz(func(t *testing.T, text []byte, word, expression, key, value string, level int8, since, until int64, trace byte) {
		q := &logquery.Query{Texts: []logquery.Text{{Value: word, Not: level%3 == 1}}, Since: since, Until: until}
		q.Regexp, _ = regexp.Compile(expression)
		if key != "" {
			q.Fields = []logquery.Field{{Key: key, Value: value, Not: level%2 == 1}}
		}
		if q.HasLevel = level != 0; q.HasLevel {
			q.Level = slog.Level(level)
		}
		if trace != 0 {
			q.Trace = traceID(int(trace))
		}
		if bytes.HasPrefix(text, []byte("\x1f\x8b\x08")) {
			t.Skip("it is compressed, or looks like that")
		}
		dir, err := os.MkdirTemp("", "logindex-")
		assert.NoError(t, err)
		defer os.RemoveAll(dir)
		path := filepath.Join(dir, "app.log")
		assert.NoError(t, os.WriteFile(path, text, 0o600))
		var lines []rawLine
		rows := strings.Split(string(text), "\n")
		for i, row := range rows {
			if i < len(rows)-1 {
				lines = append(lines, rawLine{strings.TrimSuffix(row, "\r"), false})
			} else if row = strings.TrimRight(row, "\x00"); row != "" {
				lines = append(lines, rawLine{row, true})
			}
		}
		if strings.HasSuffix(string(text), "\x00") {
			t.Skip("what is behind the last text is room that was not written to")
		}
		var p plain
		p.read(path, lines)
		for _, size := range []int{1, 64, blockSize} {
			x, err := Open([]string{path}, Options{blockSize: size})
			assert.NoError(t, err)
			assert.NoError(t, x.Wait(context.Background()))
			for _, newest := range []bool{false, true} {
				assert.EqualLines(t, "lines", pages(t, x, q, newest, 3), p.search(q))
			}
			if _, err = x.Search(context.Background(), Request{Cursor: value}); err != nil && !errors.Is(err, errCursor) {
				t.Errorf("cursor %q: %v", value, err)
			}
			for _, one := range x.Traces() {
				_, err := x.Describe(context.Background(), one.ID)
				assert.NoError(t, err)
			}
			assert.NoError(t, x.Close())
		}
	})
}
