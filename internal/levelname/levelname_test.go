package levelname

import (
	"log/slog"
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
