//go:build unix

package archive

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

const (
	// openSafely has a link refused, and a pipe not waited for, that has taken
	// the place of a file of ours since we looked.
	openSafely = syscall.O_NOFOLLOW | syscall.O_NONBLOCK
	// unlinkOpen reports whether a file may be deleted while it is open.
	unlinkOpen = true
)

// SyncDir makes what has been renamed, made and deleted in a directory survive
// a loss of power. On file systems that have no such thing, it does nothing.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, d.Close())
}

// TakeOwner gives f the permissions of another file, and its owner and group as
// far as we may. If f has a group of its own, it gives that group nothing: what
// the other file's group may do was not meant for this one.
func TakeOwner(f *os.File, of fs.FileInfo) error {
	perm := of.Mode().Perm()
	if want, ok := of.Sys().(*syscall.Stat_t); ok {
		if f.Chown(int(want.Uid), int(want.Gid)) != nil {
			_ = f.Chown(-1, int(want.Gid)) // whether it worked, we see next
		}
		info, err := f.Stat()
		if err != nil {
			return err
		}
		if have, ok := info.Sys().(*syscall.Stat_t); !ok || have.Gid != want.Gid {
			perm &^= 0o070
		}
	}
	return f.Chmod(perm)
}
