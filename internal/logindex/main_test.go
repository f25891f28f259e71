package logindex

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/logline"
	"github.com/spanlog/spanlog/internal/logquery"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func gzipped(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(text))
	if err = errors.Join(err, z.Close()); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// put makes a file in a directory, and returns its path.
func put(t assert.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	assert.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// appendTo writes to a log.
func appendTo(t assert.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	assert.NoError(t, err)
	_, err = f.WriteString(text)
	assert.NoError(t, errors.Join(err, f.Close()))
}

// open opens an index, and waits until all is indexed.
func open(t testing.TB, o Options, paths ...string) *Index {
	t.Helper()
	x, err := Open(paths, o)
	assert.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, x.Close()) })
	assert.NoError(t, x.Wait(context.Background()))
	return x
}

func traceID(n int) (id trace.TraceID) {
	copy(id[:], fmt.Sprintf("trace%011d", n))
	return id
}

// recordOf is a record of spanlog's.
func recordOf(n, trace int, level, msg string) string {
	at := time.Date(2026, 11, 22, 11, 57, 0, 0, time.UTC).Add(time.Duration(n) * time.Millisecond)
	return fmt.Sprintf(`{"time":%q,"level":%q,"msg":%q,"trace_id":"%s","span_id":"00f067aa0ba902b7","service.name":"shop"}`,
		at.Format(time.RFC3339Nano), level, msg, traceID(trace))
}

// shown is a line as a text.
func shown(l *Line) string {
	return fmt.Sprint(filepath.Base(l.Log), " ", l.At, " ", string(l.Text), marks(l.Continued, l.Torn), " ", l.Head.Trace)
}

func marks(continued, torn bool) (s string) {
	if continued {
		s = "^"
	}
	if torn {
		s += "~"
	}
	return s
}

func shownAll(lines []Line) []string {
	all := []string{}
	for i := range lines {
		all = append(all, shown(&lines[i]))
	}
	return all
}

// A plain is the plain implementation: all lines in a slice.
type plain []plainLine

type plainLine struct {
	log       string
	text      string
	at        int64
	head      logline.Head
	continued bool
	torn      bool
}

// read adds the lines of a log that was named after the others.
func (p *plain) read(log string, texts []rawLine) {
	var s logline.Scanner
	var at int64
	var owner logline.Head
	for _, raw := range texts {
		l := plainLine{log: filepath.Base(log), text: raw.text}
		s.Head([]byte(raw.text), &l.head)
		l.continued = l.head.Kind == logline.Plain && !l.head.Torn && at != 0
		l.torn = raw.torn || l.head.Torn
		if l.continued {
			l.head.Trace, l.head.Span = owner.Trace, owner.Span
		} else {
			owner = l.head
			at = max(at, l.head.Time)
		}
		l.at = at
		*p = append(*p, l)
	}
	slices.SortStableFunc(*p, func(a, b plainLine) int { return int(min(1, max(-1, a.at-b.at))) })
}

type rawLine struct {
	text string
	torn bool
}

// search returns what a query wants.
func (p plain) search(q *logquery.Query) []string {
	found := []string{}
	wanted := make(map[string]bool)
	for _, l := range p {
		if !l.continued {
			wanted[l.log] = plainWants(q, &l)
		}
		if wanted[l.log] {
			found = append(found, fmt.Sprint(l.log, " ", l.at, " ", l.text, marks(l.continued, l.torn), " ", l.head.Trace))
		}
	}
	return found
}

func plainWants(q *logquery.Query, l *plainLine) bool {
	ok := (!q.Trace.IsValid() || q.Trace == l.head.Trace) && (!q.Span.IsValid() || q.Span == l.head.Span) &&
		(!q.HasLevel || l.head.HasLevel && l.head.Level >= q.Level) &&
		(q.Since == 0 || l.head.Time >= q.Since) && (q.Until == 0 || l.head.Time != 0 && l.head.Time <= q.Until) &&
		(!q.HasMaxLevel || l.head.HasLevel && l.head.Level <= q.MaxLevel) &&
		logquery.NewFilter(&logquery.Query{Texts: q.Texts}, nil).Wants([]byte(l.text), &l.head) && (q.Regexp == nil || q.Regexp.MatchString(l.text))
	var s logline.Scanner
	var r logline.Record
	s.Parse([]byte(l.text), &r)
	for _, f := range q.Fields {
		has := false
		switch f.Key {
		case "msg", "message":
			has = string(r.Message) == f.Value
		case "service", "service.name":
			has = string(r.Service) == f.Value
		case "logger":
			has = string(r.Logger) == f.Value
		default:
			for _, a := range r.Attrs {
				has = has || string(a.Key) == f.Key && string(a.Text) == f.Value
			}
		}
		ok = ok && has != f.Not
	}
	return ok
}

// pages searches page by page, and returns all lines in the order of time.
func pages(t assert.T, x *Index, q *logquery.Query, newest bool, limit int) []string {
	t.Helper()
	all := []string{}
	r := Request{Query: *q, Newest: newest, Limit: limit}
	var before int64
	for {
		p, err := x.Search(context.Background(), r)
		assert.NoError(t, err)
		if len(p.Gone) > 0 {
			t.Fatalf("gone: %v", p.Gone)
		}
		if p.Searched < before || p.Searched > p.Total {
			t.Fatalf("searched %d bytes of %d, and %d before", p.Searched, p.Total, before)
		}
		all = append(all, shownAll(p.Lines)...)
		if r.Cursor, before = p.Next, p.Searched; !p.More {
			break
		}
	}
	if newest {
		slices.Reverse(all)
	}
	return all
}
