package repeat

import (
	"log/slog"
	"time"
)

// An entry is a message that is remembered.
type entry struct {
	hash   uint64
	start  uint64 // of the interval, by the table's clock
	passed int    // how many have passed since
	held   int    // and how many were held back, since the last summary

	// What follows is for the summary, and is set only if something is held back.
	level   slog.Level
	message string // a copy, which keeps nothing of the caller's alive
	since   time.Time
	until   time.Time
	place   int32 // in the table's heap

	newer, older int32 // its neighbours in the order of use
}

// entries are the messages that are remembered, in the order of use. The order is
// a list that runs through the entries by their indexes, so that nothing is
// allocated where a message takes the place of another one.
type entries struct {
	size int // how many there may be
	// all[0] is no message: it is where the list begins and ends, its older the
	// newest entry and its newer the oldest. So 0 stands for no entry.
	all   []entry
	index map[uint64]int32 // by hash
}

func newEntries(size int) entries {
	return entries{size: size, all: make([]entry, 1), index: make(map[uint64]int32)}
}

// grow makes room for twice as many entries, or for as many as there may be. What
// append would make could be more.
func (es *entries) grow() {
	n := min(max(16, 2*cap(es.all)), es.size+1)
	es.all = append(make([]entry, 0, n), es.all...)
}

// add makes an entry for a hash, for which there is room. It is the newest.
func (es *entries) add(hash uint64) int32 {
	i := int32(len(es.all))
	es.all = append(es.all, entry{hash: hash})
	es.index[hash] = i
	es.putFirst(i)
	return i
}

// rename gives an entry to another hash. All else is the caller's to change.
func (es *entries) rename(i int32, hash uint64) {
	delete(es.index, es.all[i].hash)
	es.all[i].hash = hash
	es.index[hash] = i
}

// oldest is the entry that has not been used for the longest time.
func (es *entries) oldest() int32 { return es.all[0].newer }

// touch notes that an entry is used.
func (es *entries) touch(i int32) {
	e := &es.all[i]
	if e.newer == 0 {
		return
	}
	es.all[e.newer].older, es.all[e.older].newer = e.older, e.newer
	es.putFirst(i)
}

// putFirst makes an entry the newest, which is not in the list.
func (es *entries) putFirst(i int32) {
	ends, e := &es.all[0], &es.all[i]
	e.newer, e.older = 0, ends.older
	es.all[e.older].newer = i // which is ends, if there is no other
	ends.older = i
}
