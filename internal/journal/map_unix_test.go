//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package journal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
)

// pretend has every file on the named file system until the test ends.
func pretend(t *testing.T, name string) {
	before := fileSystem
	t.Cleanup(func() { fileSystem = before })
	fileSystem = func(*os.File) string { return name }
}

// TestRemote shows that a file that another machine may see is not mapped, and
// what is left is a lock.
func TestRemote(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j := acquire(t, path)
	defer func() { drop(j) }()
	for _, name := range []string{"NFS", "not local", "unknown: interrupted"} {
		pretend(t, name)
		err := j.Map(MinCapacity)
		if !errors.Is(err, ErrNoMap) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: Map has the error %v", name, err)
		}
		if j.Mapped() || j.HasRoom(RecordSize(0)) || len(fileBytes(t, j)) != 0 {
			t.Errorf("%s: mapped %t, with %d bytes", name, j.Mapped(), len(fileBytes(t, j)))
		}
		if _, err := Acquire(path); !errors.Is(err, ErrHeld) {
			t.Errorf("%s: the lock is gone: %v", name, err)
		}
	}
	pretend(t, "")
	assert.NoError(t, j.Map(MinCapacity))
	assert.NoError(t, j.Append(line(1, 20)))
	// What there was is recovered all the same: reading needs no mapping.
	pretend(t, "NFS")
	var p *Pending
	j, p = reopen(t, j)
	assert.Equal(t, "records", describe(p, nil), "1")
}

// TestRemoteUnknown has a file that the system says nothing of.
func TestRemoteUnknown(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "file"))
	assert.NoError(t, err)
	assert.NoError(t, f.Close())
	if name := remote(f); !strings.HasPrefix(name, "unknown") {
		t.Errorf("the file system of a closed file is %q", name)
	}
}

// TestWriteZeros is about file systems that cannot allocate room.
func TestWriteZeros(t *testing.T) {
	for _, n := range []int64{0, 1, 4096, 64 << 10, 64<<10 + 1, headerSize + MinCapacity, 1 << 20} {
		f, err := os.Create(filepath.Join(t.TempDir(), "file"))
		assert.NoError(t, err)
		assert.NoError(t, writeZeros(f, n))
		b, err := os.ReadFile(f.Name())
		assert.NoError(t, err)
		if !bytes.Equal(b, make([]byte, n)) {
			t.Errorf("%d bytes: there are %d, all zero: %t", n, len(b), allZero(b))
		}
		assert.NoError(t, f.Close())
		if err := writeZeros(f, 1); !errors.Is(err, os.ErrClosed) {
			t.Errorf("for a closed file the error is %v", err)
		}
	}
}

// TestMapErrors has the system's errors come through, with what they were about.
func TestMapErrors(t *testing.T) {
	pretend(t, "")
	path := filepath.Join(t.TempDir(), "file")
	assert.NoError(t, os.WriteFile(path, nil, 0o600))
	f, err := os.Open(path) // for reading only, so that no room can be had
	assert.NoError(t, err)
	defer f.Close()
	if _, err := mapFile(f, headerSize+MinCapacity); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("mapFile has the error %v", err)
	}
}
