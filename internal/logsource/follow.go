package logsource

// Following: what has become of the path when the log is read to its end. There are
// three answers. It is the same file, and there is nothing new. It is another one, or
// none: the log was rotated, and what lies between comes first. It is the same and was
// cut: it is read from its beginning, after what was saved of it before.

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"
)

// settlePolls is for how many polls a file is read after it was found rotated:
// other processes may still write to it.
const settlePolls = 2

// relistPolls is how many polls there are from one look at the directory to the
// next while the log has nothing to read and seems to be the same.
const relistPolls = 10

// look sees what has become of the path, once the last file is read to its end. It
// is called with each poll, so it costs one stat(2) while nothing happens. An empty
// file at the path is not turned to at once: the program that rotates may have opened
// it, and still write to the old one.
func (s *Source) look() error {
	var last *file
	if len(s.files) > 0 {
		last = s.files[0]
	}
	there, err := os.Stat(s.path)
	if err == nil {
		err = checkRegular(s.path, there)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s.tell(s.path, err)
	}
	if err != nil {
		there = nil
	}
	if last != nil && os.SameFile(last.info, there) {
		s.seen = there
		return errWait
	}
	now := time.Now()
	if idle(there) && sameLook(there, s.seen) && now.Before(s.relist) {
		return errWait
	}
	s.relist = now.Add(relistPolls * s.opts.Poll)
	files, err := s.successors(last, true)
	if err != nil {
		return s.tell(s.path, err)
	}
	s.seen = there
	if len(files) == 0 {
		return errWait
	}
	s.told = ""
	if last == nil {
		s.lines.begin(0)
	}
	s.files = append(s.files, files...)
	settled := now.Add(settlePolls * s.opts.Poll)
	for _, f := range s.files[:len(s.files)-1] {
		f.until = settled
	}
	if s.unlisted != nil {
		return s.tell(s.path, s.unlisted)
	}
	return nil
}

// idle reports whether the log has nothing to read.
func idle(log fs.FileInfo) bool { return log == nil || log.Size() == 0 }

// sameLook reports whether nothing has changed since an earlier look.
func sameLook(now, before fs.FileInfo) bool {
	if now == nil || before == nil {
		return now == before
	}
	return os.SameFile(now, before) && now.ModTime().Equal(before.ModTime())
}

// restart reads a log that was cut from its beginning again. First comes what was
// moved out of it before that: the rest of what was read, if it was copied, and
// what was written and rotated since.
//
// The queue is the copy, or a file that is over and only stands for the line that was
// begun; the files that were rotated later; and the log again, with the file that is
// open already.
func (s *Source) restart() {
	cut := s.files[0]
	again := &file{path: cut.path, name: cut.name, opened: cut.opened, info: cut.info}
	if now, err := cut.opened.Stat(); err == nil {
		again.info = now
	}
	again.remember()

	var later []rotated
	s.files = retry(func() ([]*file, bool) {
		older, sure := s.olderThan(cut)
		later = s.known.without(older)
		if !sure { // it is deleted: what was rotated since is newer
			later = slices.DeleteFunc(later, func(r rotated) bool { return r.time.After(again.info.ModTime()) })
		}
		files := []*file{{path: cut.path, over: true}}
		i, copied := cut.continued(later)
		if copied != nil {
			files = []*file{copied}
		}
		if s.known.plain == nil { // there was no look before
			return files, true
		}
		more, opened := openAll(later[i+1:])
		return append(files, more...), sure && opened
	})
	if s.known.plain != nil {
		s.known.add(later)
	}
	s.files = append(s.files, again)
}

// maxCopies is how many of the newest files are tried as the copy of one that was
// cut.
const maxCopies = 3

// continued opens the copy of a file that was cut, where reading goes on. Without
// one, the result is nil. A copy is known by having, where reading had got to, what was
// read there last.
func (f *file) continued(list []rotated) (int, *file) {
	for i := len(list) - 1; i >= max(0, len(list)-maxCopies); i-- {
		if c := f.continuedIn(list[i]); c != nil {
			return i, c
		}
	}
	return -1, nil
}

// continuedIn opens a rotated file where reading goes on, if it is a copy.
func (f *file) continuedIn(r rotated) *file {
	c, err := openRotated(r)
	if err != nil {
		return nil
	}
	mark := make([]byte, len(f.mark))
	isCopy := len(mark) > 0 && c.startAt(f.markAt()) == nil && c.readFull(mark) && bytes.Equal(mark, f.mark)
	if isCopy && c.startAt(f.pos) == nil {
		return c
	}
	c.close()
	return nil
}
