//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package journal

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestRefused has something else at the path than a file. It is refused, and left
// as it is.
func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(path string) error
		mode fs.FileMode
	}{
		{"a directory", func(path string) error { return os.Mkdir(path, 0o700) }, fs.ModeDir},
		// Opening one for reading or writing alone would wait for the other side.
		{"a named pipe", func(path string) error { return unix.Mkfifo(path, 0o600) }, fs.ModeNamedPipe},
		{"a link to a file", func(path string) error { return os.Symlink("target", path) }, fs.ModeSymlink},
		{"a link to nothing", func(path string) error { return os.Symlink("missing", path) }, fs.ModeSymlink},
		{"a link to a directory", func(path string) error { return os.Symlink(".", path) }, fs.ModeSymlink},
		{"a link to itself", func(path string) error { return os.Symlink(path, path) }, fs.ModeSymlink},
		{"a link to a device", func(path string) error { return os.Symlink(os.DevNull, path) }, fs.ModeSymlink},
	} {
		dir := t.TempDir()
		path, target := filepath.Join(dir, "journal"), filepath.Join(dir, "target")
		assert.NoError(t, os.WriteFile(target, []byte("somebody else's"), 0o600))
		assert.NoError(t, tt.make(path))
		j, err := Acquire(path)
		if err == nil {
			drop(j)
			t.Errorf("%s is acquired", tt.name)
			continue
		}
		if !strings.Contains(err.Error(), path) {
			t.Errorf("%s: the error does not name it: %v", tt.name, err)
		}
		if n, err := Left(path); n != 0 || err == nil {
			t.Errorf("%s: %d records are left, %v", tt.name, n, err)
		}
		if info, err := os.Lstat(path); err != nil || info.Mode().Type() != tt.mode {
			t.Errorf("%s is not there any more: %v", tt.name, err)
		}
		b, err := os.ReadFile(target)
		assert.NoError(t, err)
		assert.Equal(t, tt.name+": another file", string(b), "somebody else's")
		if _, err := os.Lstat(filepath.Join(dir, "missing")); err == nil {
			t.Errorf("%s: its target was made", tt.name)
		}
	}
}

func TestDeviceRefused(t *testing.T) {
	j, err := Acquire(os.DevNull)
	if err == nil {
		drop(j)
		t.Fatal("a device is acquired")
	}
	if !strings.Contains(err.Error(), os.DevNull) {
		t.Errorf("the error does not name it: %v", err)
	}
}
