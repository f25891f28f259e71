//go:build unix

package stdio

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// unsyncable is what fsync says for the wrong kind of file. Linux and the BSDs say
// EINVAL. macOS says ENOTTY for a terminal, since Sync is a fcntl there that ends
// as an ioctl, and file systems without that fcntl have their own of these.
var unsyncable = []error{unix.EINVAL, unix.ENOTTY, unix.ENOTSUP, unix.EOPNOTSUPP}

// Writer returns a writer of whole lines to f, which may be a standard stream.
//
// A Write ends when all of p is written or f has failed, as it does for a blocking
// stream: while f has no room it waits, whether f is blocking or not, was so from
// the start or became so. A broken pipe is the error EPIPE. Nothing that goes
// through f itself or through another Writer on f comes between the bytes of a
// Write. Errors are those of f.Write, of type *fs.PathError.
//
// The file remains the caller's. Writer does not close it nor change its flags,
// though it clears a read deadline, if there is one. A Write that waits while f is
// closed or its write deadline passes ends as f.Write would: at once if f has Go's
// poller, which it has if it was non-blocking when it was opened; else when there
// is room.
func Writer(f *os.File) io.Writer {
	conn, err := f.SyscallConn()
	if err != nil {
		return f // it is nil, and its Write says so
	}
	w := &writer{file: f, conn: conn}
	w.put = w.putRest
	// There is no question to ask about the poller that has no effect. This is the
	// one whose effect is none for a file that nobody reads.
	w.hasPoller = f.SetReadDeadline(time.Time{}) == nil
	return w
}

// A writer goes around os.File.Write, by its RawConn. That has the same lock, so
// lines are whole beside what else goes to the file, and it keeps the descriptor
// from being closed and used for another file in the middle of a line.
type writer struct {
	file *os.File
	conn syscall.RawConn
	// put is the method putRest. As a method value made for each Write it would be
	// an allocation.
	put       func(fd uintptr) bool
	hasPoller bool

	mu   sync.Mutex
	rest []byte // what is still to be written of the line
	err  error  // why it cannot be
}

// maxWrite is how much is written at once: macOS and FreeBSD refuse 2 GiB.
const maxWrite = 1 << 30

func (w *writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest, w.err = p, nil
	err := w.conn.Write(w.put)
	n := len(p) - len(w.rest)
	w.rest = nil // it is the caller's
	if err != nil {
		err = w.connErr(err)
	} else {
		err = w.err
	}
	if err != nil {
		err = &fs.PathError{Op: "write", Path: w.file.Name(), Err: err}
	}
	return n, err
}

// connErr is what os.File would say instead of a RawConn's error. The one for a
// closed file is not os.ErrClosed, nor any that can be compared with, so the file is
// asked.
func (w *writer) connErr(err error) error {
	if _, closed := w.file.Stat(); errors.Is(closed, os.ErrClosed) {
		return os.ErrClosed
	}
	return err
}

// putRest writes the rest of the line. It reports false if it has to be called
// again when there is room: the poller sees to that. Without one it waits itself,
// since the RawConn's lock would be lost with an error, and the line could be torn.
func (w *writer) putRest(fd uintptr) bool {
	for full := 0; len(w.rest) > 0; {
		n, err := syscall.Write(int(fd), w.rest[:min(len(w.rest), maxWrite)])
		switch {
		case n > 0:
			w.rest = w.rest[n:]
			full = 0
		case err == unix.EINTR:
		case err == unix.EAGAIN && w.hasPoller:
			return false
		case err == unix.EAGAIN:
			awaitRoom(fd, full)
			full++
		case err == nil:
			w.err = io.ErrUnexpectedEOF // as os.File says
			return true
		default:
			w.err = err
			return true
		}
	}
	return true
}

// awaitRoom waits until fd takes bytes or has failed, whereupon the next write says
// how. That write may also find no room: some terminals cannot be polled on macOS,
// and a terminal with room for one byte has none for a line's end, which it writes
// as two. Such a wait is not to keep a processor busy, so awaitRoom pauses after
// the first of the waits before it that were in vain.
func awaitRoom(fd uintptr, inVain int) {
	time.Sleep(time.Duration(min(inVain, 10)) * time.Millisecond)
	fds := [1]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
	for {
		if _, err := unix.Poll(fds[:], -1); err != unix.EINTR {
			return
		}
	}
}
