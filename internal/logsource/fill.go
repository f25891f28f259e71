package logsource

// Filling the buffer: from a stream, or from the first file of the queue, which is
// left when it is read and nobody writes to it any more. What is not a whole line
// then is given as torn before the next file begins, since the next file's first
// line is not the rest of it.

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
)

// begin opens what there is: the files that are to be read, before any is read, so
// that a rotation from now on changes nothing for them.
func (s *Source) begin() error {
	files, err := s.successors(nil, s.opts.Rotated)
	if err == nil && s.opts.Rotated && s.unlisted != nil {
		closeAll(files)
		return s.unlisted
	}
	if err == nil && len(files) == 0 && !s.opts.Follow {
		var f *file
		f, err = openFile(s.path)
		files = append(files, f)
	}
	if err != nil {
		return err
	}
	s.files = files
	if s.opts.Tail != 0 {
		s.tail(max(s.opts.Tail, 0))
	}
	if len(s.files) > 0 {
		s.lines.begin(s.files[0].pos)
	}
	return nil
}

// tail leaves the last n lines. A file that cannot be read is left too, and says so
// when it is its turn. It goes back from the newest file, as far as it has to.
func (s *Source) tail(n int) {
	for i := len(s.files) - 1; i >= 0; i-- {
		f := s.files[i]
		if f.open() != nil {
			continue
		}
		offset, lines, err := f.tail(n)
		if err != nil || f.startAt(offset) != nil {
			continue
		}
		if n -= lines; n == 0 {
			s.drop(i)
			return
		}
	}
}

// fill reads more. The error is errWait if there is nothing more for now.
func (s *Source) fill() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed.Load():
		return os.ErrClosed
	case s.stream != nil:
		return s.fillFromStream()
	case len(s.files) > 0:
		return s.fillFromFile()
	case s.opts.Follow:
		return s.look()
	}
	return io.EOF
}

// fillFromStream takes what the stream's goroutine has read, if it has.
func (s *Source) fillFromStream() error {
	n, err := s.stream.read(s.lines.space())
	s.lines.add(n)
	switch {
	case err == nil, err == errWait:
		return err
	case s.lines.finish():
		return nil // it is given first
	case err == io.EOF:
		return err
	}
	s.stream.next.err = io.EOF
	return &FileError{s.path, err}
}

// fillFromFile reads on in the first file. The order of the cases matters: a file
// that was cut is seen before what was read of it just now is taken, because that
// can be of another content at the same place. At its end the last file is stayed
// with, and one that was rotated is given time for those who still write to it;
// only then its last line counts as it is.
func (s *Source) fillFromFile() error {
	f, last := s.files[0], len(s.files) == 1
	b, n, err := s.lines.space(), 0, f.open()
	if err == nil {
		n, err = f.read(b)
	}
	switch {
	case last && !f.intact():
		s.restart()
		return nil
	case n > 0:
		f.take(b[:n])
		s.lines.add(n)
		return nil
	case last && s.opts.Follow && f.failed == nil:
		return s.stay(f, err)
	case err == nil && s.opts.Follow && time.Now().Before(f.until):
		return errWait
	case s.lines.finish():
		return nil // it is given first
	}
	if last && s.opts.Follow {
		f.failed, f.over = nil, true
	} else {
		s.advance()
	}
	if err == nil || errors.Is(err, fs.ErrNotExist) { // deleted before its turn
		return nil
	}
	return &FileError{f.path, err}
}

// stay is at the end of the last file, or where it cannot be read for now.
func (s *Source) stay(f *file, err error) error {
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		if err := s.tell(f.path, err); err != errWait {
			return err
		}
	}
	return s.look()
}

// advance turns to the next file.
func (s *Source) advance() {
	s.drop(1)
	if len(s.files) > 0 {
		s.lines.begin(s.files[0].pos)
	}
}

// drop closes the first n files, and forgets them with their buffers.
func (s *Source) drop(n int) {
	closeAll(s.files[:n])
	clear(s.files[:n])
	s.files = s.files[n:]
}

// tell returns an error once. The next time, one waits for it to go away.
func (s *Source) tell(path string, err error) error {
	e := &FileError{path, err}
	if e.Error() == s.told {
		return errWait
	}
	s.told = e.Error()
	return e
}

// closeAll closes files, some of which may not be open.
func closeAll(files []*file) {
	for _, f := range files {
		f.close()
	}
}
