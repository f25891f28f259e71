package stdio

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestSync: what Sync says for real files, and whether that is an error.
func TestSync(t *testing.T) {
	open := func(path string, flags int) *os.File {
		f, err := os.OpenFile(path, flags, 0)
		assert.NoError(t, err)
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	fifo := filepath.Join(t.TempDir(), "fifo")
	assert.NoError(t, unix.Mkfifo(fifo, 0o600))
	p, term := newPipe(t, blocking), newTerminal(t, blocking)
	for _, test := range []struct {
		name       string
		file       *os.File
		err        error
		unsyncable bool
	}{
		{"a pipe", p.w, unix.EINVAL, true},
		{"a pipe's other end", p.r, unix.EINVAL, true},
		{"a pipe with a poller", polledPipe(t).w, unix.EINVAL, true},
		{"a named pipe", open(fifo, os.O_RDWR), unix.EINVAL, true},
		{"a terminal", term.w, unix.EINVAL, true},
		{"a terminal's other end", term.r, unix.EINVAL, true},
		{"a socket", newSocket(t).w, unix.EINVAL, true},
		{"a network socket", network(t), unix.EINVAL, true},
		{"/dev/null", open(os.DevNull, os.O_WRONLY), unix.EINVAL, true},
		{"/dev/full", open("/dev/full", os.O_WRONLY), unix.EINVAL, true},
		{"a file", create(t), nil, false},
		{"a directory", open(t.TempDir(), os.O_RDONLY), nil, false},
		{"a descriptor that is none of a file", open(t.TempDir(), unix.O_PATH), unix.EBADF, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := test.file.Sync()
			if !errors.Is(err, test.err) || test.err == nil && err != nil {
				t.Errorf("Sync says %v", err)
			}
			if got := Unsyncable(err); got != test.unsyncable {
				t.Errorf("%v: got %v", err, got)
			}
		})
	}
}

// TestUnsyncableErrors: what other systems and broken disks say.
func TestUnsyncableErrors(t *testing.T) {
	for no, want := range map[syscall.Errno]bool{
		unix.EINVAL: true, unix.ENOTTY: true, unix.EOPNOTSUPP: true,
		unix.EBADF: false, unix.EROFS: false, unix.EIO: false, unix.ENOSPC: false, unix.EDQUOT: false, unix.EINTR: false,
	} {
		if err := (&fs.PathError{Op: "sync", Path: "/dev/stdout", Err: no}); Unsyncable(err) != want {
			t.Errorf("%v: got %v", err, !want)
		}
	}
}

// network returns an end of a connection.
func network(t *testing.T) *os.File {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	assert.NoError(t, err)
	defer l.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	assert.NoError(t, err)
	defer conn.Close()
	f, err := conn.(*net.TCPConn).File()
	assert.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return f
}
