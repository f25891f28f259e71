package spanlogtest

import (
	"log/slog"
	"testing"

	"github.com/spanlog/spanlog"
)

// TestRecordLevel: a record says its level as spanlog's own formats do.
func TestRecordLevel(t *testing.T) {
	for level, want := range map[slog.Level]string{
		spanlog.LevelTrace:     `TRACE "m"`,
		slog.LevelDebug:        `DEBUG "m"`,
		slog.LevelInfo + 2:     `INFO+2 "m"`,
		spanlog.LevelFatal:     `FATAL "m"`,
		spanlog.LevelFatal + 1: `ERROR+5 "m"`,
	} {
		if got := (Record{Level: level, Message: "m"}).String(); got != want {
			t.Errorf("%d: got %s, want %s", level, got, want)
		}
	}
}
