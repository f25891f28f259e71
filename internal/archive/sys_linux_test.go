package archive

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/spanlog/spanlog/internal/assert"
)

// onThread runs do on a thread of its own that prepare has changed, and that ends
// with it. A prepare that fails means that we may not: the test is skipped.
func onThread(t *testing.T, prepare func() error, do func()) {
	t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlock it
		err := prepare()
		if err == nil {
			do()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Skip(err)
	}
}

// nobody is the user of a thread that may do nothing that root may.
const nobody = 65534

func asNobody() error {
	if os.Getuid() != 0 {
		return errors.New("needs root")
	}
	_, err := unix.SetfsuidRetUid(nobody)
	return err
}

// openUp lets others into the directory of the test, which is private as made.
func openUp(t *testing.T, a *Archive) (dir string) {
	t.Helper()
	dir = filepath.Dir(a.Path)
	if err := errors.Join(os.Chmod(filepath.Dir(dir), 0o755), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestReadOnlyDirectory: where nothing may be renamed or deleted, all stays, and
// errors say so.
func TestReadOnlyDirectory(t *testing.T) {
	a := newArchive(t, "1=a 2=b 3=c log=x")
	dir := openUp(t, a)
	for path, mode := range map[string]fs.FileMode{dir: 0o555, a.path("1"): 0o666, a.path("2"): 0o666} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o755) }) // so that it can be deleted
	prepare := asNobody
	if os.Getuid() != 0 {
		prepare = func() error { return nil }
	}
	onThread(t, prepare, func() {
		_, err := a.MoveAside(epoch)
		if !errors.Is(err, fs.ErrPermission) {
			t.Errorf("MoveAside: got %v", err)
		}
		a.Compress, a.MaxFiles = true, 2
		again, err := a.Tend(t.Context())
		if again || !errors.Is(err, fs.ErrPermission) {
			t.Errorf("Tend: got %v, %v", again, err)
		}
		wantError(t, err, "deleting app-20261125T032601.", "compressing app-20261125T032602.")
	})
	assert.Equal(t, "files", show(t, a), "1=a 2=b 3=c log=x")
}

// TestCompressOwner: the compressed file belongs to whom the plain one did. Where
// we cannot have that, no other group gets to read it.
func TestCompressOwner(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	for _, test := range []struct {
		name     string
		prepare  func() error
		uid, gid int
		mode     fs.FileMode
		wantUID  uint32
		wantGID  uint32
		wantMode fs.FileMode
	}{
		{"root may give files away", func() error { return nil }, 1234, 2345, 0o640, 1234, 2345, 0o640},
		{"another user", asNobody, 1234, 2345, 0o664, nobody, 0, 0o604},
		{"another user, the same group", asNobody, 1234, 0, 0o664, nobody, 0, 0o664},
		{"another user, a group that we are in", func() error {
			if err := asNobody(); err != nil {
				return err
			}
			groups := []uint32{2345}
			// Go's own Setgroups would change all threads.
			if _, _, errno := unix.RawSyscall(unix.SYS_SETGROUPS, 1, uintptr(unsafe.Pointer(&groups[0])), 0); errno != 0 {
				return errno
			}
			return nil
		}, 1234, 2345, 0o660, nobody, 2345, 0o660},
		{"our own", asNobody, nobody, 0, 0o640, nobody, 0, 0o640},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := newArchive(t, "1=a 2=b")
			a.Compress = true
			err := errors.Join(
				os.Chown(openUp(t, a), nobody, 0),
				os.Chown(a.path("1"), test.uid, test.gid),
				os.Chmod(a.path("1"), test.mode),
			)
			if err != nil {
				t.Fatal(err)
			}
			onThread(t, test.prepare, func() {
				if again, err := a.Tend(t.Context()); again || err != nil {
					t.Errorf("got %v, %v", again, err)
				}
			})
			assert.Equal(t, "files", show(t, a), "1.gz=a 2=b")
			info, err := os.Lstat(a.path("1.gz"))
			if err != nil {
				t.Fatal(err)
			}
			stat := info.Sys().(*syscall.Stat_t)
			assert.Equal(t, "user", stat.Uid, test.wantUID)
			assert.Equal(t, "group", stat.Gid, test.wantGID)
			assert.Equal(t, "mode", info.Mode(), test.wantMode)
		})
	}
}

// TestDiskFull: what cannot be compressed stays, without a trace of the attempt,
// and files are deleted all the same.
func TestDiskFull(t *testing.T) {
	a := newArchive(t, "")
	dir := filepath.Dir(a.Path)
	noise := make([]byte, 512<<10)
	source := rand.New(rand.NewPCG(5, 6))
	for i := range noise {
		noise[i] = byte(source.Uint32())
	}
	onThread(t, func() error {
		// A mount that only this thread sees goes when it ends.
		if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
			return err
		}
		if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
			return err
		}
		return unix.Mount("tmpfs", dir, "tmpfs", 0, "size=800k")
	}, func() {
		for file, content := range map[string]string{"1": "a", "2": string(noise), "3": "c", "4": "d", "log": "x"} {
			if err := os.WriteFile(a.path(file), []byte(content), 0o600); err != nil {
				t.Error(err)
				return
			}
		}
		a.Compress, a.MaxFiles = true, 3
		again, err := a.Tend(t.Context())
		assert.Equal(t, "again", again, false)
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("got %v, want ENOSPC", err)
		}
		wantError(t, err, "compressing app-20261125T032602.")
		b, err := os.ReadFile(a.path("2"))
		if err != nil || string(b) != string(noise) {
			t.Errorf("got %d bytes, %v", len(b), err)
		}
		if err := os.Remove(a.path("2")); err != nil {
			t.Error(err)
		}
		assert.Equal(t, "others", show(t, a), "3.gz=c 4=d log=x")
	})
}
