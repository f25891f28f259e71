package main

import (
	"fmt"
	"log/slog"
	"path"
	"strings"
	"time"
)

// likeZap is a ReplaceAttr for the forms of zap's production configuration.
func likeZap(groups []string, a slog.Attr) slog.Attr {
	switch v := a.Value.Any().(type) {
	case time.Time:
		a.Value = slog.Float64Value(float64(v.UnixNano()) / 1e9)
	case time.Duration:
		a.Value = slog.Float64Value(v.Seconds())
	case slog.Level:
		a.Value = slog.StringValue(strings.ToLower(v.String()))
	case *slog.Source:
		dir, file := path.Split(v.File)
		a.Value = slog.StringValue(fmt.Sprintf("%s:%d", path.Join(path.Base(dir), file), v.Line))
	}
	return a
}

// likeZerolog is a ReplaceAttr for zerolog's forms.
func likeZerolog(groups []string, a slog.Attr) slog.Attr {
	switch v := a.Value.Any().(type) {
	case time.Time:
		a.Value = slog.StringValue(v.Format(time.RFC3339))
	case time.Duration:
		a.Value = slog.Float64Value(float64(v) / float64(time.Millisecond))
	case slog.Level:
		a.Value = slog.StringValue(strings.ToLower(v.String()))
	}
	return a
}

// likeLogrus is a ReplaceAttr for the forms of logrus's JSONFormatter.
func likeLogrus(groups []string, a slog.Attr) slog.Attr {
	switch v := a.Value.Any().(type) {
	case time.Time:
		if len(groups) == 0 && a.Key == slog.TimeKey {
			a.Value = slog.StringValue(v.Format(time.RFC3339))
		}
	case slog.Level:
		name := strings.ToLower(v.String())
		if v == slog.LevelWarn {
			name = "warning"
		}
		a.Value = slog.StringValue(name)
	}
	return a
}
