package spanlog

import (
	"sync"
	"sync/atomic"
)

// A tally counts records and their bytes. The sums are for whoever asks; what every record
// pays for is one atomic addition: both are counted in one word, the records above the
// bytes, which is emptied into the sums before either of them overflows.
type tally struct {
	recent atomic.Uint64

	mu             sync.Mutex
	records, bytes uint64
}

const (
	tallyRecord = 1 << 44 // one record, above 16 TiB
	tallyBytes  = tallyRecord - 1
	// tallyFull are the bits of which one is set once half of the room is used up.
	// Whoever sees that makes room, so the other half is for those who come meanwhile.
	tallyFull = 1<<63 | tallyRecord>>1
	tallyMost = 1 << 32 // bytes of one record, to be counted so
)

// add counts a record.
func (t *tally) add(bytes int) {
	if uint64(bytes) >= tallyMost {
		t.addMany(1, bytes)
	} else if t.recent.Add(tallyRecord+uint64(bytes))&tallyFull != 0 {
		t.addMany(0, 0)
	}
}

// addMany counts records that have so many bytes together, and empties the word: with 0 and 0
// it does only that.
func (t *tally) addMany(records, bytes int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	recent := t.recent.Swap(0)
	t.records += uint64(records) + recent/tallyRecord
	t.bytes += uint64(bytes) + recent&tallyBytes
}

// sums returns what was counted so far.
func (t *tally) sums() (records, bytes uint64) {
	t.addMany(0, 0)
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.records, t.bytes
}
