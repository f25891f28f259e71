package archive

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// A watching context calls a function each time that it is asked whether it is done.
type watching struct {
	context.Context
	watch func()
}

func (w watching) Err() error {
	w.watch()
	return nil
}

// TestTendPeak: while files are compressed, there is the copy of one of them at a time beside
// what there was before.
func TestTendPeak(t *testing.T) {
	const size = 3 * blockSize // of each file, and of its copy: it is noise
	a := newArchive(t, "log=x")
	random := rand.NewChaCha8([32]byte{1})
	for _, short := range []string{"1", "2", "3", "4"} {
		b := make([]byte, size)
		_, _ = random.Read(b) // cannot fail
		if err := os.WriteFile(a.path(short), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	use := func() (sum int64) {
		entries, err := os.ReadDir(filepath.Dir(a.Path))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if info, err := e.Info(); err == nil {
				sum += info.Size()
			}
		}
		return sum
	}
	a.Compress = true
	var peak int64
	again, err := a.Tend(watching{t.Context(), func() { peak = max(peak, use()) }})
	if again || err != nil {
		t.Fatalf("got %v, %v", again, err)
	}
	const overhead = 1000                                                           // of gzip, for each file
	if most := int64(5*size + 4*overhead); peak > most || peak < most-2*blockSize { // the last block is written behind the last question
		t.Errorf("at most %d bytes at once, want up to %d", peak, most)
	}
}
