//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package journal

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestNoMap shows what is left of a journal where nothing can be mapped.
func TestNoMap(t *testing.T) {
	j := acquire(t, filepath.Join(t.TempDir(), "journal"))
	p, err := j.Load()
	assert.Equal(t, "a new file", describe(p, err), "")
	if err := j.Map(MinCapacity); !errors.Is(err, ErrNoMap) {
		t.Errorf("Map has the error %v", err)
	}
	if j.Mapped() || j.HasRoom(RecordSize(0)) || len(fileBytes(t, j)) != 0 {
		t.Errorf("mapped %t, with %d bytes", j.Mapped(), len(fileBytes(t, j)))
	}
	assert.NoError(t, j.Close(true))
}
