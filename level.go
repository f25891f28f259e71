package spanlog

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"
)

// The two levels that slog leaves out. They print and parse as TRACE and FATAL.
const (
	// LevelTrace is for what is too much even for debugging. With slog's
	// numbers it is as far below Debug as Debug is below Info.
	LevelTrace = slog.Level(-8)
	// LevelFatal is for the last record of a program; see [Logger.Fatal].
	LevelFatal = slog.Level(12)
)

// namedLevels is how many levels have a name without an offset.
const namedLevels = 6

// otherLevel is the number of all levels that have none.
const otherLevel = namedLevels

// levelIndex numbers the levels that have a name.
func levelIndex(l slog.Level) (i int, ok bool) {
	i = int(l-LevelTrace) / 4
	return i, l >= LevelTrace && l <= LevelFatal && levelAt(i) == l
}

func levelAt(i int) slog.Level { return LevelTrace + slog.Level(4*i) }

// levelNames are the names that ParseLevel knows, slog's own and those that
// other languages' loggers use for the same thing.
var levelNames = map[string]slog.Level{
	"TRACE":    LevelTrace,
	"DEBUG":    slog.LevelDebug,
	"INFO":     slog.LevelInfo,
	"WARN":     slog.LevelWarn,
	"WARNING":  slog.LevelWarn,
	"ERROR":    slog.LevelError,
	"FATAL":    LevelFatal,
	"CRITICAL": LevelFatal,
}

// ParseLevel parses a level as slog prints it, in any case: a name, a name with
// an offset ("INFO+2"), or a number ("-4"). Names are TRACE, DEBUG, INFO, WARN,
// ERROR and FATAL; WARNING and CRITICAL are understood too.
func ParseLevel(s string) (slog.Level, error) {
	name, offset := strings.TrimSpace(s), 0
	if n, err := strconv.Atoi(name); err == nil {
		return slog.Level(n), nil
	}
	if i := strings.IndexAny(name, "+-"); i > 0 {
		n, err := strconv.Atoi(name[i:])
		if err != nil || n != int(int16(n)) { // no level is that far out
			return 0, fmt.Errorf("level %q: bad offset %q", shortened(s), shortened(name[i:]))
		}
		name, offset = name[:i], n
	}
	level, ok := levelNames[strings.ToUpper(name)]
	if !ok {
		return 0, fmt.Errorf("level %q: want TRACE, DEBUG, INFO, WARN, ERROR, FATAL, one of them with an offset such as INFO+2, or a number", shortened(s))
	}
	return level + slog.Level(offset), nil
}
