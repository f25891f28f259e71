package logfile

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestRecover: what a dead process has left is in the log afterwards, once.
func TestRecover(t *testing.T) {
	needLocks(t)
	o := options(t)
	o.Delay = time.Hour // all of it is in the journal when the process dies
	tr := open(t, o)
	tr.add(slog.LevelInfo, 1, 20)
	if _, err := Recover(o.Path); !errors.Is(err, ErrInUse) {
		t.Errorf("while its owner is alive: %v", err)
	}
	if n := Left(o.Path); n != 0 {
		t.Errorf("while its owner is alive, %d records are left", n)
	}
	tr.crash()
	link := filepath.Join(t.TempDir(), "link.log")
	assert.NoError(t, os.Symlink(o.Path, link))
	for range 2 {
		if n := Left(link); n != 20 {
			t.Errorf("%d records are left, want 20", n)
		}
	}
	if n, err := Recover(link); n != 20 || err != nil {
		t.Errorf("got %d records, %v; want 20", n, err)
	}
	if n, err := Recover(link); n != 0 || !errors.Is(err, ErrNothing) {
		t.Errorf("the second time: got %d records, %v", n, err)
	}
	if n := Left(link); n != 0 {
		t.Errorf("afterwards, %d records are left", n)
	}
	got, err := os.ReadFile(o.Path)
	assert.NoError(t, err)
	if lines := countLines(got); lines != 20 {
		t.Errorf("the log has %d lines, want 20", lines)
	}
}

func countLines(b []byte) (n int) {
	for _, c := range b {
		if c == '\n' {
			n++
		}
	}
	return n
}

func TestRecoverNothing(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "app.log")
	assert.NoError(t, os.WriteFile(log, []byte("a line\n"), 0o600))
	if n, err := Recover(log); n != 0 || !errors.Is(err, ErrNothing) {
		t.Errorf("without a journal: %d, %v", n, err)
	}
	if n, err := Recover(filepath.Join(dir, "none", "app.log")); n != 0 || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without a directory: %d, %v", n, err)
	}
	assert.NoError(t, os.WriteFile(filepath.Join(dir, ".app.log.journal"), []byte("this is no journal"), 0o600))
	if n, err := Recover(log); n != 0 || err == nil {
		t.Errorf("with something else as a journal: %d, %v", n, err)
	}
	if got, err := os.ReadFile(log); err != nil || string(got) != "a line\n" {
		t.Errorf("the log has %q, %v", got, err)
	}
}
