package logindex

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/race"
)

// TestMemory indexes a file of 300 MB, and has less than a tenth of that on the heap, also
// with as many traces as records.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it writes 300 MB")
	}
	race.Skip(t)
	for _, perTrace := range []int{10, 1} {
		path := filepath.Join(t.TempDir(), "app.log")
		traces, size := writeLarge(t, path, 300e6, perTrace)
		debug.FreeOSMemory()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		x := open(t, Options{}, path)
		// Before the garbage is collected, it is what the index needs at most.
		runtime.ReadMemStats(&after)
		what := fmt.Sprintf("%d records of each trace", perTrace)
		if used := int64(after.HeapAlloc) - int64(before.HeapAlloc); used > size/10 {
			t.Errorf("%s: %d bytes for a file of %d", what, used, size)
		}
		got, err := x.Trace(context.Background(), largeID(traces/2))
		assert.NoError(t, err)
		assert.Equal(t, what, len(got.Lines), perTrace)
		assert.NoError(t, x.Close())
		assert.NoError(t, os.Remove(path))
	}
}
