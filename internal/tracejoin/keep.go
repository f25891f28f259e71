package tracejoin

// Keeping: which records are in a trace that a browser has to show. The limit is in bytes of JSON,
// not in records, as it is bytes that a page has to load. All records are joined, and count in
// what is said of the trace; only then are those left out that there is no room for.

import (
	"slices"
	"strings"

	"github.com/spanlog/spanlog/internal/logentry"
)

// A keeper decides which records a trace has, if there is not room for all of them: the first ones, and
// errors after them. The cause of a failure often comes last.
type keeper struct {
	limited bool   // otherwise all are kept, and nothing else here counts
	room    int    // bytes that are left for the first records
	full    bool   // one had no room: the first ones end before it, even if a later one had room
	later   int    // bytes that are left for errors after them
	kept    []bool // by index of a record

	first, errors, errorsOmitted, omitted int // how many there are so far
}

func newKeeper(most int) keeper {
	return keeper{limited: most > 0, room: most, later: most / 8}
}

// add decides on the next record; isError is whether it tells of an error, or belongs to a record that does. It
// reports whether the record is kept.
func (k *keeper) add(e *logentry.Entry, isError bool) bool {
	if !k.limited {
		return true
	}
	size := sizeOf(e)
	k.full = k.full || size > k.room
	kept := true
	switch {
	case !k.full:
		k.room -= size
		k.first++
	case isError && size <= k.later:
		k.later -= size
		k.errors++
	default:
		kept = false
		k.omitted++
		if isError {
			k.errorsOmitted++
		}
	}
	k.kept = append(k.kept, kept)
	return kept
}

// sizeOf is about how many bytes a record has as JSON. TestKeep compares the sum with what the
// JSON has. Characters that are escaped count once.
func sizeOf(e *logentry.Entry) int {
	const around, aroundAttr = 240, 24 // keys and quotes, and what is about as long in all records
	n := around + len(e.Log) + len(e.Message) + len(e.Logger) + len(e.Service) + len(e.Source)
	for i := range e.Attrs {
		n += aroundAttr + len(e.Attrs[i].Key) + len(e.Attrs[i].Value)
	}
	return n
}

// core is what is needed of a record that is not kept, to say what it counts for: in the trace's
// times, services and name, and in the gaps, which look at ids and at flags.
func core(e *logentry.Entry, traceID string) logentry.Entry {
	return logentry.Entry{
		At: e.At, SpanID: e.SpanID, Service: e.Service,
		Message: strings.Clone(title(e.Message)), // not the whole one behind it
		Attrs: slices.DeleteFunc(e.Attrs, func(a logentry.Attr) bool {
			return flagsOf([]logentry.Attr{a}, traceID) == flags{}
		}),
	}
}

// leaveOut removes the records that are not kept. It is the last step: with it, indexes of records
// change wherever they are. A record's Span does not, as all spans stay.
func (j *joiner) leaveOut() {
	if j.keeps.omitted == 0 {
		return
	}
	t := j.t
	place := make([]int, len(t.Records)) // of those that are kept
	kept := []Record{}
	for i, keep := range j.keeps.kept {
		place[i] = len(kept)
		if keep {
			kept = append(kept, t.Records[i])
		}
	}
	t.Records, t.Omitted = kept, j.keeps.omitted
	for i := range t.Spans {
		s := &t.Spans[i]
		all := len(s.Records)
		s.Records = j.keeps.of(s.Records, place)
		s.Omitted = all - len(s.Records)
	}
	for i := range t.Gaps {
		g := &t.Gaps[i]
		if g.Records = j.keeps.of(g.Records, place); len(g.Records) == 0 {
			g.Records = nil
		}
	}
}

// of returns the places of those records that are kept, in the same memory. They stay in order.
func (k *keeper) of(records, place []int) []int {
	kept := records[:0]
	for _, i := range records {
		if k.kept[i] {
			kept = append(kept, place[i])
		}
	}
	return kept
}
