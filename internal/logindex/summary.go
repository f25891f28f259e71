package logindex

// Summaries: what the records of a trace come to. One is added to with each record while logs
// are indexed (summaries.go), and made anew where the records are read again (traces.go).

import (
	"log/slog"
	"math"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/logline"
)

// A traceRecord is what a record adds to the summary of its trace. The indexer gathers them for
// a block, since there is one lock for the summaries of all logs.
type traceRecord struct {
	id    trace.TraceID
	hash  uint64 // of id: see hashTrace
	time  int64  // Unix nanoseconds; 0: none
	level int32  // or noLevel
}

// newTraceRecord makes one of the head of a record that has a trace.
func newTraceRecord(h *logline.Head, hash uint64) traceRecord {
	r := traceRecord{id: h.Trace, hash: hash, time: h.Time, level: noLevel}
	if h.HasLevel {
		r.level = clampLevel(h.Level)
	}
	return r
}

// A summary is what is known of a trace without reading its records again. There are tens of
// thousands, so it has neither a text nor a pointer.
//
// It is found by the id's hash, and the ids are not compared. With all 64 bits, and a seed that
// nobody knows, no two of a million traces share one.
type summary struct {
	id              trace.TraceID
	hash            uint64
	first, last     int64 // the earliest and the latest; in this order only if a record has a time
	records, errors int64 // records with the trace; of those, the ones at ERROR and above
	level           int32 // the highest, or noLevel

	// Where it is kept: see summaries. All are indexes there, and 0 is none.
	kept       kept
	prev, next int32 // in its chain: the next newer one, and the next older one
	heapIndex  int32 // if it is keptSlow, in the heap
	nextInSlot int32
}

func newSummary(id trace.TraceID, hash uint64) summary {
	return summary{id: id, hash: hash, first: math.MaxInt64, last: math.MinInt64, level: noLevel}
}

// duration is the time between the records, 0 if they have none. Both are after 1970, so that it
// has room.
func (s *summary) duration() int64 { return max(s.last, s.first) - s.first }

// public is the summary in the form that others get.
func (s *summary) public() TraceSummary {
	t := TraceSummary{ID: s.id, Records: s.records, Errors: s.errors}
	if s.first <= s.last {
		t.First, t.Last = s.first, s.last
	}
	if s.level != noLevel {
		t.Level, t.HasLevel = slog.Level(s.level), true
	}
	return t
}

// add adds a record. The order of records makes no difference.
func (s *summary) add(r *traceRecord) {
	if r.time > 0 { // before 1970 there were none of these records: that time counts as none
		s.first, s.last = min(s.first, r.time), max(s.last, r.time)
	}
	s.level = max(s.level, r.level)
	s.records++
	if r.level >= int32(slog.LevelError) {
		s.errors++
	}
}
