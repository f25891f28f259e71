package spanlog

import (
	"log/slog"
	"math"
	"time"

	"github.com/spanlog/spanlog/internal/archive"
	"github.com/spanlog/spanlog/internal/logfile"
)

// Period says when a [File] is rotated by the clock. The zero value is never.
// Periods are comparable.
type Period struct{ schedule archive.Schedule }

// The periods that most logs have. A day begins at midnight by the local clock,
// also on a day of 23 or 25 hours; an hour has 60 minutes, and the one that is
// repeated in autumn is two.
var (
	Daily  = Period{archive.Daily}
	Hourly = Period{archive.Hourly}
)

// Every returns the period of length d, which must be a minute at least, or [New]
// refuses the File. If a day is a multiple of d, it begins at multiples of d since
// midnight by the local clock: with 6 hours at 00:00, 06:00, 12:00 and 18:00.
// Otherwise it begins at multiples of d since the beginning of 1970 in UTC.
func Every(d time.Duration) Period {
	if d == 0 {
		d = -1 // which is refused, as 1 ns would be; 0 would be never
	}
	return Period{archive.Every(d)}
}

// String returns "never", "daily", "hourly" or as in "every 15m".
func (p Period) String() string { return p.schedule.String() }

// SyncPolicy says when a [File] is made safe from a loss of power, with fsync.
// The end of the process alone, however it comes, needs none. The zero value is
// [SyncNever].
//
// A sync takes as long as the disk does: about a millisecond, and with some disks
// much more. Of goroutines that wait for one at the same time, one does it for
// all.
type SyncPolicy struct {
	level slog.Level // if sync: records at or above are synced
	sync  bool
	every time.Duration
}

// The policies that need no time. With SyncNever, the operating system writes
// what it has when it likes, mostly within half a minute. With SyncErrors, a
// record at Error or above, and all before it, is on disk before Handle returns.
// With SyncAlways every record is.
var (
	SyncNever  = SyncPolicy{}
	SyncErrors = SyncPolicy{sync: true, level: slog.LevelError}
	SyncAlways = SyncPolicy{sync: true, level: math.MinInt}
)

// SyncEvery has all that was logged written and synced every d: a loss of power takes
// the records of the last d. It must be 10 ms at least, or [New] refuses the File.
func SyncEvery(d time.Duration) SyncPolicy {
	if d == 0 {
		d = -1 // which is refused
	}
	return SyncPolicy{every: d}
}

// from is the level from which on records are synced. logfile.Never is above all levels.
func (p SyncPolicy) from() slog.Level {
	if p.sync {
		return p.level
	}
	return logfile.Never
}
