package logindex

// Numbers: what is in the logs, and how far the index is with them. They are exact for what is
// published, and grow with each block: whoever shows them asks again now and then.

import (
	"log/slog"

	"github.com/spanlog/spanlog/internal/levelname"
	"github.com/spanlog/spanlog/internal/logline"
)

// Counts are of what is indexed.
type Counts struct {
	Bytes        int64 // decoded, with one for each line's end
	Lines        int64
	Records      int64 // the lines that say more than their text, also if that broke off
	WithoutTrace int64 // lines that have none, nor belong to a record that has
	Torn         int64 // lines
	Levels       Levels
}

// Levels are how many records have which level, or one up to the next.
type Levels struct{ None, Trace, Debug, Info, Warn, Error, Fatal int64 }

// add counts a record, in the band of [levelname.Band]. That names it, which would have to be
// looked up for each line.
func (l *Levels) add(h *logline.Head) {
	switch {
	case !h.HasLevel:
		l.None++
	case h.Level < slog.LevelDebug:
		l.Trace++
	case h.Level < slog.LevelInfo:
		l.Debug++
	case h.Level < slog.LevelWarn:
		l.Info++
	case h.Level < slog.LevelError:
		l.Warn++
	case h.Level < levelname.Fatal:
		l.Error++
	default:
		l.Fatal++
	}
}

// add adds those of another part of the logs. It has all fields of Counts and Levels.
func (c *Counts) add(d *Counts) {
	c.Bytes += d.Bytes
	c.Lines += d.Lines
	c.Records += d.Records
	c.WithoutTrace += d.WithoutTrace
	c.Torn += d.Torn
	c.Levels.None += d.Levels.None
	c.Levels.Trace += d.Levels.Trace
	c.Levels.Debug += d.Levels.Debug
	c.Levels.Info += d.Levels.Info
	c.Levels.Warn += d.Levels.Warn
	c.Levels.Error += d.Levels.Error
	c.Levels.Fatal += d.Levels.Fatal
}

// Stats are how far the index is.
type Stats struct {
	Counts
	// Total is how many bytes there are, as far as that can be told by names and sizes,
	// until all is indexed. It is never less than Bytes, and the same from then on.
	Total int64
	// Indexed reports that all that was there when the index was opened is indexed. Following
	// reports that what comes still will be: all logs are followed, and none has ended.
	Indexed, Following bool
	Traces             int64   // there are summaries of so many
	Forgotten          int64   // and not of so many; one that came again counts each time
	Errors             []error // the last 50 of files that could not be read
	Logs               []LogStats
}

// LogStats are those of one log. Its fields mean what they mean in [Stats].
type LogStats struct {
	Counts
	Path               string // or the name that it was given
	Total              int64
	Indexed, Following bool
}

// Stats returns how far the index is. The logs are asked one after the other, and the sums are
// those of what they say.
func (x *Index) Stats() Stats {
	s := Stats{Indexed: true, Following: len(x.logs) > 0}
	for _, l := range x.logs {
		one := l.stats()
		s.Counts.add(&one.Counts)
		s.Total += one.Total
		s.Indexed = s.Indexed && one.Indexed
		s.Following = s.Following && one.Following
		s.Logs = append(s.Logs, one)
	}
	s.Traces, s.Forgotten = x.traces.stats()
	s.Errors = x.faults.all()
	return s
}

func (l *log) stats() LogStats {
	s := LogStats{Path: l.name}
	select {
	case <-l.settled:
		s.Indexed = true
	default:
	}
	// In this order: a log that is not followed has ended before it is settled.
	s.Following = s.Indexed && !l.ended.Load()
	l.mu.RLock()
	s.Counts = l.counts
	l.mu.RUnlock()
	if s.Total = s.Bytes; !s.Indexed {
		s.Total = max(l.size, s.Bytes)
	}
	return s
}
