package journal

import (
	"fmt"
	"os"

	"github.com/spanlog/spanlog/internal/filelock"
)

// Left returns how many records a dead process has left in the journal at path. Those of a write
// that it had begun may be in the log as well. It is 0 while a process has the journal, which
// writes by itself what is in it.
//
// Nothing is changed, but whoever calls Acquire at the same moment gets ErrHeld.
func Left(path string) (int, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return 0, err
	}
	if !info.Mode().IsRegular() { // to open a pipe would wait
		return 0, fmt.Errorf("%w: %s", ErrDamaged, path)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|noFollow, 0)
	if err != nil {
		return 0, err
	}
	defer f.Close() // and with it, the lock
	j := &Journal{path: path, file: f}
	ok, err := filelock.TryShared(f)
	if !ok || err != nil || !j.InPlace() {
		return 0, err
	}
	p, err := j.Load()
	if err != nil {
		return 0, err
	}
	return len(p.Begun) + len(p.Rest), nil
}
