package logquery

// Subjects: keys that mean something in a query beyond a field of that name. Each can be said more
// than once, which narrows it down: the later since counts, the earlier until, the higher level.
// Two different ids can't both hold, and are an error, as an empty answer would not say why.

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/levelname"
)

// subjectOf returns what a key stands for that is no field's, or "". A field of one of these
// names can be had with its key in quotes.
func subjectOf(key string) string {
	switch name := strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(key)); name {
	case "traceid", "spanid":
		return strings.TrimSuffix(name, "id")
	case "trace", "span", "level", "since", "until":
		return name
	}
	return ""
}

// addSubject has a query want what a term says of its subject, too.
func (q *Query) addSubject(subject string, t *term, now time.Time) error {
	switch {
	case subject == "level":
		return q.addLevel(t)
	case t.op != "=" && t.op != ":":
		return fmt.Errorf("want %s: or %[1]s=", t.key)
	case subject == "trace":
		id, err := ParseTrace(t.value)
		if err != nil {
			return errTrace
		}
		return q.addTrace(id)
	case subject == "span":
		id, err := ParseSpan(t.value)
		if err != nil {
			return errSpan
		}
		return q.addSpan(id)
	}
	at, err := ParseTime(t.value, now)
	if err != nil {
		return errTime
	}
	if n := Nanos(at); subject == "since" {
		q.Since = max(n, cmp.Or(q.Since, n))
	} else {
		q.Until = min(n, cmp.Or(q.Until, n))
	}
	return nil
}

func (q *Query) addTrace(id trace.TraceID) error {
	if q.Trace.IsValid() && q.Trace != id {
		return fmt.Errorf("the trace can't be %s and %s", q.Trace, id)
	}
	q.Trace = id
	return nil
}

func (q *Query) addSpan(id trace.SpanID) error {
	if q.Span.IsValid() && q.Span != id {
		return fmt.Errorf("the span can't be %s and %s", q.Span, id)
	}
	q.Span = id
	return nil
}

// addLevel narrows the levels down. A colon is as good as >=, since that is what people mean by
// level:warn; the equals sign means the band of levels up to the next name.
func (q *Query) addLevel(t *term) error {
	l, err := levelname.Parse(t.value)
	if err != nil {
		return errors.New(strings.ToLower(err.Error()))
	}
	switch t.op {
	case ":", ">=":
		q.atLeast(l)
	case ">":
		q.atLeast(max(l+1, l)) // there is no level above the last one
	case "<=":
		q.atMost(l)
	case "<":
		q.atMost(min(l-1, l))
	case "=":
		lowest, highest := levelname.Range(l)
		q.atLeast(lowest)
		q.atMost(highest)
	default:
		return fmt.Errorf("want %s with one of : = > >= < <=", t.key)
	}
	return nil
}

// atLeast and atMost narrow the levels down from either side.
func (q *Query) atLeast(l slog.Level) {
	if !q.HasLevel || l > q.Level {
		q.Level, q.HasLevel = l, true
	}
}

func (q *Query) atMost(l slog.Level) {
	if !q.HasMaxLevel || l < q.MaxLevel {
		q.MaxLevel, q.HasMaxLevel = l, true
	}
}

// Nanos is a time as queries have it, in which 0 is no limit: so the beginning of 1970 is a
// nanosecond later. Those that do not fit are the first or the last one.
func Nanos(t time.Time) int64 {
	switch n := t.UnixNano(); {
	case t.Before(time.Unix(0, math.MinInt64)):
		return math.MinInt64
	case t.After(time.Unix(0, math.MaxInt64)):
		return math.MaxInt64
	default:
		return cmp.Or(n, 1)
	}
}
