package benchmarks

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/spanlog/spanlog"
)

// emptied returns a function that takes everything out of a file.
func emptied(b *testing.B, path string) func() {
	return func() {
		if err := os.Truncate(path, 0); err != nil {
			b.Error(err)
		}
	}
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
