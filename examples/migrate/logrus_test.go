package main

import (
	"bytes"
	"io"
	"testing"

	"github.com/sirupsen/logrus"
	logrusslog "github.com/sirupsen/logrus/hooks/slog"

	"github.com/spanlog/spanlog"
)

func TestFromLogrus(t *testing.T) {
	before, after := capture(t, logrusBefore).stderr, capture(t, logrusAfter).stderr
	checkSame(t, before, after, slogLevelName)
	stays := capture(t, logrusStays).stderr
	checkSame(t, before, stays, slogLevelName)
	names := capture(t, logrusNames).stderr
	checkNames(t, before, names, "time", "")
	checkShown(t, "logrus", before, after)
}

// TestLogrusLevels has calls of logrus come out at spanlog's levels.
func TestLogrusLevels(t *testing.T) {
	for _, c := range []struct {
		level       logrus.Level
		want, byOwn string
	}{
		{logrus.TraceLevel, "TRACE", "TRACE"},
		{logrus.DebugLevel, "DEBUG", "DEBUG"},
		{logrus.InfoLevel, "INFO", "INFO"},
		{logrus.WarnLevel, "WARN", "WARN"},
		{logrus.ErrorLevel, "ERROR", "ERROR"},
		{logrus.FatalLevel, "FATAL", "ERROR+2"},
		{logrus.PanicLevel, "FATAL", "FATAL"},
	} {
		for _, o := range []struct {
			opts *logrusslog.HookOptions
			want string
		}{{&logrusslog.HookOptions{LevelMapper: fromLogrus}, c.want}, {nil, c.byOwn}} {
			var buf bytes.Buffer
			log, err := spanlog.New(&spanlog.Options{Level: spanlog.LevelTrace}, spanlog.Writer{Writer: &buf})
			if err != nil {
				t.Fatal(err)
			}
			stays := logrus.New()
			stays.SetOutput(io.Discard)
			stays.SetLevel(logrus.TraceLevel)
			stays.AddHook(logrusslog.NewHook(log.Logger, o.opts))
			stays.Log(c.level, "m") // which neither exits nor panics
			if got := only(t, buf.String())["level"]; got != o.want {
				t.Errorf("%v is %v, want %s", c.level, got, o.want)
			}
			log.Close()
		}
	}
}
