package journal

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spanlog/spanlog/internal/assert"
)

// smallDisk mounts a disk of this many bytes, and returns its directory. Only the
// test's own thread sees it, so that nothing of it is left whatever happens.
func smallDisk(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	runtime.LockOSThread() // for good: the thread ends with the test
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		t.Skip("no mounts of its own, which take root:", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		t.Skip("no mounts of its own:", err)
	}
	if err := unix.Mount("spanlog", dir, "tmpfs", 0, options); err != nil {
		t.Skip("no small disk:", err)
	}
	t.Cleanup(func() { // before the directory is removed
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// free is how many bytes the disk has room for.
func free(t *testing.T, dir string) int64 {
	t.Helper()
	var st unix.Statfs_t
	assert.NoError(t, unix.Statfs(dir, &st))
	return int64(st.Bfree) * int64(st.Bsize)
}

// ballast takes this much room. Removing its file gives it back.
func ballast(t *testing.T, dir string, n int64) (path string) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "ballast"))
	assert.NoError(t, err)
	defer f.Close()
	assert.NoError(t, writeZeros(f, n))
	return f.Name()
}

// TestNoSpace has the ring not fit on the disk, until there is room again.
func TestNoSpace(t *testing.T) {
	for _, tt := range []struct {
		name     string
		capacity int
		ballast  int64
	}{
		{"larger than the disk", 256 << 10, 0},
		{"larger than what is left", MinCapacity, 64 << 10},
		{"one page too few", MinCapacity, 128<<10 - headerSize - MinCapacity + 4096},
		{"a full disk", MinCapacity, 128 << 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := smallDisk(t, "size=128k")
			path := filepath.Join(dir, "journal")
			j := acquire(t, path)
			defer func() { drop(j) }()
			filled := ballast(t, dir, tt.ballast)
			before := free(t, dir)
			for range 3 {
				if err := j.Map(tt.capacity); !errors.Is(err, unix.ENOSPC) {
					t.Fatalf("Map has the error %v", err)
				}
				if now := free(t, dir); now != before || fileSize(t, j) != 0 {
					t.Fatalf("%d bytes are free, of %d, and the file has %d", now, before, fileSize(t, j))
				}
			}
			if j.Mapped() || !j.InPlace() {
				t.Errorf("mapped %t, in place %t", j.Mapped(), j.InPlace())
			}
			if _, err := Acquire(path); !errors.Is(err, ErrHeld) {
				t.Errorf("the lock is gone: %v", err)
			}
			assert.NoError(t, os.Remove(filled))
			assert.NoError(t, j.Map(MinCapacity))
			f := fill(t, j).add(30, 40).begin(1)
			var p *Pending
			j, p = reopen(t, j)
			assert.Equal(t, "records", describe(p, nil), f.want())
		})
	}
}

// TestNoSpaceAgain alternates between a ring that fits and one that does not. The
// room of the one that was given up is there for the next.
func TestNoSpaceAgain(t *testing.T) {
	dir := smallDisk(t, "size=128k")
	j := acquire(t, filepath.Join(dir, "journal"))
	defer drop(j)
	for range 3 {
		assert.NoError(t, j.Map(MinCapacity))
		fill(t, j).add(30)
		if err := j.Map(4 * MinCapacity); !errors.Is(err, unix.ENOSPC) {
			t.Fatalf("Map has the error %v", err)
		}
		if j.Mapped() {
			t.Fatal("it is mapped still")
		}
	}
}

// TestNoSpaceForFile has no room for the file itself.
func TestNoSpaceForFile(t *testing.T) {
	dir := smallDisk(t, "size=128k,nr_inodes=2") // the directory and one more
	ballast(t, dir, 1)
	path := filepath.Join(dir, "journal")
	if _, err := Acquire(path); !errors.Is(err, unix.ENOSPC) {
		t.Errorf("Acquire has the error %v", err)
	}
}

// TestWriteZerosNoSpace has zeros not fit: the error comes here, and not as a
// fault when records come.
func TestWriteZerosNoSpace(t *testing.T) {
	dir := smallDisk(t, "size=128k")
	f, err := os.Create(filepath.Join(dir, "file"))
	assert.NoError(t, err)
	defer f.Close()
	if err := writeZeros(f, 256<<10); !errors.Is(err, unix.ENOSPC) {
		t.Errorf("writeZeros has the error %v", err)
	}
	assert.NoError(t, f.Truncate(0))
	assert.NoError(t, writeZeros(f, 128<<10))
}

// TestHoleOnFullDisk has the mapping's room taken away and used up by others. No
// file system does that by itself; but a store into such a hole is an error, too.
func TestHoleOnFullDisk(t *testing.T) {
	dir := smallDisk(t, "size=128k")
	j := acquire(t, filepath.Join(dir, "journal"))
	defer drop(j)
	assert.NoError(t, j.Map(MinCapacity))
	f := fill(t, j).add(30)
	assert.NoError(t, unix.Fallocate(int(j.file.Fd()), unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, 0, headerSize+MinCapacity))
	filled := ballast(t, dir, free(t, dir))
	isFault(t, "Append", j.Append(line(2, 30)))
	i, size := f.intent(1)
	isFault(t, "Begin", j.Begin(i, size))
	isFault(t, "Done", j.Done(size, 1))
	if !j.InPlace() {
		t.Error("it is not in place, though nobody can tell")
	}
	assert.NoError(t, os.Remove(filled))
	assert.NoError(t, j.Append(line(2, 30)))
}

// TestNoPermission has a file that may not be opened.
func TestNoPermission(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "journal")
	assert.NoError(t, os.WriteFile(path, nil, 0))
	if os.Getuid() == 0 {
		// Root may open everything. This thread acts as somebody else's from here.
		assert.NoError(t, os.Chmod(filepath.Dir(dir), 0o755))
		assert.NoError(t, os.Chmod(dir, 0o755))
		assert.NoError(t, os.Chown(path, 65534, 65534))
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		assert.NoError(t, unix.Setfsuid(65534))
		defer func() { assert.NoError(t, unix.Setfsuid(0)) }()
	}
	j, err := Acquire(path)
	if err == nil {
		drop(j)
		t.Fatal("it is acquired")
	}
	if !errors.Is(err, os.ErrPermission) {
		t.Errorf("Acquire has the error %v", err)
	}
	info, err := os.Lstat(path)
	assert.NoError(t, err)
	if info.Mode() != 0 {
		t.Errorf("its mode is %v now", info.Mode())
	}
}

// TestNoMapping has the room be there, but not the mapping: the room is given back.
func TestNoMapping(t *testing.T) {
	fd, err := unix.MemfdCreate("journal", unix.MFD_ALLOW_SEALING|unix.MFD_CLOEXEC)
	assert.NoError(t, err)
	j := &Journal{path: "journal", file: os.NewFile(uintptr(fd), "journal")}
	defer drop(j)
	assert.NoError(t, j.Map(MinCapacity))
	j.unmap()
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, unix.F_SEAL_FUTURE_WRITE); err != nil {
		t.Skip("no file here that can be changed and not mapped:", err)
	}
	if err := j.Map(MinCapacity); !errors.Is(err, unix.EPERM) {
		t.Fatalf("Map has the error %v", err)
	}
	if size := fileSize(t, j); size != 0 || j.Mapped() {
		t.Errorf("the file has %d bytes, mapped %t", size, j.Mapped())
	}
}
