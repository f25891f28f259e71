//go:build unix

package stdio

import (
	"os"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spanlog/spanlog/internal/assert"
)

// A pipe's ends are files of the kind that a process gets: os.Pipe's would be
// non-blocking. The second file for the end that is written to belongs to the
// test.
type pipe struct {
	r, w *os.File
	mine *os.File
}

// newPipe returns a pipe, whose end to write to is made a file by open.
func newPipe(t testing.TB, open func(t testing.TB, fd int) *os.File) pipe {
	t.Helper()
	var fds [2]int
	syscall.ForkLock.RLock()
	err := unix.Pipe(fds[:])
	for _, fd := range fds {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	assert.NoError(t, err)
	return withMine(t, fds, open)
}

// withMine makes files of two descriptors, and one more of the second.
func withMine(t testing.TB, fds [2]int, open func(t testing.TB, fd int) *os.File) pipe {
	t.Helper()
	p := pipe{
		r:    os.NewFile(uintptr(fds[0]), "reader"),
		mine: dup(t, fds[1]), // now, while it is blocking
		w:    open(t, fds[1]),
	}
	t.Cleanup(p.close)
	return p
}

// newSocket returns a pair of sockets, which some parents have for a pipe.
func newSocket(t testing.TB) pipe {
	t.Helper()
	syscall.ForkLock.RLock()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	for _, fd := range fds {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	assert.NoError(t, err)
	return withMine(t, fds, blocking)
}

// osPipe returns os.Pipe's pipe.
func osPipe(t testing.TB) (p pipe) {
	t.Helper()
	var err error
	p.r, p.w, err = os.Pipe()
	assert.NoError(t, err)
	conn, err := p.w.SyscallConn() // not Fd, which would make it blocking
	assert.NoError(t, err)
	assert.NoError(t, conn.Control(func(fd uintptr) { p.mine = dup(t, int(fd)) }))
	t.Cleanup(p.close)
	return p
}

// dup returns another descriptor for the same open file.
func dup(t testing.TB, fd int) *os.File {
	t.Helper()
	syscall.ForkLock.RLock()
	fd, err := unix.Dup(fd)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	assert.NoError(t, err)
	return os.NewFile(uintptr(fd), "mine")
}

func (p pipe) close() {
	_ = p.r.Close()
	p.closeWriters()
}

func (p pipe) closeWriters() {
	_ = p.w.Close()
	_ = p.mine.Close()
}

// full reports whether the pipe has no room.
func (p pipe) full() bool { return full(p.mine) }

func full(f *os.File) bool {
	fds := []unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLOUT}}
	for {
		n, err := unix.Poll(fds, 0)
		if err != unix.EINTR {
			return n == 0
		}
	}
}

// setNonblock is what another process does to a stream. It changes the open file,
// so it is seen by all who have it.
func setNonblock(t testing.TB, f *os.File) {
	t.Helper()
	assert.NoError(t, unix.SetNonblock(int(f.Fd()), true))
}

// flags are those of the open file.
func flags(t testing.TB, f *os.File) int {
	t.Helper()
	n, err := unix.FcntlInt(f.Fd(), unix.F_GETFL, 0)
	assert.NoError(t, err)
	return n
}

// The ways a file comes to be, with and without Go's poller.
var kinds = []struct {
	name   string
	open   func(t testing.TB, fd int) *os.File
	poller bool
	blocks bool
}{
	{"blocking", blocking, false, true},
	{"made non-blocking by others", func(t testing.TB, fd int) *os.File {
		f := blocking(t, fd)
		setNonblock(t, f)
		return f
	}, false, false},
	{"non-blocking from the start", polled, true, false},
	{"non-blocking from the start, made blocking by others", func(t testing.TB, fd int) *os.File {
		f := polled(t, fd)
		assert.NoError(t, unix.SetNonblock(fd, false))
		return f
	}, true, true},
}

func blocking(_ testing.TB, fd int) *os.File { return os.NewFile(uintptr(fd), "writer") }

func polled(t testing.TB, fd int) *os.File {
	t.Helper()
	assert.NoError(t, unix.SetNonblock(fd, true))
	return os.NewFile(uintptr(fd), "writer")
}
