package logsource

// One file of the queue, while it is open: reading on in it, plain or compressed, and
// seeing that it was cut. A file is read with ReadAt, by a position that is kept here,
// since it may be read again from elsewhere: for the last lines, and to compare.

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"

	"github.com/spanlog/spanlog/internal/openshared"
)

// A file is one in the queue: the log, or one that was rotated away from it. Where it
// is compressed, pos and mark are of what it has decompressed.
type file struct {
	path   string   // at which it was opened, or is to be
	name   rotated  // if it was found by that
	opened *os.File // nil until its turn, if it could not be opened before
	info   fs.FileInfo
	until  time.Time // until when another process may write to it

	begun  bool   // it is known whether the file is compressed
	pos    int64  // how much of the content is read
	mark   []byte // what is before pos, or the beginning if nothing is read yet
	empty  bool   // there was nothing to read when it was opened
	gz     *gzip.Reader
	failed error // no more can be read
	over   bool  // no more is to be read
}

// markSize is how many bytes are kept to tell whether a file was cut. The size alone
// does not say so: it may have been cut and written again beyond that, between two
// looks. So many bytes of lines that have a time in them are hardly there twice.
const markSize = 64

// openFile opens a regular file.
func openFile(path string) (*file, error) {
	f, err := openshared.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		err = checkRegular(path, info)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	opened := &file{path: path, opened: f, info: info}
	opened.remember()
	return opened, nil
}

// remember notes how the file begins, for as long as nothing is read of it.
func (f *file) remember() {
	b := make([]byte, markSize)
	n, _ := f.opened.ReadAt(b, 0)
	f.mark, f.empty = trimNULs(b[:n]), n == 0
}

var errNotRegular = errors.New("is not a regular file")

// checkRegular returns an error for what cannot be read by position.
func checkRegular(path string, info fs.FileInfo) error {
	switch {
	case info.IsDir():
		return &fs.PathError{Op: "read", Path: path, Err: syscall.EISDIR}
	case !info.Mode().IsRegular():
		return &fs.PathError{Op: "read", Path: path, Err: errNotRegular}
	}
	return nil
}

// errMoved says that a number has gone to another file.
var errMoved = errors.New("is another file now")

// openRotated opens a rotated file, which may have been compressed since it was
// listed.
func openRotated(r rotated) (*file, error) {
	f, err := openFile(r.path)
	if errors.Is(err, fs.ErrNotExist) && !r.gz {
		f, err = openFile(r.plain + gzSuffix)
	}
	if err != nil {
		return nil, err
	}
	now := r
	now.info, now.gz = f.info, r.gz || f.path != r.path
	if !r.same(now) {
		f.close()
		return nil, &fs.PathError{Op: "open", Path: r.path, Err: errMoved}
	}
	f.name = r
	return f, nil
}

// open opens the file if that was not done before.
func (f *file) open() error {
	if f.opened != nil || f.over {
		return nil
	}
	now, err := openRotated(f.name)
	if err == nil {
		now.until = f.until
		*f = *now
	}
	return err
}

// close closes the file, if there is one and it is open.
func (f *file) close() {
	if f != nil && f.opened != nil {
		_ = f.opened.Close()
	}
}

// read reads what comes next. At the end, as it is now, it reads nothing. What was
// read is not passed until it is taken, so that the file can be looked at in between.
// What is damaged in a compressed file ends it; of a plain one, reading may be tried
// again.
func (f *file) read(b []byte) (n int, err error) {
	if f.over || f.failed != nil {
		return 0, f.failed
	}
	if err = f.begin(); err == nil {
		if f.gz != nil {
			n, err = f.gz.Read(b)
		} else {
			n, err = f.readPlain(b)
		}
	}
	switch {
	case err == io.EOF:
		err = nil
	case err != nil && f.gz != nil:
		f.failed = err
	}
	if n > 0 {
		err = nil // it comes again
	}
	return n, err
}

// readPlain reads up to the NULs at the end, which are room that the writer may
// still fill.
func (f *file) readPlain(b []byte) (int, error) {
	n, err := f.opened.ReadAt(b, f.pos)
	if text := len(trimNULs(b[:n])); text > 0 || n == 0 {
		return text, err
	}
	// If there is text behind them, NULs are content.
	end, err := f.textEnd(f.pos)
	return int(min(int64(n), end-f.pos)), err
}

// begin finds out whether the file is compressed. It may be empty still; then that is
// not known before there is something in it.
func (f *file) begin() error {
	if f.begun {
		return nil
	}
	var magic [len(gzipMagic)]byte
	n, err := f.opened.ReadAt(magic[:], 0)
	if n == 0 || err != nil && err != io.EOF {
		return err
	}
	f.begun = true
	if !isGzip(magic[:n]) {
		return nil
	}
	if f.gz, err = f.content(); err == nil {
		_, err = io.CopyN(io.Discard, f.gz, f.pos)
	}
	if err != nil {
		f.failed = err
	}
	return err
}

// take passes what was read.
func (f *file) take(b []byte) {
	if f.pos == 0 {
		f.mark = f.mark[:0]
	}
	f.pos += int64(len(b))
	if f.gz != nil {
		return
	}
	last := b[max(0, len(b)-markSize):]
	kept := f.mark[max(0, len(f.mark)+len(last)-markSize):]
	f.mark = append(f.mark[:copy(f.mark, kept)], last...)
}

// readFull fills the buffer, or reports that there is not as much.
func (f *file) readFull(b []byte) bool {
	for len(b) > 0 {
		n, _ := f.read(b)
		if n == 0 {
			return false
		}
		f.take(b[:n])
		b = b[n:]
	}
	return true
}

// startAt has the file read from an offset on.
func (f *file) startAt(pos int64) error {
	f.pos, f.begun, f.gz = pos, false, nil
	if err := f.begin(); err != nil || f.gz != nil || pos == 0 {
		return err
	}
	f.mark = make([]byte, min(pos, markSize))
	_, err := f.opened.ReadAt(f.mark, f.markAt())
	return err
}

// markAt is where the mark is in the file: before pos, or at the beginning.
func (f *file) markAt() int64 { return max(f.pos-int64(len(f.mark)), 0) }

// intact reports whether what was read is still in the file, or else the file was
// cut meanwhile.
func (f *file) intact() bool {
	if f.opened == nil || f.gz != nil {
		return true
	}
	if f.pos == 0 && f.empty {
		// It may have been filled, copied and cut.
		info, err := f.opened.Stat()
		return err != nil || info.Size() == 0 && info.ModTime().Equal(f.info.ModTime())
	}
	var is [markSize]byte
	n, err := f.opened.ReadAt(is[:len(f.mark)], f.markAt())
	return err != nil && err != io.EOF || bytes.Equal(is[:n], f.mark)
}
