package main

import (
	"log/slog"
	"testing"
	"time"
)

// checkNames demands that a record has the names and forms that it had before, and the
// ids. The time is another one, but of the same JSON kind, and so is the place.
func checkNames(t *testing.T, before, after, timeKey, callerKey string) {
	t.Helper()
	want, got := only(t, before), only(t, after)
	switch w := want[timeKey].(type) {
	case string:
		s, _ := got[timeKey].(string)
		if _, err := time.Parse(time.RFC3339, s); err != nil || len(s) != len(w) {
			t.Errorf("%s is %q, want the form of %q: %v", timeKey, s, w, err)
		}
	case float64:
		if _, ok := got[timeKey].(float64); !ok {
			t.Errorf("%s is %v, want the form of %v", timeKey, got[timeKey], w)
		}
	default:
		t.Errorf("%s is %v before", timeKey, w)
	}
	delete(want, timeKey)
	delete(got, timeKey)
	if callerKey != "" {
		for _, f := range []fields{want, got} {
			renamed(callerKey, "source")(f)
			fileOnly(f)
		}
	}
	checkFields(t, got, want.with(ids))
}

// TestNamesOfAttributes has the functions see attributes of the program's that look
// like slog's own.
func TestNamesOfAttributes(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func([]string, slog.Attr) slog.Attr
		attr slog.Attr
		want any
	}{
		{"zap", likeZap, slog.String("time", "noon"), "noon"},
		{"zap", likeZap, slog.Duration("d", 1500*time.Millisecond), 1.5},
		{"zap", likeZap, slog.Any("level", slog.LevelWarn), "warn"},
		{"zap", likeZap, slog.Time("at", time.Unix(1, 5e8)), 1.5},
		{"zap", likeZap, slog.Any("source", &slog.Source{File: "/a/b/c.go", Line: 7}), "b/c.go:7"},
		{"zerolog", likeZerolog, slog.String("level", "high"), "high"},
		{"zerolog", likeZerolog, slog.Duration("d", 1500*time.Microsecond), 1.5},
		{"zerolog", likeZerolog, slog.Time("at", time.Unix(1, 5e8).UTC()), "1970-01-01T00:00:01Z"},
		{"zerolog", likeZerolog, slog.Any("level", slog.LevelWarn), "warn"},
		{"logrus", likeLogrus, slog.Any("level", slog.LevelWarn), "warning"},
		{"logrus", likeLogrus, slog.Any("level", slog.LevelError), "error"},
		{"logrus", likeLogrus, slog.Duration("d", time.Second), time.Second},
		{"logrus", likeLogrus, slog.Time("time", time.Unix(1, 5e8).UTC()), "1970-01-01T00:00:01Z"},
		{"logrus", likeLogrus, slog.Time("at", time.Unix(1, 5e8).UTC()), time.Unix(1, 5e8).UTC()},
	} {
		if got := c.f(nil, c.attr).Value.Any(); got != c.want {
			t.Errorf("%s: %v becomes %v, want %v", c.name, c.attr, got, c.want)
		}
	}
}
