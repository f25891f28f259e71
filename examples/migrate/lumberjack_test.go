package main

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/natefinch/lumberjack.v2"

	"github.com/spanlog/spanlog"
)

func TestFromLumberjack(t *testing.T) {
	before, after := capture(t, lumberjackBefore).files, capture(t, lumberjackAfter).files
	if len(before) != 1 || len(after) != 1 {
		t.Errorf("files %v and %v, want one each", slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(after)))
	}
	checkSame(t, before["app.log"], after["app.log"])
	checkShown(t, "lumberjack", before["app.log"], after["app.log"])

	l, f := lumberjackFile(), spanlogFile()
	if f.Path != l.Filename || f.MaxSize != int64(l.MaxSize)*spanlog.MiB || f.MaxFiles != l.MaxBackups ||
		f.MaxAge != time.Duration(l.MaxAge)*24*time.Hour || f.Compress != l.Compress {
		t.Errorf("%+v is not %+v", f, l)
	}
}

// TestLumberjackNumbers has New refuse the numbers of lumberjack, and say what they are
// here.
func TestLumberjackNumbers(t *testing.T) {
	t.Chdir(t.TempDir())
	l := lumberjackFile()
	_, err := spanlog.New(nil, spanlog.File{Path: "app.log", MaxSize: int64(l.MaxSize), MaxAge: time.Duration(l.MaxAge)})
	for _, hint := range []string{"100*spanlog.MiB", "28*24*time.Hour"} {
		if err == nil || !strings.Contains(err.Error(), hint) {
			t.Errorf("want the hint %s: %v", hint, err)
		}
	}
}

// TestLumberjackRotation rotates at the same size with both.
func TestLumberjackRotation(t *testing.T) {
	text := strings.Repeat("x", 1<<10)
	const records = 2500
	fill := func(log *slog.Logger) {
		for i := range records {
			log.Info("m", "i", i, "text", text)
		}
	}
	before := capture(t, func(context.Context) error {
		file := &lumberjack.Logger{Filename: "app.log", MaxSize: 1}
		fill(slog.New(slog.NewJSONHandler(file, nil)))
		return file.Close()
	})
	after := capture(t, func(context.Context) error {
		log, err := spanlog.New(nil, spanlog.File{Path: "app.log", MaxSize: spanlog.MiB})
		if err != nil {
			return err
		}
		fill(log.Logger)
		return log.Close()
	})
	for name, out := range map[string]output{"before": before, "after": after} {
		lines := 0
		for file, text := range out.files {
			lines += strings.Count(text, "\n")
			if len(text) > spanlog.MiB {
				t.Errorf("%s: %s has %d bytes", name, file, len(text))
			}
		}
		if len(out.files) != 3 || lines != records {
			t.Errorf("%s: %d files with %d records, want 3 with %d", name, len(out.files), lines, records)
		}
	}
}

// TestLumberjackOversize logs a record that is larger than a file may be.
func TestLumberjackOversize(t *testing.T) {
	text := strings.Repeat("x", spanlog.MiB+1)
	before := capture(t, func(context.Context) error {
		file := &lumberjack.Logger{Filename: "app.log", MaxSize: 1}
		slog.New(slog.NewJSONHandler(file, nil)).Info("m", "text", text)
		return file.Close()
	})
	after := capture(t, func(context.Context) error {
		log, err := spanlog.New(nil, spanlog.File{Path: "app.log", MaxSize: spanlog.MiB})
		if err != nil {
			return err
		}
		log.Info("m", "text", text)
		return log.Close()
	})
	if len(before.files["app.log"]) != 0 {
		t.Error("lumberjack writes it: the guide says that it does not")
	}
	if got := only(t, after.files["app.log"]); got["text"] != text {
		t.Error("spanlog does not write it as it is")
	}
}

// TestLumberjackBackups leaves files that lumberjack has rotated as they are.
func TestLumberjackBackups(t *testing.T) {
	const backup = "app-2026-11-25T03-26-06.123.log"
	out := capture(t, func(context.Context) error {
		if err := os.WriteFile(backup, []byte("old\n"), 0o600); err != nil {
			return err
		}
		log, err := spanlog.New(nil, spanlog.File{Path: "app.log", MaxSize: 4 * spanlog.KiB, MaxFiles: 1})
		if err != nil {
			return err
		}
		for range 20 {
			log.Info("m", "text", string(bytes.Repeat([]byte("x"), 1000)))
		}
		return log.Close()
	})
	if len(out.files) != 3 || out.files[backup] != "old\n" {
		t.Errorf("want the log, one rotated file and %s: %v", backup, slices.Sorted(maps.Keys(out.files)))
	}
}

// TestLumberjackStays has lumberjack rotate what spanlog writes.
func TestLumberjackStays(t *testing.T) {
	out := capture(t, func(ctx context.Context) error {
		file := lumberjackFile()
		defer file.Close()
		log, err := spanlog.New(nil, spanlog.Writer{Writer: file})
		if err != nil {
			return err
		}
		defer log.Close()
		log.InfoContext(ctx, "order placed")
		return nil
	})
	if got := only(t, out.files["app.log"]); got["trace_id"] != ids["trace_id"] {
		t.Errorf("got %v", got)
	}
}
