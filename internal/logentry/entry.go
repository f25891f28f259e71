// Package logentry has the lines of logs in a form for web pages and exports: the JSON of
// an [Entry].
//
// It is where bytes become text. Up to here a line is what somebody has written, in whatever
// encoding and of any length; an Entry is valid UTF-8, bounded if that is asked for, and
// shares no memory with the line. The JSON's keys are what the viewer's pages read, so they
// are part of its API. Nothing is escaped for a page or a terminal: that is for who shows it.
package logentry

import (
	"cmp"
	"math"
	"strings"
	"time"

	"github.com/spanlog/spanlog/internal/levelname"
	"github.com/spanlog/spanlog/internal/logindex"
	"github.com/spanlog/spanlog/internal/logline"
	"github.com/spanlog/spanlog/internal/wording"
)

// An Entry is a line of a log: a record, or a line that belongs to one or to none.
type Entry struct {
	Log  string `json:"log"`            // the path of the log
	Time string `json:"time,omitempty"` // RFC 3339, UTC, with nanoseconds; "": the line has none
	At   int64  `json:"at,omitempty"`   // the same in µs since 1970, as spans have it
	// Level is a name, with an offset if it is between two: INFO+2. Band is the name of
	// the one below, in lower case. Both are "" if there is none.
	Level   string `json:"level,omitempty"`
	Band    string `json:"band,omitempty"`
	Message string `json:"message"`
	Logger  string `json:"logger,omitempty"`
	Service string `json:"service,omitempty"`
	Source  string `json:"source,omitempty"` // file:line
	TraceID string `json:"traceId,omitempty"`
	SpanID  string `json:"spanId,omitempty"`
	Attrs   []Attr `json:"attrs,omitempty"` // in the line's order
	// Plain is a line that is neither JSON nor key=value. If it is Continued, it belongs to
	// the record before it, such as a line of a stack trace.
	Plain     bool `json:"plain,omitempty"`
	Continued bool `json:"continued,omitempty"`
	Torn      bool `json:"torn,omitempty"` // cut off, or damaged
	// Cut is how many bytes of texts were left out because there were too many. What
	// comes first in a line's parts is kept: logger, service, source, message, attributes.
	Cut int `json:"cut,omitempty"`
}

// An Attr is an attribute. The keys of the objects around it are before its own, with dots
// between them.
type Attr struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// A Reader makes entries of lines. It is for one goroutine at a time. It parses a line anew:
// an index keeps only the head.
type Reader struct {
	// MaxText is how many bytes the texts of an entry have; 0: as many as the line has.
	MaxText int

	scanner logline.Scanner
	record  logline.Record
}

// Entry is the entry of a line. It shares no memory with it.
func (r *Reader) Entry(l *logindex.Line) Entry {
	r.scanner.Parse(l.Text, &r.record)
	rec := &r.record
	e := Entry{
		Log:       l.Log,
		Plain:     rec.Kind == logline.Plain,
		Continued: l.Continued,
		Torn:      l.Torn,
	}
	// What is in the line's own record comes second: a line that belongs to another one has
	// that one's ids.
	if h := &l.Head; h.Trace.IsValid() {
		e.TraceID = h.Trace.String()
	}
	if h := &l.Head; h.Span.IsValid() {
		e.SpanID = h.Span.String()
	}
	if rec.Time != 0 {
		e.At = rec.Time / int64(time.Microsecond)
		e.Time = time.Unix(0, rec.Time).UTC().Format(time.RFC3339Nano)
	}
	if rec.HasLevel {
		e.Level, e.Band = levelname.Of(rec.Level), levelname.Band(rec.Level)
	}
	left := cmp.Or(r.MaxText, math.MaxInt)
	take := func(text []byte) string {
		kept := wording.Cut(text, left)
		left -= len(kept)
		e.Cut += len(text) - len(kept)
		return strings.ToValidUTF8(string(kept), "\ufffd")
	}
	e.Logger, e.Service, e.Source = take(rec.Logger), take(rec.Service), take(rec.Source)
	e.Message = take(rec.Message)
	for i := range rec.Attrs {
		a := &rec.Attrs[i]
		if left <= 0 { // a key without anything else would take room all the same
			e.Cut += len(a.Key) + len(a.Text)
			continue
		}
		e.Attrs = append(e.Attrs, Attr{take(a.Key), take(a.Text)})
	}
	return e
}
