package logline

// Claims: which value has which role. A reader calls claim for each key that is a name, in the
// order of the line. The lower the name's number, the higher its rank, so "a better name" is a
// smaller number. The head is filled on the way; whatever ends the line early leaves it as good
// as what stands before.

import (
	"log/slog"
	"math"

	"go.opentelemetry.io/otel/trace"
)

// A valueKind is what a value is, as far as claims care.
type valueKind uint8

const (
	valueNone valueKind = iota // null, an object, an array
	valueBool
	valueNumber
	valueString
)

// A value is a scalar: the text between a string's quotes, or all of what else there is. It is a
// part of the line, not decoded.
type value struct {
	text   []byte
	kind   valueKind
	plain  bool // text stands for itself
	quoted bool // if it is not plain: its escapes are not JSON's but Go's
}

// claims is who has claimed what on a line.
type claims struct {
	// best is the name that has each role so far, and attr the attribute that it is of
	// the record. Where there is no name, best is above all of them.
	best [roles]uint8
	attr [roles]int32
	// parts is the parts that are there: hasParts has a bit for each that was set.
	parts     [parts]partValue
	hasParts  uint32
	hasSource uint32    // the same for sources
	sources   [32]int32 // attributes, by the name's place among those of sources
	nanos     part      // the one that completed the time
	python    bool      // the line has what only Python's loggers write
}

// A partValue is a value that completes another one. It is kept until the line is over, for it
// may stand before the one that it completes.
type partValue struct {
	nanos int64 // of those that are nanoseconds
	attr  int32 // of the record, if there is one
}

// noName is above all names, so that any is better. TestNamesMakeSense sees to it that it stays
// above.
const noName = 0xFF

// reset forgets the line before. What is left in the arrays is not looked at without its bit.
func (c *claims) reset() {
	for i := range c.best {
		c.best[i] = noName
	}
	c.hasParts, c.hasSource, c.nanos, c.python = 0, 0, noPart, false
}

// claim uses a value for the role that its key has, unless a better name has it, or it
// can't be used. If there is a record, the value is its last attribute.
//
// Of equal names the first one stays, as it has the role already. A value that can't be used
// changes nothing, so the next name gets its turn (TestPrecedence).
func (s *Scanner) claim(e *entry, v *value) {
	if v.kind == valueNone || e.role < roles && e.name >= s.best[e.role] {
		return
	}
	n := &names[e.name]
	ok := false
	switch e.role {
	case roleMessage: // texts are decoded only in records, and any scalar is a message
		ok = true
	case roleLogger, roleService:
		ok = v.kind == valueString && len(v.text) > 0
	case roleTime:
		var t int64
		if t, ok = parseTime(s.scalar(v), s.Location); ok {
			s.head.Time = t
			s.python = s.python || n.form == formPython
		}
	case roleLevel:
		var l slog.Level
		if l, ok = parseLevel(s.scalar(v), n.form); ok {
			s.head.Level, s.head.HasLevel = l, true
			s.python = s.python || n.form == formPython
		}
	case roleTrace: // one of zeros claims nothing: loggers write that where there is no span
		var id trace.TraceID
		if id, ok = parseTraceID(s.scalar(v), v.kind == valueNumber, n.form); ok {
			s.head.Trace = id
		}
	case roleSpan:
		var id trace.SpanID
		if id, ok = parseSpanID(s.scalar(v), v.kind == valueNumber, n.form); ok {
			s.head.Span = id
		}
	case roleParent:
		s.claimParent(e, s.scalar(v))
	case roleSource:
		s.claimSource(e, v)
	case rolePart:
		s.claimPart(n.part, s.scalar(v))
	}
	if ok {
		s.best[e.role] = e.name
		if s.rec != nil {
			s.attr[e.role] = int32(len(s.rec.Attrs) - 1)
		}
	}
}

// scalar returns the text of a string or number, and nil for a boolean, which none of the
// roles takes that look at it.
func (s *Scanner) scalar(v *value) []byte {
	if v.kind == valueBool {
		return nil
	}
	return s.decode(v)
}

// claimParent uses a traceparent. It stays among the attributes, since it says more
// than the ids.
func (s *Scanner) claimParent(e *entry, text []byte) {
	traceID, spanID, ok := parseParent(text)
	if !ok {
		return
	}
	if e.name < s.best[roleTrace] {
		s.head.Trace, s.best[roleTrace], s.attr[roleTrace] = traceID, e.name, -1
	}
	if e.name < s.best[roleSpan] {
		s.head.Span, s.best[roleSpan], s.attr[roleSpan] = spanID, e.name, -1
	}
}

// claimPart notes a part, the first one that can be used. The text of a boolean is nil. Line
// numbers are of use in records only, which have sources; nanoseconds are in heads as well.
func (s *Scanner) claimPart(p part, text []byte) {
	if s.hasParts&(1<<p) != 0 || text == nil {
		return
	}
	v := partValue{}
	switch p {
	case partPID, partHostname:
	case partTimestamp, partTimestampFlat, partInstant:
		ns, ok := parseDigits(text)
		if !ok || ns >= 1e9 {
			return
		}
		v.nanos = int64(ns)
	default:
		if _, ok := parseDigits(text); !ok || s.rec == nil {
			return
		}
	}
	if s.rec != nil {
		v.attr = int32(len(s.rec.Attrs) - 1)
	}
	s.parts[p], s.hasParts = v, s.hasParts|1<<p
}

// addNanos completes a time that is in two parts. It is for the end of a line: only then is it
// known which name has the time, and its part may stand before it or behind.
func (s *Scanner) addNanos() {
	if name := s.best[roleTime]; name != noName {
		p := names[name].part
		if p != noPart && s.hasParts&(1<<p) != 0 && s.head.Time <= math.MaxInt64-1e9 {
			s.head.Time += s.parts[p].nanos
			s.nanos = p
		}
	}
}

// claimSource notes a source. Which one it is to be is seen in the end, since a file needs
// its line.
func (s *Scanner) claimSource(e *entry, v *value) {
	at := e.name - firstSource
	if s.rec == nil || v.kind != valueString || len(v.text) == 0 || s.hasSource&(1<<at) != 0 {
		return
	}
	s.sources[at], s.hasSource = int32(len(s.rec.Attrs)-1), s.hasSource|1<<at
}

// firstSource is the first of the names of sources, which stand together, so that a bit for each
// fits 32 (TestNamesMakeSense).
var firstSource = func() uint8 {
	for i, n := range names {
		if n.role == roleSource {
			return uint8(i)
		}
	}
	return 0
}()
