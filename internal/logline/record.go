package logline

// Records: all of a line, for those that show it. Reading a line gathers every value as an
// attribute; what turns out to be the message, say, is moved to its field in the end and taken out
// of the attributes. So their order is the line's, and nothing is lost by a role that another value
// gets.

import (
	"math/bits"
	"slices"
)

// Record is all that is in a line. Its slices are parts of the line or of the record's own
// memory: they are valid until either is changed. Texts and keys are UTF-8, with U+FFFD for
// what is not; only the message of a Plain line is as it was.
type Record struct {
	Head
	Message []byte // of a Plain line, the line: see the package's doc for what counts of it
	Logger  []byte
	Service []byte
	Source  []byte // file:line
	Attrs   []Attr // the rest, in the line's order

	buf []byte // decoded texts, and keys with their path
}

// Attr is what a line has besides.
type Attr struct {
	// Key is the keys of the objects around the value and its own, with dots between
	// them. From 128 bytes on, objects are left as values.
	Key []byte
	// Text is the value for people: what a string says, and anything else as it is in
	// the line. A word without a value, in a Text line, has an empty one.
	Text []byte
	// raw is the value as it is in the line, with quotes and escapes; nil: it is used.
	raw []byte
}

// Parse reads a line, which may have its line end. It reuses r's memory. Lines without
// escapes do not need any, once r has been used for one with as many attributes (TestAllocs).
// Whoever keeps a part of r longer than until the next call copies it.
func (s *Scanner) Parse(line []byte, r *Record) {
	r.Message, r.Logger, r.Service, r.Source = nil, nil, nil, nil
	r.Attrs, r.buf = r.Attrs[:0], r.buf[:0]
	s.rec = r
	s.scan(line, &r.Head)
	if r.Kind == Plain {
		r.Attrs, r.Message = r.Attrs[:0], s.line
	} else {
		s.fill(r)
	}
	s.rec, s.head, s.line = nil, nil, nil
}

// add adds an attribute. Its key, but not the path before it, is in memory of the line's or
// the record's.
func (r *Record) add(path, key []byte, v *value, raw []byte) {
	if start := len(r.buf); len(path) > 0 {
		r.buf = append(append(r.buf, path...), key...)
		key = r.buf[start:len(r.buf):len(r.buf)]
	}
	r.Attrs = append(r.Attrs, Attr{Key: key, Text: r.decode(v), raw: raw})
}

// fill moves what has been claimed out of the attributes. Time, level and ids are in the head
// already, so only the attribute goes. That of an id which a traceparent gave is -1, and stays.
func (s *Scanner) fill(r *Record) {
	if n := s.best[roleLogger]; n != noName && names[n].form == formGuess && !s.hasLoggerName() {
		s.best[roleLogger] = noName
	}
	for role, name := range s.best {
		if name == noName || s.attr[role] < 0 {
			continue
		}
		text := r.use(s.attr[role])
		switch role {
		case int(roleMessage):
			r.Message = text
		case int(roleLogger):
			r.Logger = text
		case int(roleService):
			r.Service = text
		}
	}
	if s.nanos != noPart {
		r.use(s.parts[s.nanos].attr)
	}
	s.fillSource(r)
	r.Attrs = slices.DeleteFunc(r.Attrs, func(a Attr) bool { return a.raw == nil })
}

// use returns an attribute's text, and marks it as used. All others have a raw value that is not
// nil: that of a word without a value is empty.
func (r *Record) use(attr int32) []byte {
	r.Attrs[attr].raw = nil
	return r.Attrs[attr].Text
}

// hasLoggerName reports whether the line is one of those whose "name" is the logger's: of
// Python, or of bunyan and pino.
func (s *Scanner) hasLoggerName() bool {
	const node = 1<<partPID | 1<<partHostname
	return s.python || s.hasParts&node == node
}

// fillSource takes the first name of a source that has its line: in its own text, as in main.go:7,
// or from the part that goes with it. A name without one is left among the attributes.
func (s *Scanner) fillSource(r *Record) {
	for has := s.hasSource; has != 0; has &= has - 1 {
		at := bits.TrailingZeros32(has)
		file := s.sources[at]
		if hasLine(r.Attrs[file].Text) {
			r.Source = r.use(file)
			return
		}
		if p := names[int(firstSource)+at].part; p != noPart && s.hasParts&(1<<p) != 0 {
			start := len(r.buf)
			r.buf = append(append(r.buf, r.use(file)...), ':')
			r.buf = append(r.buf, r.use(s.parts[p].attr)...)
			r.Source = r.buf[start:len(r.buf):len(r.buf)]
			return
		}
	}
}

// hasLine reports whether a text ends in a colon and digits, with something before.
func hasLine(b []byte) bool {
	i := len(b)
	for i > 0 && b[i-1]-'0' <= 9 {
		i--
	}
	return i > 1 && i < len(b) && b[i-1] == ':'
}
