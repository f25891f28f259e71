package logfile

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spanlog/spanlog/internal/assert"
)

// smallDisk mounts a file system of its own, which is soon full. The options are
// those of tmpfs, such as "size=256k". It returns the options of a log there.
func smallDisk(t *testing.T, mount string) Options {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, mount); err != nil {
		t.Skip("a small disk cannot be mounted, which takes root: ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v: is a file left open?", err)
			_ = syscall.Unmount(dir, syscall.MNT_DETACH)
		}
	})
	o := options(t)
	o.Path = filepath.Join(dir, "app.log")
	return o
}

// occupy fills the disk of a log to the last byte, but for keep bytes. What it
// returns makes room again.
func occupy(t *testing.T, o Options, keep int64) (free func()) {
	t.Helper()
	path := filepath.Join(filepath.Dir(o.Path), "ballast")
	f, err := os.Create(path)
	assert.NoError(t, err)
	defer f.Close()
	var size int64
	for b := make([]byte, 1<<16); len(b) > 0; {
		n, err := f.Write(b)
		size += int64(n)
		if errors.Is(err, unix.ENOSPC) {
			b = b[:len(b)/2]
		} else {
			assert.NoError(t, err)
		}
	}
	assert.NoError(t, f.Truncate(size-keep))
	return func() {
		t.Helper()
		assert.NoError(t, os.Remove(path))
	}
}

// immutable is FS_IMMUTABLE_FL of linux/fs.h: what chattr +i sets.
const immutable = 0x10

// freeze makes a directory such that nothing in it can be made, renamed or
// deleted, not even by root, while files that are there can be written. What it
// returns makes it normal again; so does the end of the test.
func freeze(t *testing.T, dir string) (thaw func()) {
	t.Helper()
	set := func(change func(flags uint32) uint32) error {
		d, err := os.Open(dir)
		if err != nil {
			return err
		}
		defer d.Close()
		flags, err := unix.IoctlGetUint32(int(d.Fd()), unix.FS_IOC_GETFLAGS)
		if err != nil {
			return err
		}
		return unix.IoctlSetPointerInt(int(d.Fd()), unix.FS_IOC_SETFLAGS, int(change(flags)))
	}
	if os.Getuid() != 0 {
		assert.NoError(t, os.Chmod(dir, 0o555))
		thaw = func() { _ = os.Chmod(dir, 0o755) }
	} else {
		if err := set(func(flags uint32) uint32 { return flags | immutable }); err != nil {
			t.Skip("a directory cannot be made immutable here: ", err)
		}
		thaw = func() { _ = set(func(flags uint32) uint32 { return flags &^ immutable }) }
	}
	t.Cleanup(thaw)
	if f, err := os.Create(filepath.Join(dir, "attempt")); err == nil {
		f.Close()
		t.Skip("a directory cannot be made read-only here")
	}
	return thaw
}
