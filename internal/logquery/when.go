package logquery

import (
	"errors"
	"fmt"
	"time"
)

// timeForms are how a time may be given, from the whole to a part of it. What is left out is 0.
var timeForms = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02",
}

// errTime has an example of each form: they are easier to read than a description.
var errTime = errors.New("want one such as 2006-01-02T15:04:05Z, 2006-01-02 15:04, 15:04:05, or 10m for ten minutes ago")

// ParseTime parses a time, as of now: also one of today, or how long ago. What has no zone is in
// that of now. A duration counts back whatever its sign: "since:-10m" is meant so as well.
func ParseTime(s string, now time.Time) (time.Time, error) {
	if d, err := time.ParseDuration(s); err == nil {
		return now.Add(-d.Abs()), nil
	}
	for _, form := range timeForms {
		if t, err := time.ParseInLocation(form, s, now.Location()); err == nil {
			return t, nil
		}
	}
	for _, form := range []string{"15:04:05", "15:04"} {
		if t, err := time.ParseInLocation(form, s, now.Location()); err == nil {
			y, m, d := now.Date()
			return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), now.Location()), nil
		}
	}
	return time.Time{}, fmt.Errorf("time %q: %w", s, errTime)
}
