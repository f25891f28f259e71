package spanlog

// The counters. What every record pays for is one addition (tally.go); all else, drops,
// errors and what is owed to a reader, happens seldom and takes the lock. There is one
// sinkStats for a sink and all the decorators around it, but for a Failover's, which has
// several within.

import (
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spanlog/spanlog/internal/flight"
	"github.com/spanlog/spanlog/internal/levelname"
)

// Stats is what has become of a logger's records, sink by sink, since [New]. It is a
// copy: later records do not change it. Its form in JSON is that of the tags of its
// fields.
type Stats struct {
	// Sinks has the sinks in the order in which records are given to them: files
	// first, and apart from that as New was given them.
	Sinks []SinkStats `json:"sinks"`
}

// SinkStats counts one sink's records. Every record that reached the sink, and is
// not still on its way, is either delivered or dropped. The counts of a decorator
// are those of the sink within it, but for a [Failover], which has several.
type SinkStats struct {
	// Sink names the sink, as in [SinkError].
	Sink string `json:"sink"`
	// Delivered is the number of records that were written. Those that wait in a
	// File's journal are not yet.
	Delivered uint64 `json:"delivered"`
	// Bytes is how long their lines were. Sinks without lines have 0.
	Bytes uint64 `json:"bytes"`
	// Dropped counts what was not written, by level and reason.
	Dropped []Drops `json:"dropped,omitempty"`
	// Recovered is the number of records that a process which died had left in a
	// File's journal, and that were written here. They are not among Delivered.
	Recovered uint64 `json:"recovered,omitempty"`
	// Queue is the queue of an [Async].
	Queue *QueueStats `json:"queue,omitempty"`
	// Recorder is what a [FlightRecorder] holds.
	Recorder *RecorderStats `json:"recorder,omitempty"`
	// FailedOver is the number of records that a sink within a [Failover] did not
	// take, and that were given to the next one, if there is one. They are neither
	// delivered nor dropped here.
	FailedOver uint64 `json:"failed_over,omitempty"`
	// Notices is the number of records among Delivered that nobody logged: they
	// say how many were dropped, or repeated, or that a Failover has switched.
	Notices uint64 `json:"notices,omitempty"`
	// BrokenOff is set while the sink gets no records because it keeps failing,
	// but for one now and then that tries it.
	BrokenOff bool `json:"broken_off,omitempty"`
	// Journal says how a File keeps its records until they are written:
	// "journal", or "write-through" and why.
	Journal string `json:"journal,omitempty"`
	// LastError is the text of the newest error, and LastErrorTime its time.
	LastError     string    `json:"last_error,omitempty"`
	LastErrorTime time.Time `json:"last_error_time,omitzero"`
	// Sinks are those within a [Failover], whose Delivered, Bytes, Dropped and
	// Notices are part of the Failover's own.
	Sinks []SinkStats `json:"sinks,omitempty"`
}

// QueueStats is how full the queue of an [Async] is, and how full it was at most.
type QueueStats struct {
	// Records and Bytes are what waits now. A record that is with the sink does not.
	Records int `json:"records"`
	Bytes   int `json:"bytes"`
	// MaxRecords and MaxBytes are the high-water marks since [New].
	MaxRecords int `json:"max_records"`
	MaxBytes   int `json:"max_bytes"`
	// RecordLimit and ByteLimit are what it can hold: Async.MaxRecords and MaxBytes.
	RecordLimit int `json:"record_limit"`
	ByteLimit   int `json:"byte_limit"`
}

// RecorderStats is what a [FlightRecorder] holds now, and how many records it has released
// so far. What it holds is neither delivered nor dropped yet.
type RecorderStats struct {
	// Traces is how many traces it knows of: those with a local root span under way,
	// with records that are held, or released and not ended yet.
	Traces int `json:"traces"`
	// Records is how many records are held.
	Records int `json:"records"`
	// Bytes is how much memory it has for them, and ByteLimit how much that can be:
	// FlightRecorder.MaxBytes.
	Bytes     int `json:"bytes"`
	ByteLimit int `json:"byte_limit"`
	// Released is the number of records that a trigger has sent to the sink, which it
	// has delivered or dropped.
	Released uint64 `json:"released"`
}

// Drops is the number of records of one level that were dropped for one reason:
//   - "full": there was no room
//   - "error": the sink has failed
//   - "broken": the sink keeps failing, and was not asked
//   - "limited": a [Limit] held it back
//   - "sampled": a [Sample] did not keep its trace
//   - "ended": a [FlightRecorder] held it until its trace ended, and nothing had gone
//     wrong
//   - "evicted": a FlightRecorder held it, and had no room
//   - "nested": it was logged from within logging, too deep or where that would
//     have waited for itself
//   - "closed": it came after shutdown, or was still in a queue at its end
//
// Those of "limited", "sampled" and "ended" are left out on purpose; all others are
// losses. Reasons may be added.
type Drops struct {
	// Level is the records' level.
	Level slog.Level
	// Reason is one of the words above.
	Reason string
	// Records is how many they are.
	Records uint64
}

