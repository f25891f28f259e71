package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/logquery"
)

// A query is what the flags and arguments set of a [logquery.Query], which has the meaning. Each of
// them leaves out more lines; a flag that comes twice has its last value, as with other programs.
//
// The search of the pages is typed in one line, and has a grammar for that in logquery. Here the
// shell has split the words already, and what has a flag needs no grammar: only fields are
// arguments, because their keys are the user's own.
type query struct{ logquery.Query }

// check finds what is wrong with the flags together, whatever their order is.
func (q *query) check() error {
	if q.Since != 0 && q.Until != 0 && q.Since > q.Until {
		since, until := time.Unix(0, q.Since), time.Unix(0, q.Until)
		return fmt.Errorf("-since %s is after -until %s", since.Format(time.RFC3339Nano), until.Format(time.RFC3339Nano))
	}
	return nil
}

// parseField parses key=value or key!=value. Any other argument is a file, and so is one that
// there is a file for: = may be in a name. Values may be empty, and may have more of = in them.
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

// flagOf says by what flag to ask for parts of a record that are not among its attributes, however
// it calls them. As attributes, no record would have them, and nobody would know why nothing is
// found.
var flagOf = map[string]string{
	"level":    "-level, which is for a level and those above",
	"trace_id": "-trace",
	"span_id":  "-span",
}

// The methods below set a part of a query by a flag, whose name and value are added to their errors.

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

// setTime takes times as of now, and those of today or ago at the time the command was started.
func setTime(at *int64, s string) error {
	t, err := logquery.ParseTime(s, time.Now())
	if err == nil {
		*at = logquery.Nanos(t) // people write 9999-12-31 for never, which does not fit
	}
	return err
}
