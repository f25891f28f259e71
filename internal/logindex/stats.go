package logindex

import (
	"log/slog"

	"github.com/spanlog/spanlog/internal/logline"
)

// Counts are of what is indexed.
type Counts struct {
	Bytes        int64 // decoded, with one for each line's end
	Lines        int64
	Records      int64 // the lines that say more than their text
	WithoutTrace int64 // lines that have none, nor belong to a record that has
	Torn         int64 // lines
	Levels       Levels
}

// Levels are how many records have which level, or one up to the next.
type Levels struct{ None, Trace, Debug, Info, Warn, Error, Fatal int64 }

// levelFatal is spanlog's.
const levelFatal = slog.Level(12)

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
	case h.Level < levelFatal:
		l.Error++
	default:
		l.Fatal++
	}
}

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
	// until all is indexed.
	Total int64
	// Indexed reports that all that was there is indexed, and Following that what comes
	// still will be.
	Indexed, Following bool
	Traces             int64   // there are summaries of so many
	Forgotten          int64   // and not of so many; one that came again counts each time
	Errors             []error // the last ones of files that could not be read
	MoreErrors         int64   // that came before
	Logs               []LogStats
}

// LogStats are those of one log.
type LogStats struct {
	Counts
	Path               string
	Total              int64
	Indexed, Following bool
}

// Stats returns how far the index is.
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
	s.Errors, s.MoreErrors = x.faults.stats()
	return s
}

func (l *log) stats() LogStats {
	ended := l.ended.Load()
	s := LogStats{Path: l.path}
	select {
	case <-l.settled:
		s.Indexed = true
	default:
	}
	s.Following = s.Indexed && !ended
	l.mu.RLock()
	s.Counts = l.counts
	l.mu.RUnlock()
	if s.Total = s.Bytes; !s.Indexed {
		s.Total = max(l.size, s.Bytes)
	}
	return s
}
