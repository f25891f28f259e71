package logfile

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRotateClosed: the way of systems that do not rename open files, with a
// directory that is gone for a while.
func TestRotateClosed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	var reports []string
	l := newLog(Options{
		Path: filepath.Join(dir, "app.log"), Mode: 0o600, MaxSize: 4096, WriteThrough: true,
		WriteFrom: slog.LevelError, SyncFrom: Never,
	})
	l.renamesOpen = false
	if err := l.open(); err != nil {
		t.Fatal(err)
	}
	line := []byte(strings.Repeat("x", 999) + "\n")
	appendLine := func() error { return l.Append(line, slog.LevelInfo) }
	for range 10 {
		if err := appendLine(); err != nil {
			t.Fatal(err)
		}
	}
	files, err := l.archive.Files()
	if err != nil || len(files) != 2 {
		t.Errorf("%d rotated files, %v; want 2", len(files), err)
	}

	// In the directory's place is a file: nothing can be renamed or opened.
	aside := dir + ".aside"
	l.drainMu.Lock()
	if err := os.Rename(dir, aside); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l.drainMu.Unlock()
	failed := 0
	for range 5 {
		if err := appendLine(); err != nil {
			failed++
			reports = append(reports, err.Error())
		}
	}
	if failed == 0 {
		t.Error("nothing has failed")
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(aside, dir); err != nil {
		t.Fatal(err)
	}
	if err := l.Flush(); err != nil {
		t.Errorf("it does not heal: %v (before: %v)", err, reports)
	}
	if err := appendLine(); err != nil {
		t.Error(err)
	}
	if err := l.Close(context.Background()); err != nil {
		t.Error(err)
	}
	total := 0
	entries, _ := filepath.Glob(filepath.Join(dir, "app*"))
	for _, name := range entries {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		total += strings.Count(string(b), string(line))
	}
	if total != 16 {
		t.Errorf("%d lines, want 16", total)
	}
}
