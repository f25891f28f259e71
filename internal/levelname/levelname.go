// Package levelname names levels.
//
// A level is a number, of which slog names four and spanlog two more. A name is written
// where a record is (Of), read where a program is told what to log or a person what to show
// (Parse), and stands for a band of levels where only so many can be told apart (Band, Range).
// All of that follows slog: a level between two names is the one below with an offset.
//
// Other systems' names are where those systems are known: the schemas' in schema.go of
// package spanlog, Python's in package pylayout, and what loggers of all languages write in
// package logline, which reads many more names than Parse and takes numbers for what their
// logger means by them.
package levelname

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"strings"
)

// The two levels that slog leaves out, a step of four below and above its own.
// spanlog.LevelTrace and LevelFatal are the same numbers.
const (
	Trace = slog.Level(-8)
	Fatal = slog.Level(12)
)

// Of is slog's name of a level, or TRACE or FATAL at exactly those. Around them it stays
// slog's, as in DEBUG-5 and ERROR+5: what is not named by us is byte for byte as with slog.
func Of(l slog.Level) string {
	switch l {
	case Trace:
		return "TRACE"
	case Fatal:
		return "FATAL"
	}
	return l.String()
}

// Band is the name of the highest named level that a level is not below, in lower case:
// what decides its colour, say. Below TRACE, it is trace. Bands are keys to those who get
// them, metrics and web pages, so they are few and without offsets.
func Band(l slog.Level) string {
	switch {
	case l < slog.LevelDebug:
		return "trace"
	case l < slog.LevelInfo:
		return "debug"
	case l < slog.LevelWarn:
		return "info"
	case l < slog.LevelError:
		return "warn"
	case l < Fatal:
		return "error"
	}
	return "fatal"
}

// Range is the levels that a named one stands for where a single one is meant: those up
// to below the next name. Below TRACE, and from FATAL on, there is none. Any other level
// is meant by itself.
func Range(l slog.Level) (lowest, highest slog.Level) {
	const step = slog.LevelInfo - slog.LevelDebug
	switch {
	case l == Trace:
		return math.MinInt, l + step - 1
	case l == Fatal:
		return l, math.MaxInt
	case l%step != 0 || l < Trace || l > Fatal:
		return l, l
	}
	return l, l + step - 1
}

// levels are the names that Parse knows, slog's own and those that other languages'
// loggers use for the same thing.
var levels = map[string]slog.Level{
	"TRACE":    Trace,
	"DEBUG":    slog.LevelDebug,
	"INFO":     slog.LevelInfo,
	"WARN":     slog.LevelWarn,
	"WARNING":  slog.LevelWarn,
	"ERROR":    slog.LevelError,
	"FATAL":    Fatal,
	"CRITICAL": Fatal,
}

// Parse parses a level as slog prints it, in any case: a name, a name with an offset, or a
// number. The error says what is wanted, but not what there is: its callers know where
// that came from, and say both.
func Parse(s string) (slog.Level, error) {
	name, offset := strings.TrimSpace(s), 0
	if n, err := strconv.Atoi(name); err == nil {
		return slog.Level(n), nil
	}
	if i := strings.IndexAny(name, "+-"); i > 0 {
		n, err := strconv.Atoi(name[i:])
		if err != nil || n != int(int16(n)) { // no level is that far out
			return 0, fmt.Errorf("bad offset %.100q", name[i:])
		}
		name, offset = name[:i], n
	}
	level, ok := levels[strings.ToUpper(name)]
	if !ok {
		return 0, errLevel
	}
	return level + slog.Level(offset), nil
}

var errLevel = errors.New("want TRACE, DEBUG, INFO, WARN, ERROR, FATAL, one of them with an offset such as INFO+2, or a number")
