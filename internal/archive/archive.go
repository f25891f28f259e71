// Package archive keeps the rotated files of a log: their names and their order,
// when the clock asks for a rotation, compression and retention.
//
// It knows nothing of records, nor of the open log. Its caller moves the log
// aside with [Archive.MoveAside], and has a goroutine tend what lies aside with
// [Archive.Tend]. A rotated file bears the log's name and a time:
//
//	app.log                                   the log
//	app-20261125T032606.123456Z.log           rotated
//	app-20261125T032606.123456Z.log.gz        compressed
//	.app-20261125T032606.123456Z.log.gz.tmp   being compressed
//
// Regular files with exactly such names are ours. Everything else in the
// directory is somebody else's, and nothing here writes to it, replaces it or
// removes it.
package archive

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Archive names and keeps the rotated files of the log at Path, in the log's
// directory. It has no state but what is on disk, so its methods may be called
// at any time, and after a restart everything is as it was before.
//
// One process at a time may call MoveAside and Tend for a log; who that is, the
// caller has to settle. Any number of processes may write to the log, each
// holding a shared lock on the file that it has open.
type Archive struct {
	// Path is the log. It must be absolute, and must not be a symbolic link.
	Path string
	// MaxFiles is how many rotated files are kept. By default, all.
	MaxFiles int
	// MaxAge is how long ago the last write to a rotated file may be. By
	// default, any time.
	MaxAge time.Duration
	// MaxTotal is how many bytes the rotated files may have together with the
	// log itself. By default, any number.
	MaxTotal int64
	// Compress has rotated files compressed with gzip, but for the newest.
	Compress bool
}

// File is a rotated file.
type File struct {
	Path string
	// Time is the one in the name. It orders the files. It is about when the
	// file was moved aside, but later if the clock was behind that of the file
	// before.
	Time       time.Time
	Size       int64
	ModTime    time.Time
	Compressed bool
}

// Files returns the rotated files, oldest first. If a file is there both plain
// and compressed, because compression was interrupted, it is listed twice: plain
// and then compressed.
func (a *Archive) Files() ([]File, error) {
	files, _, err := a.list()
	return files, err
}

// list returns the rotated files in order, and the paths of temporary files.
func (a *Archive) list() (files []File, temps []string, err error) {
	n, err := a.naming()
	if err != nil {
		return nil, nil, err
	}
	entries, err := os.ReadDir(n.dir)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		t, kind := n.parse(e.Name())
		if kind == foreign {
			continue
		}
		info, err := e.Info()
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue // deleted since the directory was read
		case err != nil:
			return nil, nil, err
		case !info.Mode().IsRegular():
			continue
		}
		path := filepath.Join(n.dir, e.Name())
		if kind == temporary {
			temps = append(temps, path)
			continue
		}
		files = append(files, File{
			Path: path, Time: t, Size: info.Size(), ModTime: info.ModTime(), Compressed: kind == compressed,
		})
	}
	slices.SortFunc(files, func(f, g File) int {
		return cmp.Or(f.Time.Compare(g.Time), cmp.Compare(f.Path, g.Path))
	})
	return files, temps, nil
}
