package spanlog

import (
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Stats is what has become of a logger's records, sink by sink, since [New].
type Stats struct {
	Sinks []SinkStats `json:"sinks"`
}

// SinkStats counts one sink's records. Every record that reached the sink is
// either delivered or dropped.
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
	// Journal says how a File keeps its records until they are written:
	// "journal", or "write-through" and why.
	Journal string `json:"journal,omitempty"`
	// LastError is the text of the newest error, and LastErrorTime its time.
	LastError     string    `json:"last_error,omitempty"`
	LastErrorTime time.Time `json:"last_error_time,omitzero"`
}

// Drops is the number of records of one level that were dropped for one reason:
// "closed", "full" or "error".
type Drops struct {
	Level   slog.Level
	Reason  string
	Records uint64
}

// MarshalJSON writes the level by its name, TRACE and FATAL included.
func (d Drops) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Level   string `json:"level"`
		Reason  string `json:"reason"`
		Records uint64 `json:"records"`
	}{levelName(d.Level), d.Reason, d.Records})
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
	delivered atomic.Uint64
	bytes     atomic.Uint64
	recovered atomic.Uint64
	journal   func() string // nil: the sink has none; set before the first record

	mu          sync.Mutex
	dropped     map[drop]uint64
	lastError   string
	lastErrorAt time.Time
}

type drop struct {
	level  slog.Level
	reason string
}

func newSinkStats(name string) *sinkStats {
	return &sinkStats{name: name, dropped: make(map[drop]uint64)}
}

func (s *sinkStats) deliver(bytes int) { s.deliverMany(1, bytes) }

func (s *sinkStats) deliverMany(records, bytes int) {
	s.delivered.Add(uint64(records))
	s.bytes.Add(uint64(bytes))
}

// fail notes an error that has cost no record, yet.
func (s *sinkStats) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastError, s.lastErrorAt = errorMessage(err), time.Now()
}

// drop counts a record that was lost to err.
func (s *sinkStats) drop(level slog.Level, err error) {
	reason := "error"
	switch {
	case errors.Is(err, ErrClosed):
		reason = "closed"
	case errors.Is(err, ErrDropped):
		reason = "full"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropped[drop{level, reason}]++
	s.lastError, s.lastErrorAt = errorMessage(err), time.Now()
}

func (s *sinkStats) snapshot() SinkStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := SinkStats{
		Sink:      s.name,
		Delivered: s.delivered.Load(),
		Bytes:     s.bytes.Load(),
		Recovered: s.recovered.Load(),
		LastError: s.lastError, LastErrorTime: s.lastErrorAt,
	}
	if s.journal != nil {
		out.Journal = s.journal()
	}
	for d, n := range s.dropped {
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
