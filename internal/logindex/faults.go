package logindex

// Faults: what went wrong while logs were indexed. Indexing goes on with what can be read, so
// there is nobody to return an error to; whoever shows the index shows them.

import (
	"slices"
	"sync"
)

// maxFaults is how many errors are kept: there may be one for each file of a large directory, and
// the last ones tell as much.
const maxFaults = 50

// faults are the last errors of files.
type faults struct {
	mu   sync.Mutex
	last []error
}

func (f *faults) add(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.last) == maxFaults {
		f.last = slices.Delete(f.last, 0, 1)
	}
	f.last = append(f.last, err)
}

// all are the errors that are kept, the oldest first.
func (f *faults) all() []error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.last)
}
