package logsource

// What comes after a file: the rotated files that are newer, in order, and the log. To
// know which are newer, the file that was read has to be found among those that are
// there now, under whatever name it has. See doc.go for what becomes of one that is
// gone.

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

const (
	// maxOpen is how many rotated files are opened before their turn.
	maxOpen = 500
	// maxTries is how often files are looked for that are moved meanwhile.
	maxTries = 50
)

// successors opens what comes after the last file that was read: rotated files, if
// they are wanted, and then the log. If that file is gone, or there was none, it
// is all that was not there at the look before.
//
// The log is opened before the rotated files are listed. What is newer than that is
// left to the next look: if the log is rotated in between, it is found in the list by
// its inode, and the list counts up to there.
func (s *Source) successors(last *file, wanted bool) (files []*file, err error) {
	listed := wanted || s.opts.Follow
	var log *file
	var older []rotated
	files = retry(func() ([]*file, bool) {
		log.close()
		if log, err = openFile(s.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, true
		}
		err = nil
		if path, err := filepath.EvalSymlinks(s.path); err == nil {
			s.log = path
		}
		var later []rotated
		sure := true
		if listed {
			older, sure = s.olderThan(log)
		}
		if wanted {
			later = s.laterThan(last, older)
		}
		files, opened := openAll(later)
		return files, sure && opened
	})
	if err != nil {
		return nil, err
	}
	if listed && s.unlisted == nil {
		s.known = knowing(older)
	}
	switch {
	case log == nil:
	case last != nil && (idle(log.info) || os.SameFile(log.info, last.info)):
		log.close() // there is nothing to read
	default:
		files = append(files, log)
	}
	return files, nil
}

// retry opens files until it is sure which they are, or has to give up because they
// are moved all the time.
func retry(try func() (files []*file, sure bool)) []*file {
	for n := 1; ; n++ {
		files, sure := try()
		if sure || n == maxTries {
			return files
		}
		closeAll(files)
	}
}

// olderThan lists the rotated files that are older than the log, and reports
// whether it is sure of that.
func (s *Source) olderThan(log *file) (older []rotated, sure bool) {
	list, err := listRotated(s.log)
	s.unlisted = err
	switch {
	case log == nil:
		return list.old(), !list.moved
	case log.isAt(s.path):
		return list.files, !list.moved
	}
	if i := s.find(list.files, log); i >= 0 {
		return list.files[:i], !list.moved
	}
	return list.old(), false
}

// laterThan are the files of a list that come after one that was read.
func (s *Source) laterThan(last *file, list []rotated) []rotated {
	if last != nil {
		if i := s.find(list, last); i >= 0 {
			return list[i+1:]
		}
	}
	return s.known.without(list)
}

// isAt reports whether the file is the one at path.
func (f *file) isAt(path string) bool {
	there, err := os.Stat(path)
	return err == nil && os.SameFile(f.info, there)
}

// openAll opens rotated files, as many as there may be open. It reports whether
// each is the one that was listed.
func openAll(list []rotated) (files []*file, sure bool) {
	sure = true
	for _, r := range list {
		f := &file{path: r.path, name: r} // to be opened when it is its turn
		if len(files) < maxOpen {
			switch opened, err := openRotated(r); {
			case err == nil:
				f = opened
			case errors.Is(err, errMoved), r.numbered && errors.Is(err, fs.ErrNotExist):
				sure = false
				continue
			case errors.Is(err, fs.ErrNotExist):
				continue // deleted
			}
		}
		files = append(files, f)
	}
	return files, sure
}

// find returns the place of a file that was read, or -1. One that has been
// compressed since is told by its content: compressed files that were known before need
// not be looked at for that.
func (s *Source) find(list []rotated, f *file) int {
	for i, r := range slices.Backward(list) {
		if f.name.path != "" && r.same(f.name) || os.SameFile(r.info, f.info) {
			return i
		}
	}
	for i, r := range slices.Backward(list) {
		if r.gz && !s.known.has(r) && f.holds(r) {
			return i
		}
	}
	return -1
}

// holds reports whether all that a compressed file has is in this one, too. Its
// last lines may be here only, if they were written after it was compressed.
func (f *file) holds(r rotated) bool {
	c, err := openRotated(r)
	if err != nil {
		return false
	}
	defer c.close()
	content, err := c.content()
	if err != nil || f.opened == nil {
		return false
	}
	b, own := make([]byte, 64<<10), make([]byte, 64<<10)
	for at := int64(0); ; {
		n, err := io.ReadFull(content, b)
		m, _ := f.opened.ReadAt(own[:n], at)
		if !bytes.Equal(b[:n], own[:m]) {
			return false
		}
		at += int64(n)
		if err != nil {
			return at > 0 && (err == io.EOF || err == io.ErrUnexpectedEOF)
		}
	}
}
