// Package levelname names levels.
package levelname

import "log/slog"

// The two levels that slog leaves out.
const (
	Trace = slog.Level(-8)
	Fatal = slog.Level(12)
)

// Of is slog's name of a level, or TRACE or FATAL at exactly those.
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
// what decides its colour, say. Below TRACE, it is trace.
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
