package logindex

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"
	"pgregory.net/rapid"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/logquery"
)

// A world is some logs, and all lines that they had.
type world struct {
	t     *rapid.T
	dir   string
	logs  []string
	lines [][]rawLine
	part  []bool // the last line has no newline yet
	clock int
}

var start = time.Date(2026, 11, 22, 11, 57, 0, 0, time.UTC)

// text is a line of a log.
func (w *world) text() string {
	t := w.t
	w.clock += rapid.IntRange(-2, 3).Draw(t, "tick")
	at := start.Add(time.Duration(w.clock) * time.Second).Format(time.RFC3339Nano)
	id := traceID(rapid.IntRange(1, 6).Draw(t, "trace"))
	level := rapid.SampledFrom([]string{"DEBUG", "INFO", "WARN", "ERROR", "FATAL"}).Draw(t, "level")
	word := rapid.SampledFrom([]string{"paid", "refused", "a b", "ümlaut"}).Draw(t, "word")
	switch rapid.IntRange(0, 9).Draw(t, "form") {
	case 0:
		return rapid.SampledFrom([]string{"", "\tat main.go:17", "panic: paid", "\x00\x01", "goroutine 1 [running]:", "x\r"}).Draw(t, "stack")
	case 1:
		return fmt.Sprintf("time=%s level=%s msg=%q trace_id=%s order=17", at, level, word, id)
	case 2:
		if w.clock%2 == 0 {
			return fmt.Sprintf(`{"level":%q,"msg":"p\u0061id","order":"\u0031","note":"\u003cA\u003e"}`, level)
		}
		return fmt.Sprintf(`{"level":%q,"msg":%q,"order":%d}`, level, word, w.clock%3)
	case 3:
		return fmt.Sprintf(`{"time":%q,"level":%q,"trace_id":"%s","msg":"%s`, at, level, id, word)
	case 4:
		return fmt.Sprintf(`{"time":%q,"msg":%q}`, at, strings.Repeat(word, 30))
	}
	return fmt.Sprintf(`{"time":%q,"level":%q,"msg":%q,"trace_id":"%s","span_id":"%016x","service.name":"shop","order":%d}`, at, level, word, id, w.clock%4+1, w.clock%3)
}

// do does something to a log.
func (w *world) do() {
	t := w.t
	i := rapid.IntRange(0, len(w.logs)-1).Draw(t, "log")
	log := w.logs[i]
	switch rapid.IntRange(0, 7).Draw(t, "step") {
	case 0:
		w.rotate(i)
	case 1: // the newest rotated file, compressed
		if b, err := os.ReadFile(log + ".1"); err == nil {
			info, err := os.Stat(log + ".1")
			assert.NoError(t, err)
			assert.NoError(t, os.WriteFile(log+".1.gz", gzipped(string(b)), 0o600))
			assert.NoError(t, os.Chtimes(log+".1.gz", info.ModTime(), info.ModTime()))
			assert.NoError(t, os.Remove(log+".1"))
		}
	case 2: // a line that the next one, or a rotation, makes whole or torn
		if !w.part[i] {
			text := "half of " + w.text()
			appendTo(t, log, text)
			w.lines[i] = append(w.lines[i], rawLine{text, true})
			w.part[i] = true
		}
	default:
		for range rapid.IntRange(1, 12).Draw(t, "lines") {
			w.write(i, w.text())
		}
	}
}

func (w *world) write(i int, text string) {
	if w.part[i] {
		last := &w.lines[i][len(w.lines[i])-1]
		last.text, last.torn, w.part[i] = last.text+text, false, false
	} else {
		w.lines[i] = append(w.lines[i], rawLine{text, false})
	}
	end := rapid.SampledFrom([]string{"\n", "\n", "\r\n"}).Draw(w.t, "end")
	appendTo(w.t, w.logs[i], text+end)
	last := &w.lines[i][len(w.lines[i])-1]
	if end == "\n" {
		last.text = strings.TrimSuffix(last.text, "\r")
	}
}

// rotate rotates as logrotate does.
func (w *world) rotate(i int) {
	log := w.logs[i]
	if info, err := os.Stat(log); err != nil || info.Size() == 0 {
		return
	}
	for n := 30; n > 0; n-- {
		for _, ext := range []string{"", ".gz"} {
			_ = os.Rename(fmt.Sprint(log, ".", n, ext), fmt.Sprint(log, ".", n+1, ext))
		}
	}
	assert.NoError(w.t, os.Rename(log, log+".1"))
	at := start.Add(time.Duration(len(w.lines[i])) * time.Hour)
	assert.NoError(w.t, os.Chtimes(log+".1", at, at))
	if w.part[i] {
		w.part[i] = false
		last := &w.lines[i][len(w.lines[i])-1]
		last.text = strings.TrimRight(last.text, "\x00")
	}
	w.write(i, "first of a file "+w.text())
}

func (w *world) plain() (p plain) {
	for i, log := range w.logs {
		lines := w.lines[i]
		if w.part[i] {
			lines = lines[:len(lines)-1] // followed, it is still waited for
		}
		p.read(log, lines)
	}
	return p
}

