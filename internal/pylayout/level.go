package pylayout

import (
	"log/slog"
	"strconv"

	"github.com/spanlog/spanlog/internal/levelname"
)

// AppendLevelName appends Python's name of the level: DEBUG, INFO, WARNING and
// ERROR for slog's levels, TRACE for -8 and CRITICAL for 12. Levels in between
// are an offset from the name below, as slog prints them: INFO+2, DEBUG-1,
// ERROR+5. (Python has no names for them and prints "Level 25".)
func AppendLevelName(dst []byte, l slog.Level) []byte {
	name, base := "DEBUG", slog.LevelDebug
	switch {
	case l == levelname.Trace:
		return append(dst, "TRACE"...)
	case l == levelname.Fatal:
		return append(dst, "CRITICAL"...)
	case l >= slog.LevelError:
		name, base = "ERROR", slog.LevelError
	case l >= slog.LevelWarn:
		name, base = "WARNING", slog.LevelWarn
	case l >= slog.LevelInfo:
		name, base = "INFO", slog.LevelInfo
	}
	dst = append(dst, name...)
	// Not at a name: the distance, with its sign.
	offset := int64(l) - int64(base)
	if offset == 0 {
		return dst
	}
	if offset > 0 {
		dst = append(dst, '+')
	}
	return strconv.AppendInt(dst, offset, 10)
}

// LevelNo returns Python's number of the level: 10, 20, 30, 40 and 50 for
// DEBUG, INFO, WARNING, ERROR and CRITICAL, 5 for TRACE, which is what Python
// programs use. Levels in between lie on the straight line, rounded down: from
// -8 on, a higher level always has a higher number. Below, the numbers go down
// to 1 and no further, because 0 is Python's NOTSET.
func LevelNo(l slog.Level) int {
	// Far out, levels share a number, so that the product cannot overflow.
	n := int(min(max(l, -1000), 1_000_000))
	// Four of slog's levels are ten of Python's, and five below DEBUG. Both
	// products are positive, so that the division rounds down.
	if n >= int(slog.LevelDebug) {
		return (40 + (n-int(slog.LevelDebug))*10) / 4
	}
	if n >= int(levelname.Trace) {
		return (20 + (n-int(levelname.Trace))*5) / 4
	}
	return max(1, 5+n-int(levelname.Trace))
}
