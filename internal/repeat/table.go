// Package repeat decides which of the records that say the same pass: the first
// few of each interval. The rest are counted, and summed up later.
//
// It is what spanlog's Limit goes by, which asks for each record and writes the
// summaries. The table has no clock and no goroutine: the time is given with each
// call, so that the tests can give any.
package repeat

import (
	"hash/maphash"
	"log/slog"
	"math"
	"sync"
	"time"
)

// A Summary says how many records of a message were held back in an interval.
type Summary struct {
	Level   slog.Level
	Message string // its beginning, if it is long
	Count   int
	Since   time.Time // when the first of them was held back
	Until   time.Time // and the last; never before Since
}

// A Table counts records by level and message. The interval of a message begins
// with its first record, and the next one with the first record after its end.
// No record is lost sight of: those that passed and the counts of all summaries,
// with the last ones that Due gives, add up to the calls of Pass. All methods are
// safe for concurrent use.
//
// The times that it is given should be from one clock, such as time.Now. They may
// go back: see tick.
type Table struct {
	seed  maphash.Seed
	first int
	every time.Duration

	mu  sync.Mutex
	now time.Time // the latest that was given since the clock was last set back
	// clock is how much time has gone by. It is what intervals are measured with:
	// unlike now, it never goes back. If it ever wraps around, so does what is
	// subtracted from it, and the differences stay right.
	clock   uint64
	entries entries
	waiting []int32 // entries with records held back, as a heap: see push
}

// A key is what makes two records the same.
type key struct {
	level   slog.Level
	message string
}

// New returns a table that lets the first records of a message pass in every
// interval. It remembers up to size messages, and takes the memory for them as
// they come. If first is below 1, none pass. If every is, each record is the first
// of its interval. If size is, there is room for one message.
func New(first int, every time.Duration, size int) *Table {
	return &Table{
		seed:    maphash.MakeSeed(),
		first:   first,
		every:   max(every, 0),
		entries: newEntries(min(max(size, 1), math.MaxInt32-1)),
	}
}

// Pass reports whether a record may pass. It appends a summary to due if one is
// due on account of the record: that of the same message, if its interval is
// over, or that of the message which has to be forgotten to make room for this
// one. It never appends more than one.
//
// A message that was forgotten begins anew, so that more of its records pass than
// would otherwise. What is forgotten is what has not come for the longest time.
func (t *Table) Pass(now time.Time, level slog.Level, message string, due []Summary) (pass bool, _ []Summary) {
	// Messages are told apart by a hash with a seed that nobody knows, so that they
	// need not be kept. Two with the same hash would be counted as one, under the
	// name of that which is held back first. The odds of it are one in 2^64 for a
	// pair, and with 4096 messages at a time about one in 2^41.
	hash := maphash.Comparable(t.seed, key{level, message})

	t.mu.Lock()
	defer t.mu.Unlock()
	t.tick(now)
	i, known := t.entries.index[hash]
	if !known {
		i = t.take(hash)
	}
	t.entries.touch(i)
	e := &t.entries.all[i]
	if !known || t.over(e) {
		if e.held > 0 {
			due = append(due, t.settle(i))
		}
		e.start, e.passed = t.clock, 0
	}
	if e.passed < t.first {
		e.passed++
		return true, due
	}
	if e.held == 0 {
		e.level, e.message, e.since = level, cut(message), t.now
		t.push(i)
	}
	e.held++
	e.until = t.now
	return false, due
}

// Due appends the summaries of all intervals that are over at now, and with all
// also of those that are not. These go on, and may have another summary. The
// order is that in which the intervals end. The time at which the next summary
// is due is next; it is zero if none is waiting.
func (t *Table) Due(now time.Time, all bool, due []Summary) (_ []Summary, next time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tick(now)
	for len(t.waiting) > 0 {
		i := t.waiting[0]
		e := &t.entries.all[i]
		if !all && !t.over(e) {
			return due, t.now.Add(t.every - time.Duration(t.clock-e.start))
		}
		due = append(due, t.settle(i))
	}
	return due, time.Time{}
}

// tick lets the clock go on to now.
//
// Callers that read the time before they wait for the lock come out of order, and
// a clock that has no monotonic reading can be set back. As long as now is not
// earlier than the latest time by more than an interval, no time has gone by, and
// none will until the given times have caught up: an interval can last twice as
// long, at most. Beyond that the clock was set back: all intervals are over, and
// the time goes on from now.
func (t *Table) tick(now time.Time) {
	switch d := now.Sub(t.now); {
	case d > 0:
		// More than an interval would make no difference, but for a clock that jumps
		// by centuries and soon has wrapped around.
		t.clock += uint64(min(d, t.every))
	case d < -t.every:
		t.clock += uint64(t.every)
	default:
		return
	}
	t.now = now
}

// over reports whether an entry's interval has ended.
func (t *Table) over(e *entry) bool { return t.clock-e.start >= uint64(t.every) }

// take gives a message that is not known an entry. It may be that of another one,
// which is forgotten, but for what it has held back.
func (t *Table) take(hash uint64) int32 {
	es := &t.entries
	if len(es.all) > es.size {
		i := es.oldest()
		es.rename(i, hash)
		return i
	}
	if len(es.all) == cap(es.all) {
		es.grow()
		// The heap has room for all of them, so that it need not grow where a record
		// is held back.
		t.waiting = append(make([]int32, 0, cap(es.all)), t.waiting...)
	}
	return es.add(hash)
}

// settle sums up what an entry has held back, of which it keeps nothing.
func (t *Table) settle(i int32) Summary {
	t.remove(int(t.entries.all[i].place))
	e := &t.entries.all[i]
	s := Summary{Level: e.level, Message: e.message, Count: e.held, Since: e.since, Until: e.until}
	e.held, e.message = 0, ""
	return s
}