func drawQuery(t *rapid.T) *logquery.Query {
	q := new(logquery.Query)
	maybe := func(what string) bool { return rapid.IntRange(0, 4).Draw(t, what) == 0 }
	if maybe("has trace") {
		q.Trace = traceID(rapid.IntRange(1, 7).Draw(t, "of trace"))
	}
	if maybe("has span") {
		q.Span = trace.SpanID{7: byte(rapid.IntRange(1, 5).Draw(t, "of span"))}
	}
	if maybe("has level") {
		q.HasLevel, q.Level = true, slog.Level(rapid.IntRange(-5, 13).Draw(t, "of level"))
	}
	if maybe("has max level") {
		q.HasMaxLevel, q.MaxLevel = true, slog.Level(rapid.IntRange(-5, 13).Draw(t, "of max level"))
	}
	at := func(what string) int64 {
		return start.Add(time.Duration(rapid.IntRange(-5, 60).Draw(t, what)) * time.Second).UnixNano()
	}
	if maybe("has since") {
		q.Since = at("since")
	}
	if maybe("has until") {
		q.Until = at("until")
	}
	if maybe("has text") {
		value := rapid.SampledFrom([]string{"paid", "REFUS", "nothing", "\t", "<a>", "2026"}).Draw(t, "of text")
		q.Texts = append(q.Texts, logquery.Text{Value: value, Not: rapid.Bool().Draw(t, "not text")})
	}
	if maybe("has regexp") {
		q.Regexp = regexp.MustCompile(rapid.SampledFrom([]string{"paid|a b", "^half", "refused.*$", "(?i)PANIC", "main.go:[0-9]+"}).Draw(t, "of regexp"))
	}
	if maybe("has field") {
		q.Fields = append(q.Fields, logquery.Field{
			Key:   rapid.SampledFrom([]string{"order", "msg", "service"}).Draw(t, "key"),
			Value: rapid.SampledFrom([]string{"1", "17", "paid", "shop"}).Draw(t, "value"),
			Not:   rapid.Bool().Draw(t, "not"),
		})
	}
	return q
}

// TestModel has logs written, rotated and compressed, before they are indexed and while they
// are followed. Answers are those of the plain implementation.
func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "logindex-")
		assert.NoError(t, err)
		defer os.RemoveAll(dir)
		w := &world{t: t, dir: dir}
		for i := range rapid.IntRange(1, 3).Draw(t, "logs") {
			w.logs = append(w.logs, put(t, dir, fmt.Sprintf("log%d.log", i), ""))
			w.lines, w.part = append(w.lines, nil), append(w.part, false)
		}
		for range rapid.IntRange(0, 15).Draw(t, "steps before") {
			w.do()
		}
		x, err := Open(w.logs, Options{
			Follow: true, Rotated: true, Poll: time.Millisecond, TempDir: dir,
			tempSize:  rapid.SampledFrom([]int64{-1, 2000, 1 << 20}).Draw(t, "temp"),
			blockSize: rapid.SampledFrom([]int{1, 300, 2000, blockSize}).Draw(t, "block size"),
		})
		assert.NoError(t, err)
		defer x.Close()
		ctx := context.Background()
		assert.NoError(t, x.Wait(ctx))
		for range rapid.IntRange(1, 4).Draw(t, "looks") {
			p := w.plain()
			assert.Eventually(t, fmt.Sprint("lines ", len(p)), func() bool { return x.Stats().Lines == int64(len(p)) })
			checkStats(t, x, p)
			for n := range 7 {
				got, err := x.Trace(ctx, traceID(n+1))
				assert.NoError(t, err)
				assert.EqualLines(t, "trace", shownAll(got.Lines), p.search(&logquery.Query{Trace: traceID(n + 1)}))
			}
			for range 3 {
				q := drawQuery(t)
				want := p.search(q)
				limit := rapid.IntRange(1, 40).Draw(t, "limit")
				assert.EqualLines(t, "oldest first", pages(t, x, q, false, limit), want)
				newest := pages(t, x, q, true, limit)
				assert.EqualLines(t, "newest first", newest, want)
			}
			for range rapid.IntRange(0, 3).Draw(t, "steps while followed") {
				w.do()
			}
		}
		// No file is where it was, and all are open.
		if files, err := filepath.Glob(filepath.Join(dir, "*")); err == nil {
			for _, path := range files {
				assert.NoError(t, os.Remove(path))
			}
		}
	})
}

func checkStats(t *rapid.T, x *Index, p plain) {
	t.Helper()
	s := x.Stats()
	var without, torn int64
	for _, l := range p {
		if !l.head.Trace.IsValid() {
			without++
		}
		if l.torn {
			torn++
		}
	}
	if !s.Following || s.WithoutTrace != without || s.Torn != torn || s.Total != s.Bytes || len(s.Errors) > 0 {
		t.Fatalf("%+v, want %d lines without a trace, %d torn", s, without, torn)
	}
}
