package spanlog

import (
	"fmt"
	"log/slog"

	"github.com/spanlog/spanlog/internal/levelname"
	"github.com/spanlog/spanlog/internal/wording"
)

// The two levels that slog leaves out. They print and parse as TRACE and FATAL.
// With 9 added, as to slog's own, they are the least severity numbers of these
// names in OpenTelemetry's data model for logs: 1 and 21.
const (
	// LevelTrace is for what is too much even for debugging. With slog's
	// numbers it is as far below Debug as Debug is below Info.
	LevelTrace = slog.Level(-8)
	// LevelFatal is for the last record of a program; see [Logger.Fatal]. To log at
	// it ends nothing by itself.
	LevelFatal = slog.Level(12)
)

// namedLevels is how many levels have a name without an offset: TRACE, DEBUG, INFO, WARN,
// ERROR and FATAL, numbered in this order, four apart. What is made beforehand for each
// level, such as the text between time and message, is made for these.
const namedLevels = 6

// otherLevel is the number of all levels that have none.
const otherLevel = namedLevels

// levelIndex numbers the levels that have a name.
func levelIndex(l slog.Level) (i int, ok bool) {
	i = int(l-LevelTrace) / 4
	return i, l >= LevelTrace && l <= LevelFatal && levelAt(i) == l
}

func levelAt(i int) slog.Level { return LevelTrace + slog.Level(4*i) }

// ParseLevel parses a level as slog prints it, in any case: a name, a name with
// an offset ("INFO+2"), or a number ("-4"). Names are TRACE, DEBUG, INFO, WARN,
// ERROR and FATAL; WARNING and CRITICAL are understood too. The error repeats the
// text, and says what is wanted.
func ParseLevel(s string) (slog.Level, error) {
	l, err := levelname.Parse(s)
	if err != nil {
		return 0, fmt.Errorf("level %q: %w", wording.Short(s, longestNamed), err)
	}
	return l, nil
}
