package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
)

// needLocks skips the test where every lock is granted.
func needLocks(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("there are no locks here")
	}
}

func TestHeld(t *testing.T) {
	needLocks(t)
	path := filepath.Join(t.TempDir(), "journal")
	first := acquire(t, path)
	held := func(when string) {
		t.Helper()
		for range 2 {
			if j, err := Acquire(path); !errors.Is(err, ErrHeld) || j != nil {
				t.Fatalf("%s: Acquire has the error %v", when, err)
			}
		}
	}
	held("acquired")
	if _, err := first.Load(); err != nil {
		t.Fatal(err)
	}
	held("loaded")
	switch err := first.Map(MinCapacity); {
	case errors.Is(err, ErrNoMap):
	case err != nil:
		t.Fatal(err)
	default:
		held("mapped")
		assert.NoError(t, first.Append([]byte("one")))
		assert.NoError(t, first.Clear())
		held("cleared")
		assert.NoError(t, first.Map(MinCapacity))
		held("mapped again")
	}
	assert.NoError(t, first.Close(false))

	second := acquire(t, path)
	held("acquired by the next")
	drop(second) // as the end of its process does
	assert.NoError(t, acquire(t, path).Close(true))
}

// TestRefusedIsUnharmed shows that whoever does not get the journal does not touch
// it either.
func TestRefusedIsUnharmed(t *testing.T) {
	needLocks(t)
	j := newJournal(t, MinCapacity)
	f := fill(t, j).add(30, 40)
	if _, err := Acquire(j.path); !errors.Is(err, ErrHeld) {
		t.Fatalf("Acquire has the error %v", err)
	}
	f.add(50).begin(1)
	j, p := reopen(t, j)
	assert.Equal(t, "records", describe(p, nil), "[1] 2 3")
	drop(j)
}

func TestClose(t *testing.T) {
	for _, tt := range []struct {
		name           string
		do             func(t *testing.T, j *Journal)
		remove, stays  bool
		inPlace        bool
		windowsDoesNot bool
	}{
		{"kept", func(*testing.T, *Journal) {}, false, true, true, false},
		{"removed", func(*testing.T, *Journal) {}, true, false, true, false},
		{"removed, though mapped", func(t *testing.T, j *Journal) {
			if err := j.Map(MinCapacity); err != nil && !errors.Is(err, ErrNoMap) {
				t.Fatal(err)
			}
		}, true, false, true, false},
		{"somebody has removed it", func(t *testing.T, j *Journal) {
			assert.NoError(t, os.Remove(j.path))
		}, true, false, false, true},
		{"somebody has renamed it", func(t *testing.T, j *Journal) {
			assert.NoError(t, os.Rename(j.path, j.path+".old"))
		}, true, false, false, true},
		{"somebody has put another file there", func(t *testing.T, j *Journal) {
			assert.NoError(t, os.Rename(j.path, j.path+".old"))
			assert.NoError(t, os.WriteFile(j.path, []byte("theirs"), 0o600))
		}, true, true, false, true},
		{"somebody has put a directory there", func(t *testing.T, j *Journal) {
			assert.NoError(t, os.Remove(j.path))
			assert.NoError(t, os.Mkdir(j.path, 0o700))
		}, true, true, false, true},
	} {
		if tt.windowsDoesNot && runtime.GOOS == "windows" {
			continue
		}
		j := acquire(t, filepath.Join(t.TempDir(), "journal"))
		tt.do(t, j)
		if got := j.InPlace(); got != tt.inPlace {
			t.Errorf("%s: in place: %t", tt.name, got)
		}
		if err := j.Close(tt.remove); err != nil {
			t.Errorf("%s: Close has the error %v", tt.name, err)
		}
		if _, err := os.Lstat(j.path); (err == nil) != tt.stays {
			t.Errorf("%s: Lstat has the error %v", tt.name, err)
		}
		if _, err := os.Lstat(j.path + ".old"); err != nil && tt.name == "somebody has renamed it" {
			t.Errorf("%s: it is gone: %v", tt.name, err)
		}
	}
}

// TestKeptAfterClose has the records of a journal that was closed with some in it.
func TestKeptAfterClose(t *testing.T) {
	j := newJournal(t, MinCapacity)
	fill(t, j).add(30, 40, 50).begin(1)
	assert.NoError(t, j.Close(false))
	j = acquire(t, j.path)
	p, err := j.Load()
	assert.Equal(t, "records", describe(p, err), "[1] 2 3")
	assert.NoError(t, j.Close(true))
}

// TestClear empties a journal that is no longer needed, and may be asked for again.
func TestClear(t *testing.T) {
	j := newJournal(t, MinCapacity)
	fill(t, j).add(30, 40, 50).begin(1)
	assert.NoError(t, j.Clear())
	if size := len(fileBytes(t, j)); size != 0 || j.Mapped() || j.HasRoom(0) {
		t.Errorf("there are %d bytes, mapped %t, with room %t", size, j.Mapped(), j.HasRoom(0))
	}
	j, p := reopen(t, j)
	assert.Equal(t, "records", describe(p, nil), "")
	drop(j)
}

// TestOldInode is about an opener that comes between the last holder's removing
// the file and its closing it: it has opened a file that nobody else will find.
func TestOldInode(t *testing.T) {
	needLocks(t)
	path := filepath.Join(t.TempDir(), "journal")
	first := acquire(t, path)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	assert.NoError(t, err)
	late := &Journal{path: path, file: f}
	defer drop(late)
	if err := late.lock(); !errors.Is(err, ErrHeld) {
		t.Fatalf("before: lock has the error %v", err)
	}
	assert.NoError(t, first.Close(true))
	assert.NoError(t, late.lock()) // which is worth nothing
	if late.InPlace() {
		t.Fatal("a removed file is in place")
	}
	second := acquire(t, path)
	if !second.InPlace() {
		t.Fatal("what Acquire has opened is not in place")
	}
	assert.NoError(t, second.Close(true))
}

// TestManyOpeners has goroutines take and remove the journal over and over. Never
// have two of them one, and whoever has one can be found by the next.
func TestManyOpeners(t *testing.T) {
	needLocks(t)
	path := filepath.Join(t.TempDir(), "journal")
	var holders, total atomic.Int64
	var group sync.WaitGroup
	errs := make(chan error, 4)
	for range cap(errs) {
		group.Go(func() {
			for range 3000 {
				j, err := Acquire(path)
				if errors.Is(err, ErrHeld) {
					runtime.Gosched()
					continue
				}
				if err != nil {
					errs <- err
					return
				}
				total.Add(1)
				n, inPlace := holders.Add(1), j.InPlace()
				holders.Add(-1)
				if err := j.Close(true); err != nil || n != 1 || !inPlace {
					errs <- fmt.Errorf("%d holders, in place: %t, %v", n, inPlace, err)
					return
				}
			}
		})
	}
	group.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	if total.Load() < 100 {
		t.Errorf("only %d times", total.Load())
	}
}

func TestModeOfNewFile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no permissions here")
	}
	j := acquire(t, filepath.Join(t.TempDir(), "journal"))
	defer drop(j)
	info, err := os.Stat(j.path)
	assert.NoError(t, err)
	if info.Mode() != 0o600 {
		t.Errorf("a new file has the mode %v", info.Mode())
	}
}

// TestNoDirectory shows that a directory is not made on the way.
func TestNoDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "journal")
	if _, err := Acquire(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Acquire has the error %v", err)
	}
}
