package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/logquery"
)

// A query is what the flags and arguments set of a [logquery.Query].
type query struct{ logquery.Query }

// parseField parses key=value or key!=value. Any other argument is a file.
func parseField(arg string) (f logquery.Field, ok bool) {
	key, value, ok := strings.Cut(arg, "=")
	if !ok || key == "" || key == "!" {
		return f, false
	}
	if _, err := os.Stat(arg); err == nil {
		return f, false
	}
	f = logquery.Field{Key: key, Value: value}
	if key, not := strings.CutSuffix(key, "!"); not {
		f.Key, f.Not = key, true
	}
	return f, true
}

// parseTrace parses the id of a trace: 32 hex digits, the 16 of an older tracer, or a
// whole traceparent, whose span is that of the caller and of no interest here.
func parseTrace(s string) (trace.TraceID, error) {
	digits := strings.ToLower(strings.TrimSpace(s))
	if parts := strings.Split(digits, "-"); len(parts) == 4 && len(parts[0]) == 2 {
		digits = parts[1]
	}
	if len(digits) == 16 {
		digits = strings.Repeat("0", 16) + digits
	}
	id, err := trace.TraceIDFromHex(digits)
	if err != nil {
		return id, fmt.Errorf("trace id %q: want 32 hex digits, 16, or a traceparent", s)
	}
	return id, nil
}

func parseSpan(s string) (trace.SpanID, error) {
	id, err := trace.SpanIDFromHex(strings.ToLower(strings.TrimSpace(s)))
	if err != nil {
		return id, fmt.Errorf("span id %q: want 16 hex digits", s)
	}
	return id, nil
}

// timeForms are how a time may be given, from the whole to a part of it.
var timeForms = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02",
}

// parseTime parses a time, as of now: also one of today, or how long ago.
func parseTime(s string, now time.Time) (time.Time, error) {
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
	return time.Time{}, fmt.Errorf("time %q: want one such as 2006-01-02T15:04:05Z, 2006-01-02 15:04, 15:04:05, or 10m for ten minutes ago", s)
}

// The flags below set a part of a query.

func (q *query) setTrace(s string) (err error) {
	q.Trace, err = parseTrace(s)
	return err
}

func (q *query) setSpan(s string) (err error) {
	q.Span, err = parseSpan(s)
	return err
}

func (q *query) setLevel(s string) (err error) {
	q.Level, err = spanlog.ParseLevel(s)
	q.HasLevel = true
	return err
}

func (q *query) setGrep(s string) (err error) {
	if q.Regexp, err = regexp.Compile(s); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return nil
}

func (q *query) setSince(s string) error { return setTime(&q.Since, s) }
func (q *query) setUntil(s string) error { return setTime(&q.Until, s) }

func setTime(at *int64, s string) error {
	t, err := parseTime(s, time.Now())
	if err == nil {
		*at = t.UnixNano()
	}
	return err
}
