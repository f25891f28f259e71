//go:build !unix

package logfile

import (
	"io/fs"
)

const (
	noFollow, noWait = 0, 0
)

// A status is what a file is at the moment. Without a journal, which file it is
// does not matter.
type status struct {
	device, inode uint64
	size          int64
	deleted       bool
}

// stat asks for the status.
func (o *output) stat() error {
	info, err := o.file.Stat()
	if err == nil {
		o.size = info.Size()
	}
	return err
}

func identity(fs.FileInfo) (device, inode uint64) { return 0, 0 }
