package benchmarks

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
)

// recordsPerRun is how many records a contender logs before it is flushed.
const recordsPerRun = 20_000

var errRefused = errors.New("connection refused")

// logRun logs records with five attributes. The span changes from one to the
// next.
func logRun(log *slog.Logger, spans []context.Context) {
	for i := range recordsPerRun {
		log.LogAttrs(spans[i%len(spans)], slog.LevelInfo, "request done",
			slog.String("method", "GET"),
			slog.Int("status", 200),
			slog.Duration("took", time.Duration(i)*time.Microsecond),
			slog.Bool("cached", true),
			slog.Any("error", errRefused),
		)
	}
}

// spanContexts returns contexts with an active span each.
func spanContexts(n int) []context.Context {
	ctxs := make([]context.Context, n)
	for i := range ctxs {
		ctxs[i] = trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{
			TraceID:    trace.TraceID{1, 2, 3, 4, 5, 6, 7, byte(i >> 8), byte(i)},
			SpanID:     trace.SpanID{8, 7, 6, 5, byte(i >> 8), byte(i)},
			TraceFlags: trace.FlagsSampled,
		}))
	}
	return ctxs
}

// emptied returns a function that takes everything out of a file.
func emptied(b *testing.B, path string) func() {
	return func() {
		if err := os.Truncate(path, 0); err != nil {
			b.Error(err)
		}
	}
}

// BenchmarkFile compares the log file with the same records to nowhere, and with
// what most programs have. All that is flushed is within the time.
//
//	go test -run=^$ -bench=BenchmarkFile -benchtime=100x -v .
func BenchmarkFile(b *testing.B) {
	spans := spanContexts(1024)
	dir := b.TempDir()
	spanlogTo := func(sink spanlog.Sink) func() {
		l := spanlog.Must(spanlog.New(nil, sink))
		b.Cleanup(func() { _ = l.Close() })
		return func() {
			logRun(l.Logger, spans)
			if err := l.Flush(context.Background()); err != nil {
				b.Error(err)
			}
		}
	}
	emptied := func(path string) func() { return emptied(b, path) }
	journal, plain := filepath.Join(dir, "journal.log"), filepath.Join(dir, "plain.log")
	f, err := os.OpenFile(plain, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	usual := slog.New(wrapper{slog.NewJSONHandler(f, nil)})
	contenders := []contender{
		{name: "discard", run: spanlogTo(spanlog.Writer{Writer: io.Discard})},
		{name: "journal", run: spanlogTo(spanlog.File{Path: journal}), after: emptied(journal)},
		{name: "slog-to-file", run: func() { logRun(usual, spans) }, after: emptied(plain)},
	}
	b.Run("journal", func(b *testing.B) { rounds(b, recordsPerRun, contenders...) })
	through := filepath.Join(dir, "through.log")
	contenders[1] = contender{
		name: "write-through", run: spanlogTo(spanlog.File{Path: through, WriteThrough: true}), after: emptied(through),
	}
	b.Run("write-through", func(b *testing.B) { rounds(b, recordsPerRun, contenders...) })
}

// BenchmarkDrain compares the way of finished lines into the file with write(2) of
// blocks of 64 KiB, which is the limit, and of one line: "journal" is all of the
// way, from Handle on, and "drain" the part from the journal on.
//
//	go test -run=^$ -bench=BenchmarkDrain -benchtime=100x -v .
func BenchmarkDrain(b *testing.B) {
	const total = 64 << 20
	line := make([]byte, 256)
	for i := range line {
		line[i] = 'x'
	}
	line[len(line)-1] = '\n'
	path := filepath.Join(b.TempDir(), "app.log")
	fixed := spanlog.FormatFunc(func(dst []byte, _ *spanlog.Event) []byte { return append(dst, line...) })
	l := spanlog.Must(spanlog.New(nil, spanlog.File{Path: path, Format: fixed}))
	defer l.Close()
	// In this one, all waits until it is flushed.
	waiting := filepath.Join(b.TempDir(), "app.log")
	w := spanlog.Must(spanlog.New(nil, spanlog.File{Path: waiting, Format: fixed, JournalSize: 4 * total, Delay: time.Hour}))
	defer w.Close()

	emptied := func(path string) func() { return emptied(b, path) }
	raw := filepath.Join(b.TempDir(), "raw")
	f, err := os.OpenFile(raw, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	blocks := func(size int) func() {
		block := make([]byte, size)
		return func() {
			for range total / size {
				if _, err := f.Write(block); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	rec := slog.NewRecord(time.Now(), slog.LevelInfo, "m", 0)
	fill := func(l *spanlog.Logger) {
		for range total / len(line) {
			if err := l.Handler().Handle(context.Background(), rec); err != nil {
				b.Error(err)
			}
		}
	}
	flush := func(l *spanlog.Logger) {
		if err := l.Flush(context.Background()); err != nil {
			b.Error(err)
		}
	}
	rounds(b, total/len(line),
		contender{name: "blocks", run: blocks(64 << 10), after: emptied(raw)},
		contender{name: "drain", before: func() { fill(w) }, run: func() { flush(w) }, after: emptied(waiting)},
		contender{name: "journal", run: func() { fill(l); flush(l) }, after: emptied(path)},
		contender{name: "lines", run: blocks(len(line)), after: emptied(raw)},
	)
}