// MarshalJSON writes the level by its name, TRACE and FATAL included. Its error is
// always nil.
func (d Drops) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Level   string `json:"level"`
		Reason  string `json:"reason"`
		Records uint64 `json:"records"`
	}{levelname.Of(d.Level), d.Reason, d.Records})
}

// String returns the stats as JSON, so that Stats is an expvar.Var.
func (s Stats) String() string {
	b, err := json.Marshal(s)
	if err != nil { // no field can fail
		return "{}"
	}
	return string(b)
}

// sinkStats are the counters behind SinkStats.
type sinkStats struct {
	name      string
	delivered tally
	recovered atomic.Uint64
	notices   atomic.Uint64
	passedOn  atomic.Uint64
	owes      atomic.Bool // owed is not empty

	// What else there is to say of the sink; nil: nothing. They are set before
	// the first record.
	journal func() string
	queue   func() QueueStats
	broken  func() bool
	flight  func() RecorderStats
	inner   []*sinkStats // of a Failover

	mu          sync.Mutex
	dropped     map[drop]uint64
	owed        map[string]*loss // by reason
	lastError   string
	lastErrorAt time.Time
}

type drop struct {
	level  slog.Level
	reason string
}

func newSinkStats(name string) *sinkStats {
	return &sinkStats{name: name, dropped: make(map[drop]uint64), owed: make(map[string]*loss)}
}

func (s *sinkStats) deliver(bytes int) { s.delivered.add(bytes) }

// fail notes an error that has cost no record, yet: one of a flush, of a notice, or of a
// record that a journal or the next sink has.
func (s *sinkStats) fail(err error) {
	message := errorMessage(err) // before the lock, as its method may log
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastError, s.lastErrorAt = message, time.Now()
}

// drop counts a record that was lost to err.
func (s *sinkStats) drop(level slog.Level, err error) {
	reason, why := reasonOf(err)
	message, now := errorMessage(err), time.Now() // before the lock, as its method may log
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropped[drop{level, reason}]++
	s.lastError, s.lastErrorAt = message, now
	s.owe(reason, why, level, now)
}

// dropAll counts records that were lost together.
func (s *sinkStats) dropAll(levels map[slog.Level]uint64, err error) {
	reason, _ := reasonOf(err)
	s.mu.Lock()
	defer s.mu.Unlock()
	for level, n := range levels {
		s.dropped[drop{level, reason}] += n
	}
	s.lastError, s.lastErrorAt = errorMessage(err), time.Now()
}

// hold counts a record that is held back on purpose, which is no error.
func (s *sinkStats) hold(level slog.Level, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropped[drop{level, reason}]++
}

// holdAll is hold for several records, those that a flight recorder lets go.
func (s *sinkStats) holdAll(reason string, records *flight.Batch[heldRecord]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := 0; n < records.Len(); {
		level, from := records.Meta(n).level, n
		for n < records.Len() && records.Meta(n).level == level { // mostly it is the same for all
			n++
		}
		s.dropped[drop{level, reason}] += uint64(n - from)
	}
}

// passOn counts a record that the next sink of a Failover gets.
func (s *sinkStats) passOn(err error) {
	s.passedOn.Add(1)
	s.fail(err)
}

func (s *sinkStats) snapshot() SinkStats {
	records, bytes := s.delivered.sums()
	out := SinkStats{
		Sink:       s.name,
		Delivered:  records,
		Bytes:      bytes,
		Recovered:  s.recovered.Load(),
		FailedOver: s.passedOn.Load(),
		Notices:    s.notices.Load(),
	}
	if s.journal != nil {
		out.Journal = s.journal()
	}
	if s.queue != nil {
		q := s.queue()
		out.Queue = &q
	}
	if s.flight != nil {
		r := s.flight()
		out.Recorder = &r
	}
	if s.broken != nil {
		out.BrokenOff = s.broken()
	}
	dropped := make(map[drop]uint64)
	for _, inner := range s.inner {
		in := inner.snapshot()
		out.Delivered += in.Delivered
		out.Bytes += in.Bytes
		out.Notices += in.Notices
		for _, d := range in.Dropped {
			dropped[drop{d.Level, d.Reason}] += d.Records
		}
		out.Sinks = append(out.Sinks, in)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out.LastError, out.LastErrorTime = s.lastError, s.lastErrorAt
	for d, n := range s.dropped {
		dropped[d] += n
	}
	for d, n := range dropped {
		out.Dropped = append(out.Dropped, Drops{Level: d.level, Reason: d.reason, Records: n})
	}
	slices.SortFunc(out.Dropped, func(a, b Drops) int {
		if a.Level != b.Level {
			return int(a.Level - b.Level)
		}
		return strings.Compare(a.Reason, b.Reason)
	})
	return out
}
