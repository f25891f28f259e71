package levelname

import (
	"log/slog"
	"math"
	"testing"
)

func TestNames(t *testing.T) {
	for _, test := range []struct {
		level    slog.Level
		of, band string
	}{
		{-100, "DEBUG-96", "trace"},
		{-9, "DEBUG-5", "trace"},
		{Trace, "TRACE", "trace"},
		{-5, "DEBUG-1", "trace"},
		{slog.LevelDebug, "DEBUG", "debug"},
		{-1, "DEBUG+3", "debug"},
		{slog.LevelInfo, "INFO", "info"},
		{2, "INFO+2", "info"},
		{slog.LevelWarn, "WARN", "warn"},
		{slog.LevelError, "ERROR", "error"},
		{11, "ERROR+3", "error"},
		{Fatal, "FATAL", "fatal"},
		{13, "ERROR+5", "fatal"},
	} {
		if of, band := Of(test.level), Band(test.level); of != test.of || band != test.band {
			t.Errorf("level %d: got %s and %s, want %s and %s", test.level, of, band, test.of, test.band)
		}
	}
}

func TestRange(t *testing.T) {
	for _, test := range []struct{ level, lowest, highest slog.Level }{
		{-9, -9, -9},
		{Trace, math.MinInt, -5},
		{-7, -7, -7},
		{slog.LevelDebug, -4, -1},
		{slog.LevelInfo, 0, 3},
		{2, 2, 2},
		{slog.LevelWarn, 4, 7},
		{slog.LevelError, 8, 11},
		{Fatal, 12, math.MaxInt},
		{16, 16, 16},
	} {
		if lowest, highest := Range(test.level); lowest != test.lowest || highest != test.highest {
			t.Errorf("level %d: got %d to %d, want %d to %d", test.level, lowest, highest, test.lowest, test.highest)
		}
	}
}

func TestParse(t *testing.T) {
	for _, test := range []struct {
		in   string
		want slog.Level
		err  string
	}{
		{"warn", slog.LevelWarn, ""},
		{" Critical\n", Fatal, ""},
		{"TRACE+1", -7, ""},
		{"-4", slog.LevelDebug, ""},
		{"wran", 0, errLevel.Error()},
		{"", 0, errLevel.Error()},
		{"INFO+x", 0, `bad offset "+x"`},
	} {
		got, err := Parse(test.in)
		if err == nil && (got != test.want || test.err != "") || err != nil && err.Error() != test.err {
			t.Errorf("%q: got %d, %v; want %d, %s", test.in, got, err, test.want, test.err)
		}
	}
}
