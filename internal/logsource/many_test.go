package logsource

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestMemory reads many compressed files. What one needs is free when the next is
// read.
func TestMemory(t *testing.T) {
	dir := t.TempDir()
	const files = 200
	for n := range files {
		put(t, dir, fmt.Sprint("app.log.", n, ".gz"), gzipped(t, "a\n"))
	}
	s := open(t, put(t, dir, "app.log", "b\n"), Options{Rotated: true})
	inUse := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := inUse()
	assert.Equal(t, "lines", len(all(t, s)), files+1)
	if more := int64(inUse() - before); more > 10*readSize {
		t.Errorf("%d bytes are in use", more)
	}
	runtime.KeepAlive(s)
}

// TestManyFiles has more rotated files than are opened at once, and all of them
// compressed before they are read.
func TestManyFiles(t *testing.T) {
	dir := t.TempDir()
	var want []string
	for n := range maxOpen + 20 {
		put(t, dir, fmt.Sprintf("app-20261122T115700.%06dZ.log", n), fmt.Sprint(n, "\n"))
		want = append(want, fmt.Sprint(n))
	}
	w := newWorld(t, dir)
	s := open(t, put(t, dir, "app.log", "end\n"), Options{Rotated: true})
	for _, r := range w.rotated() {
		w.compress(r)
	}
	assert.EqualLines(t, "lines", all(t, s), append(want, "end"))
}
