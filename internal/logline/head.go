package logline

import (
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// Kind is the form of a line.
type Kind uint8

const (
	Plain Kind = iota // neither of the others
	Text              // key=value pairs
	JSON              // an object
)

// String returns "plain", "text" or "json".
func (k Kind) String() string {
	switch k {
	case Text:
		return "text"
	case JSON:
		return "json"
	}
	return "plain"
}

// Head is what it takes to index, filter and sort a line. It has no part of the line, can be
// compared, and is small: an index has one for each line that it looks at.
type Head struct {
	Time     int64 // Unix nanoseconds; 0: none
	Level    slog.Level
	HasLevel bool
	Kind     Kind
	Torn     bool          // Plain, but it began as something better: see the package's doc
	Trace    trace.TraceID // zero: none
	Span     trace.SpanID  // zero: none
}

// Scanner reads lines. The zero value is ready. It keeps memory from line to line, but
// nothing that has an effect on the next one; it is for one goroutine at a time.
type Scanner struct {
	// Location is where times are that have no zone; nil means time.Local.
	Location *time.Location

	claims   // of this line
	objects  // where in it the scanner is
	seenKeys // of the lines before

	// These are of the call that is under way.
	scratch []byte // a decoded value
	key     []byte // a decoded key
	line    []byte // what of the line counts
	head    *Head
	rec     *Record // nil: only the head is wanted
}

// Head finds the head of a line, which may have its line end. It allocates nothing, but
// for rare lines that are larger than those before, and keeps no part of the line. It finds
// what Parse finds (checkLine in the tests).
func (s *Scanner) Head(line []byte, h *Head) {
	s.rec = nil
	s.scan(line, h)
	s.head, s.line = nil, nil
}

// scan reads a line for its head, and adds to the record if there is one. The first character
// decides what the line is taken for: there is no second try, so that each line costs one
// reading. A line of pairs that turns out to be prose has claimed this and that by then, which
// is forgotten; one that began as an object, or broke off in quotes, keeps what it has.
func (s *Scanner) scan(line []byte, h *Head) {
	*h = Head{}
	b := trim(line)
	s.head, s.line = h, b
	s.claims.reset()
	if len(b) == 0 {
		return
	}
	i := skipSpace(b, 0)
	var before prefix
	if i < len(b) && b[i] != '{' {
		if before = readPrefix(b, s.Location); before.size > 0 {
			b = b[before.size:]
			i = skipSpace(b, 0)
			if s.rec != nil {
				before.addTo(s.rec)
			}
		}
	}
	if i < len(b) && b[i] == '{' {
		if s.wholeObject(b, i) {
			h.Kind = JSON
		} else { // torn, if it had a member or told anything; else it is a line with a brace
			h.Torn = s.members > 0 || *h != Head{}
		}
	} else {
		h.Kind, h.Torn = s.pairs(b)
		if h.Kind == Plain && !h.Torn {
			*h = Head{}
			return
		}
	}
	s.addNanos()
	if h.Time == 0 && (h.Kind != Plain || h.Torn) { // the record's own is when it was logged
		h.Time = before.time
	}
}
