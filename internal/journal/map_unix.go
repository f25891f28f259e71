//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package journal

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

const noFollow = unix.O_NOFOLLOW

var pageSize = os.Getpagesize()

// fileSystem tells whether the file is on a file system that other machines may
// have mounted; a variable so that tests can pretend.
var fileSystem = remote

// mapFile gives the empty file n bytes that its disk has room for, and maps it,
// shared: what is stored there outlives the process.
func mapFile(f *os.File, n int) ([]byte, error) {
	if name := fileSystem(f); name != "" {
		return nil, fmt.Errorf("%w: the file system is %s", ErrNoMap, name)
	}
	if err := allocate(f, int64(n)); err != nil {
		return nil, &os.PathError{Op: "allocate", Path: f.Name(), Err: err}
	}
	mem, err := unix.Mmap(int(f.Fd()), 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|mapPopulate)
	if err != nil {
		return nil, &os.PathError{Op: "mmap", Path: f.Name(), Err: err}
	}
	return mem, nil
}

func unmapFile(mem []byte) { _ = unix.Munmap(mem) }

// writeZeros gives the file n bytes by writing them. A hole would do for
// everything but a full disk: then the process that stores into it is killed.
func writeZeros(f *os.File, n int64) error {
	zeros := make([]byte, 64<<10)
	for off := int64(0); off < n; off += int64(len(zeros)) {
		if _, err := f.WriteAt(zeros[:min(int64(len(zeros)), n-off)], off); err != nil {
			return err
		}
	}
	return nil
}
