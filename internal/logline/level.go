package logline

// Levels of all loggers, on slog's scale. Names mean the same everywhere, or nearly so. Numbers
// do not: 40 is a warning to bunyan and an error to Python. So the key's name says whose they are
// where it can (its form), and the number itself where it can't. A level between two of slog's
// stays there: a notice is shown as INFO+2, and a filter for WARN leaves it out. TestLevels has
// the table.

import (
	"bytes"
	"log/slog"

	"github.com/spanlog/spanlog/internal/levelname"
)

// levelNotice is between INFO and WARN, as syslog has it. slog prints it as INFO+2.
const levelNotice = slog.Level(2)

// parseLevel parses a level: a name in any letter case, with or without an offset as slog
// writes it, or a number, whose meaning depends on the form. A number in quotes is a number.
func parseLevel(b []byte, f form) (slog.Level, bool) {
	switch string(b) { // the usual ones at once
	case "DEBUG", "debug":
		return slog.LevelDebug, true
	case "INFO", "info":
		return slog.LevelInfo, true
	case "WARN", "warn":
		return slog.LevelWarn, true
	case "ERROR", "error":
		return slog.LevelError, true
	}
	b = bytes.TrimSpace(b)
	end := 0
	for end < len(b) && (b[end]|0x20)-'a' < 26 {
		end++
	}
	if end == 0 {
		n, ok := parseSmall(b)
		if !ok || f == formNamed {
			return 0, false
		}
		return numberLevel(n, f)
	}
	l, ok := namedLevel(b[:end])
	if !ok || end == len(b) {
		return l, ok
	}
	if b[end] != '+' && b[end] != '-' {
		return 0, false
	}
	offset, ok := parseSmall(b[end:]) // as in INFO+2, which slog writes
	return l + slog.Level(offset), ok
}

// parseSmall parses a number of at most five digits, with a sign or none. No scale goes that far.
func parseSmall(b []byte) (n int, ok bool) {
	negative := len(b) > 0 && b[0] == '-'
	if negative || len(b) > 0 && b[0] == '+' {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 5 || digitsEnd(b, 0) != len(b) {
		return 0, false
	}
	for _, c := range b {
		n = 10*n + int(c-'0')
	}
	if negative {
		n = -n
	}
	return n, true
}

// namedLevel is the level of a name without an offset: that of slog, of the loggers in
// lines_test.go, of syslog, and of their abbreviations. The array is as long as the longest.
func namedLevel(b []byte) (slog.Level, bool) {
	var upper [len("INFORMATIONAL")]byte
	if len(b) > len(upper) {
		return 0, false
	}
	for i, c := range b {
		upper[i] = c &^ 0x20 // they are letters, see parseLevel
	}
	switch string(upper[:len(b)]) {
	case "TRACE", "TRC", "VERBOSE", "SILLY", "FINER", "FINEST":
		return levelname.Trace, true
	case "DEBUG", "DBG", "DBUG", "FINE":
		return slog.LevelDebug, true
	case "INFO", "INF", "INFORMATION", "INFORMATIONAL":
		return slog.LevelInfo, true
	case "NOTICE":
		return levelNotice, true
	case "WARN", "WRN", "WARNING":
		return slog.LevelWarn, true
	case "ERROR", "ERR", "EROR", "SEVERE":
		return slog.LevelError, true
	case "FATAL", "FTL", "CRITICAL", "CRIT", "PANIC", "PNC", "DPANIC", "ALERT", "EMERG", "EMERGENCY":
		return levelname.Fatal, true
	}
	return 0, false
}

// numberLevel gives a number its meaning. Without a form that tells, it is slog's if it is
// negative, 8 or 9; syslog's up to 7; that of bunyan and pino up to 99; and Monolog's from
// 100 on.
func numberLevel(n int, f form) (slog.Level, bool) {
	switch f {
	case formOTel:
		return otelLevel(n)
	case formSyslog:
		return syslogLevel(n)
	case formPython: // ten of its steps are four of slog's, and INFO is 20
		return slog.Level(floorDiv(4*(n-20), 10)), 1 <= n && n <= 60
	case formSeverity:
		switch {
		case n >= 100:
			return hundredLevel(n, 300, 400, 500, 600)
		case n >= 8:
			return otelLevel(n)
		}
		return syslogLevel(n)
	}
	switch {
	case n >= 100:
		return hundredLevel(n, 250, 300, 400, 500)
	case n >= 10: // the same steps, and info is 30
		return slog.Level(floorDiv(4*(n-30), 10)), true
	case n >= 8, -16 <= n && n < 0:
		return slog.Level(n), true
	}
	return syslogLevel(n)
}

// floorDiv is n/by rounded down, also where n is negative.
func floorDiv(n, by int) int {
	if n < 0 {
		n -= by - 1
	}
	return n / by
}

// otelLevel is OpenTelemetry's severity number, which has slog's steps: its logs data model has
// 9 for INFO, and four numbers for each name.
func otelLevel(n int) (slog.Level, bool) { return slog.Level(n - 9), 1 <= n && n <= 24 }

// syslogLevel is the severity of syslog (RFC 5424), where the lowest number is the worst. Its
// three worst are all fatal here.
func syslogLevel(n int) (slog.Level, bool) {
	if n < 0 || n > 7 {
		return 0, false
	}
	return [...]slog.Level{levelname.Fatal, levelname.Fatal, levelname.Fatal, slog.LevelError, slog.LevelWarn, levelNotice, slog.LevelInfo, slog.LevelDebug}[n], true
}

// hundredLevel is for the scales of Google and Monolog, which have debug at 100 and info at
// 200, and then differ.
func hundredLevel(n, notice, warn, err, critical int) (slog.Level, bool) {
	switch {
	case n >= 1000:
		return 0, false
	case n >= critical:
		return levelname.Fatal, true
	case n >= err:
		return slog.LevelError, true
	case n >= warn:
		return slog.LevelWarn, true
	case n >= notice:
		return levelNotice, true
	case n >= 200:
		return slog.LevelInfo, true
	}
	return slog.LevelDebug, true
}
