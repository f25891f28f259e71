package logindex

import (
	"slices"
	"sync"
)

// maxFaults is how many errors are kept.
const maxFaults = 50

// faults are the last errors of files.
type faults struct {
	mu   sync.Mutex
	last []error
	more int64
}

func (f *faults) add(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.last) == maxFaults {
		f.last = slices.Delete(f.last, 0, 1)
		f.more++
	}
	f.last = append(f.last, err)
}

func (f *faults) stats() ([]error, int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.last), f.more
}
