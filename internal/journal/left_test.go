package journal

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestLeft counts what processes leave that die at different times.
func TestLeft(t *testing.T) {
	needLocks(t)
	for _, test := range []struct {
		name string
		do   func(*filler)
		want int
	}{
		{"nothing logged", func(*filler) {}, 0},
		{"logged", func(f *filler) { f.add(100, 200, 300) }, 3},
		{"all written", func(f *filler) { f.add(100, 200, 300).drain() }, 0},
		{"some written", func(f *filler) { f.add(100, 200, 300).begin(1).done(1) }, 2},
		{"a write begun", func(f *filler) { f.add(100, 200, 300).begin(1) }, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			j := newJournal(t, MinCapacity)
			test.do(fill(t, j))
			if n, err := Left(j.path); n != 0 || err != nil {
				t.Errorf("while the process lives: %d, %v", n, err)
			}
			drop(j)
			before := fileBytes(t, j)
			for range 2 {
				if n, err := Left(j.path); n != test.want || err != nil {
					t.Errorf("got %d, %v; want %d", n, err, test.want)
				}
			}
			assert.Equal(t, "the journal", string(fileBytes(t, j)), string(before))
			next := acquire(t, j.path) // the lock is free again
			assert.NoError(t, next.Close(true))
			if n, err := Left(j.path); n != 0 || !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("without a journal: %d, %v", n, err)
			}
		})
	}
}

// TestLeftUnknown: without a checkpoint, all may be missing that was ever logged.
func TestLeftUnknown(t *testing.T) {
	j := newJournal(t, MinCapacity)
	fill(t, j).add(100, 200, 300).begin(1).done(1)
	b := fileBytes(t, j)
	drop(j)
	for _, at := range []int{slotAt, slotCopyAt} {
		clear(b[at:][:slotSize])
	}
	assert.NoError(t, os.WriteFile(j.path, b, 0o600))
	if n, err := Left(j.path); n != 3 || err != nil {
		t.Errorf("got %d, %v; want 3", n, err)
	}
}

func TestLeftDamaged(t *testing.T) {
	j := newJournal(t, MinCapacity)
	fill(t, j).add(100)
	drop(j)
	assert.NoError(t, os.WriteFile(j.path, []byte("this is no journal"), 0o600))
	if n, err := Left(j.path); n != 0 || !errors.Is(err, ErrDamaged) {
		t.Errorf("got %d, %v", n, err)
	}
}
