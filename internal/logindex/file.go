package logindex

// Files: where a block is read again. The index has of a file what it needs to find it under
// whatever name it has by then, and to know that it is the one: a block's checksum. Inodes
// would not do, as they are others once a file is copied or compressed, and used again once
// it is deleted.

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"
)

// A file is one that lines came from. Where it is may change. Its blocks share it, and so
// does who reads them.
type file struct {
	firstPath  string // at which it was opened when its first line came
	log        string // the path of its log
	firstBlock int    // the number of the first block that is of it

	// turn is of who looks for the file, and guards missed. It is a channel because one has to
	// be able to give up waiting for it.
	turn   chan struct{}
	missed time.Time // when it was last not found

	path atomic.Pointer[string] // where it was last opened
}

func newFile(path, log string, block int) *file {
	f := &file{firstPath: path, log: log, firstBlock: block, turn: make(chan struct{}, 1)}
	f.path.Store(&path)
	return f
}

// patience is for how long a file that was not found is not looked for again. A search goes
// from block to block, and without that would look for a deleted file once for each.
const patience = time.Second

var errGone = errors.New("the file is gone, or has something else")

// read reads a block of a view into buf, which is made larger if need be. If what was
// indexed is not there any more, the error is errGone. What it returns without an error is
// what was indexed, byte by byte but for line ends.
//
// Mostly the file is open. If not, or if it has something else by now, one question looks for
// it where it may be; others that need it meanwhile wait, and find it open.
func (x *Index) read(ctx context.Context, v *view, b *block, buf []byte) ([]byte, error) {
	buf = slices.Grow(buf[:0], int(b.size))[:b.size]
	err := x.files.read(ctx, b, buf)
	switch {
	case err == nil:
		return buf, nil
	case ctx.Err() != nil: // whatever else was wrong
		return nil, ctx.Err()
	case x.closed.Load():
		return nil, err
	}
	f := b.file
	select {
	case f.turn <- struct{}{}:
		defer func() { <-f.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if x.files.read(ctx, b, buf) == nil {
		return buf, nil // somebody has found it meanwhile
	}
	if time.Since(f.missed) < patience {
		return nil, errGone
	}
	for _, path := range candidates(*f.path.Load(), f.log) {
		c, err := x.files.try(ctx, path, v.block(f.firstBlock), b, buf)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil {
			f.path.Store(&path)
			x.files.put(f, c)
			return buf, nil
		}
	}
	f.missed = time.Now()
	return nil, errGone
}

// candidates are the paths where a file may be, the most likely ones first: the last one, the
// log's, and what is beside the log and looks like one that was rotated away. A path may be
// among them twice.
func candidates(last, log string) []string {
	paths := []string{last, log}
	if resolved, err := filepath.EvalSymlinks(log); err == nil {
		log = resolved
	}
	entries, _ := os.ReadDir(filepath.Dir(log))
	// Names with later times and lower numbers come last, and are looked at first.
	for _, e := range slices.Backward(entries) {
		if looksRotated(filepath.Base(log), e.Name()) {
			paths = append(paths, filepath.Join(filepath.Dir(log), e.Name()))
		}
	}
	return paths
}

// looksRotated reports whether a name may be that of a rotated file: the log's own, with or
// without its extension, then a dot or a hyphen and a digit. It takes more names than package
// logsource knows; what is read decides.
func looksRotated(base, name string) bool {
	ext := filepath.Ext(base)
	stem := base[:len(base)-len(ext)]
	for _, front := range []string{base, stem} {
		n := len(front)
		if len(name) > n+1 && name[:n] == front && (name[n] == '.' || name[n] == '-') && name[n+1]-'0' <= 9 { // what is below '0' wraps around
			return true
		}
	}
	return false
}

// checkRegular reports whether a file can be read at any place.
func checkRegular(f *os.File) error {
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "read", Path: f.Name(), Err: errNotRegular}
	}
	return err
}
