package journal

import (
	"fmt"
	"os"

	"github.com/spanlog/spanlog/internal/filelock"
)

// Left returns how many records a dead process has left in the journal at path, as far as its
// first page tells. Those of a write that it had begun may be in the log as well. It is 0 while a
// process has the journal, which writes by itself what is in it.
//
// Nothing is changed. Whoever calls Acquire in the very moment in which Left sees whether a
// process has the journal gets ErrHeld.
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
	page := make([]byte, headerSize)
	if err := readUpTo(f, page, 0); err != nil {
		return 0, err
	}
	// A process that has ended meanwhile by itself has removed the file.
	if free, err := filelock.TryShared(f); !free || err != nil || !(&Journal{path: path, file: f}).InPlace() {
		return 0, err
	}
	h, ok := headerIn(page)
	if !ok {
		if allZero(page) {
			return 0, nil // it is empty
		}
		return 0, fmt.Errorf("%w: %s", ErrDamaged, path)
	}
	c, _, _ := newestCheckpoint(page, h.salt)
	first, last := max(c.seq, 1), newest(order.Uint64(page[newestAt:]))
	if last < first {
		return 0, nil
	}
	return int(min(last-first+1, h.capacity/recordHeader)), nil
}
