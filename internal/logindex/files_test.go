package logindex

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/logquery"
)

// numbered are records of traces 1 to n.
func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(recordOf(i, i+1, "INFO", fmt.Sprint("record ", i+1)) + "\n")
	}
	return b.String()
}

// TestFilesThatChange has what becomes of a log after it was indexed. Each of its traces is
// then there or gone, and never another one.
func TestFilesThatChange(t *testing.T) {
	const n = 50
	text := numbered(n)
	for _, test := range []struct {
		name   string
		files  map[string]string // in the beginning; "" is app.log
		change func(dir string) error
		forget bool // files are not open any more
		gone   bool
	}{
		{"nothing", nil, func(string) error { return nil }, false, false},
		{"renamed", nil, func(dir string) error { return os.Rename(dir+"/app.log", dir+"/app.log.1") }, false, false},
		{"renamed, and closed", nil, func(dir string) error { return os.Rename(dir+"/app.log", dir+"/app.log.1") }, true, false},
		{"renamed to something else, and closed", nil, func(dir string) error { return os.Rename(dir+"/app.log", dir+"/other") }, true, true},
		{"compressed, and closed", nil, func(dir string) error {
			return replace(dir+"/app.log", dir+"/app.log.2.gz", gzipped(text))
		}, true, false},
		{"deleted", nil, func(dir string) error { return os.Remove(dir + "/app.log") }, false, false},
		{"deleted, and closed", nil, func(dir string) error { return os.Remove(dir + "/app.log") }, true, true},
		{"cut", nil, func(dir string) error { return os.Truncate(dir+"/app.log", 0) }, false, true},
		{"copied and cut", nil, func(dir string) error {
			if err := os.WriteFile(dir+"/app.log.1", []byte(text), 0o600); err != nil {
				return err
			}
			return os.Truncate(dir+"/app.log", 0)
		}, false, false},
		{"written over", nil, func(dir string) error {
			return os.WriteFile(dir+"/app.log", bytes.ReplaceAll([]byte(text), []byte("record"), []byte("RECORD")), 0o600)
		}, false, true},
		{"another one at its place, and closed", nil, func(dir string) error {
			if err := os.Rename(dir+"/app.log", dir+"/app.log-20261122"); err != nil {
				return err
			}
			return os.WriteFile(dir+"/app.log", []byte(numbered(3)), 0o600)
		}, true, false},
	} {
		dir := t.TempDir()
		path := put(t, dir, "app.log", text)
		x := open(t, Options{blockSize: 1000, TempDir: dir}, path)
		assert.NoError(t, test.change(dir))
		if test.forget {
			x.files.close()
			x.files.closed = false
		}
		for i := range n {
			got, err := x.Trace(context.Background(), traceID(i+1))
			assert.NoError(t, err)
			switch {
			case test.gone:
				if len(got.Lines) > 0 || len(got.Gone) != 1 || got.Gone[0].File != path {
					t.Errorf("%s: trace %d has %d lines, and is gone: %+v", test.name, i+1, len(got.Lines), got.Gone)
				}
			case len(got.Lines) != 1 || !bytes.Contains(got.Lines[0].Text, fmt.Appendf(nil, "record %d\"", i+1)):
				t.Errorf("%s: trace %d is %q, gone: %+v", test.name, i+1, shownAll(got.Lines), got.Gone)
			}
		}
		assert.NoError(t, x.Close())
	}
}

func replace(from, to string, b []byte) error {
	if err := os.Remove(from); err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o600)
}

// TestCompressed reads a compressed file in any order, with room for what it has and
// without. Where a line begins is told for what was compressed.
func TestCompressed(t *testing.T) {
	text := numbered(5000)
	for _, room := range []int64{1 << 20, 2 << 20, -1} {
		dir := t.TempDir()
		assert.NoError(t, os.WriteFile(filepath.Join(dir, "app.log.1.gz"), gzipped(text), 0o600))
		assert.NoError(t, os.WriteFile(filepath.Join(dir, "app.log.2.gz"), gzipped(text), 0o600))
		path := put(t, dir, "app.log", "")
		x := open(t, Options{Rotated: true, TempDir: dir, tempSize: room, blockSize: 10000}, path)
		for _, n := range []int{4999, 0, 2500, 2501, 2499, 4000, 1} {
			got, err := x.Trace(context.Background(), traceID(n+1))
			assert.NoError(t, err)
			if len(got.Lines) != 2 || len(got.Gone) > 0 {
				t.Fatalf("room for %d: trace %d has %d lines", room, n+1, len(got.Lines))
			}
			for _, l := range got.Lines {
				if !strings.HasPrefix(text[l.Offset:], string(l.Text)+"\n") {
					t.Errorf("room for %d: trace %d is not at %d", room, n+1, l.Offset)
				}
			}
		}
		if x.files.used > max(room, 0) {
			t.Errorf("room for %d: %d are used", room, x.files.used)
		}
		left, err := filepath.Glob(filepath.Join(dir, "spanlog-*"))
		assert.NoError(t, err)
		if len(left) > 0 {
			t.Errorf("temporary files: %q", left)
		}
		assert.NoError(t, x.Close())
		assert.Equal(t, "used once closed", x.files.used, 0)
	}
}

// TestOpenErrors has what cannot be indexed. The errors name the file.
func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{filepath.Join(dir, "none.log"), dir, "-", os.DevNull} {
		x, err := Open([]string{put(t, dir, "app.log", ""), path}, Options{})
		if err == nil {
			_ = x.Close()
			t.Fatalf("%s: no error", path)
		}
		if !strings.Contains(err.Error(), path) {
			t.Errorf("%s: the error is %v", path, err)
		}
	}
}

// TestDamaged has a compressed file that ends too early: what it has is there, and the error
// names it.
func TestDamaged(t *testing.T) {
	dir := t.TempDir()
	b := gzipped(numbered(2000))
	assert.NoError(t, os.WriteFile(filepath.Join(dir, "app.log.1.gz"), b[:len(b)/2], 0o600))
	x := open(t, Options{Rotated: true, TempDir: dir, blockSize: 5000}, put(t, dir, "app.log", ""))
	s := x.Stats()
	if len(s.Errors) != 1 || !strings.Contains(s.Errors[0].Error(), "app.log.1.gz") {
		t.Errorf("errors: %v", s.Errors)
	}
	if s.Lines == 0 {
		t.Error("nothing is read")
	}
	for _, newest := range []bool{false, true} {
		assert.Equal(t, "lines", int64(len(pages(t, x, new(logquery.Query), newest, 100))), s.Lines)
	}
}
