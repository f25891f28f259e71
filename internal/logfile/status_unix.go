//go:build unix

package logfile

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	noFollow = unix.O_NOFOLLOW
	noWait   = unix.O_NONBLOCK // for somebody to read the pipe: it is an error that nobody does
)

// A status is what a file is at the moment: others may change all of it at any
// time, so it is asked for anew before each write. That is one fstat(2) for many
// records.
type status struct {
	device, inode uint64
	size          int64
	deleted       bool // it has no name any more

	raw unix.Stat_t // here, so that asking does not allocate
}

// stat asks for the status.
func (o *output) stat() error {
	s := &o.status
	for {
		err := unix.Fstat(int(o.file.Fd()), &s.raw)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return &os.PathError{Op: "stat", Path: o.file.Name(), Err: err}
		}
		break
	}
	s.device, s.inode = uint64(s.raw.Dev), uint64(s.raw.Ino)
	s.size, s.deleted = s.raw.Size, s.raw.Nlink == 0
	return nil
}

// identity is a file's device and inode.
func identity(info fs.FileInfo) (device, inode uint64) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0
	}
	return uint64(st.Dev), uint64(st.Ino)
}
