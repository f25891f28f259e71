package main

import (
	"os"
	"strings"
	"time"

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

// The flags below set a part of a query.

func (q *query) setTrace(s string) (err error) {
	q.Trace, err = logquery.ParseTrace(s)
	return err
}

func (q *query) setSpan(s string) (err error) {
	q.Span, err = logquery.ParseSpan(s)
	return err
}

func (q *query) setLevel(s string) (err error) {
	q.Level, err = spanlog.ParseLevel(s)
	q.HasLevel = true
	return err
}

func (q *query) setGrep(s string) (err error) {
	q.Regexp, err = logquery.ParseRegexp(s)
	return err
}

func (q *query) setSince(s string) error { return setTime(&q.Since, s) }
func (q *query) setUntil(s string) error { return setTime(&q.Until, s) }

func setTime(at *int64, s string) error {
	t, err := logquery.ParseTime(s, time.Now())
	if err == nil {
		*at = t.UnixNano()
	}
	return err
}
