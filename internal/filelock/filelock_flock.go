//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package filelock

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// TryShared takes a shared lock, or turns the file's exclusive one into a
// shared one. It reports false if another holds an exclusive lock.
func TryShared(f *os.File) (bool, error) { return try(f, unix.LOCK_SH) }

// TryExclusive takes the exclusive lock, or turns the file's shared one into it.
// It reports false if another holds any lock.
func TryExclusive(f *os.File) (bool, error) { return try(f, unix.LOCK_EX) }

func try(f *os.File, how int) (bool, error) {
	for {
		err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, unix.EWOULDBLOCK):
			return false, nil
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, errors.ErrUnsupported), errors.Is(err, unix.ENOLCK):
			return true, nil // the file system has no locks
		}
		return false, &os.PathError{Op: "flock", Path: f.Name(), Err: err}
	}
}
