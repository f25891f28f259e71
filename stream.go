package spanlog

import (
	"log/slog"

	"github.com/spanlog/spanlog/internal/encode"
	"github.com/spanlog/spanlog/internal/rawslog"
)

// The fast way of a record to lines.
//
// Most records have nothing that is to be resolved, redacted, renamed or left out, and go
// to sinks that want lines of JSON or Text, or the record. Such lines are written while the
// record is read: its attributes are not gathered first. Any other record takes the long
// way, by [entry.collect], and comes out the same.

// A streamer is an encoder that writes a line from front to back.
type streamer interface {
	encoder
	// finish adds the event's own attributes to a line that has all that stands
	// before them.
	finish(dst []byte, e *Event, p *prefix) []byte
}

// streams are the lines that a pipeline writes while it reads a record. There is one
// of a kind at most, as neither format has options of its own.
type streams struct {
	possible   bool         // for records with nothing special in them
	asks       bool         // the cores can be asked beforehand whether they want a record
	json       *jsonEncoder // nil: none
	text       *textEncoder // the same
	jsonFormat int
	textFormat int
	jsonLine   uint64 // a bit for the format
	textLine   uint64
	lines      uint64 // both
	gathers    bool   // a core reads other things of a record than these lines
}

// newStreams finds out what can be written while a record is read. It is possible unless
// what is to be written depends on more than one attribute at a time, or each is to be
// looked at: options and the schema say so for all records, and stream for this one.
func newStreams(p *pipeline) streams {
	s := streams{
		possible: !p.readsContext && !p.rewriter.all() && p.schema.err == errorSlog,
		asks:     !p.guarded && len(p.cores) <= 64,
	}
	for i, enc := range p.encoders {
		switch enc := enc.(type) {
		case *jsonEncoder:
			s.json, s.jsonFormat, s.jsonLine = enc, i, 1<<i
		case *textEncoder:
			s.text, s.textFormat, s.textLine = enc, i, 1<<i
		default:
			continue
		}
		if s.asks {
			s.lines |= 1 << i
		}
	}
	s.gathers = p.spans.any()
	for i := range p.cores {
		c := &p.cores[i]
		linesOnly := c.lines != 0 && c.lines&^s.lines == 0
		s.gathers = s.gathers || !linesOnly && !c.takesRecord
	}
	return s
}

// stream reads the record's attributes and writes the lines that cores want. It reports
// false if that is not for it to do; then the attributes are still to be collected.
func (e *entry) stream(r *slog.Record) bool {
	ev := &e.event
	h, p := ev.handler, ev.handler.p
	s := &p.streams
	if !s.possible || e.nested || h.secret || contextUsed.Load() && layerOf(e.ctx) != nil {
		return false
	}
	front, back, ok := rawslog.Attrs(r)
	if !ok {
		e.scratch = appendAttrs(e.scratch[:0], r) // until free
		front = e.scratch
	}
	var lines uint64
	gathers := s.gathers
	if s.asks {
		read, leftOut := e.ask()
		lines, gathers = read&s.lines, gathers || leftOut
	}
	var reserved *encode.Keys
	if ev.spanned && len(h.groups) == 0 {
		reserved = &p.rewriter.trace.keys
	}
	if lines&s.jsonLine != 0 && !e.streamJSON(front, back, reserved) {
		return false
	}
	if lines&s.textLine != 0 && !e.streamText(front, back, reserved) {
		return false
	}
	if lines == 0 && !(e.admitsAll(front, reserved) && e.admitsAll(back, reserved)) {
		return false
	}
	if gathers {
		ev.attrs = append(append(ev.attrs, front...), back...)
	}
	e.intact, e.streamed = true, lines
	return true
}

func (e *entry) streamJSON(front, back []slog.Attr, reserved *encode.Keys) bool {
	ev := &e.event
	s := &ev.handler.p.streams
	// If an attribute turns up that cannot be written as it is, the line is cut back to
	// where it was opened, and line goes on from there once all are gathered.
	l, prefix := &e.lines[s.jsonFormat], &ev.state.prefixes[s.jsonFormat]
	dst := s.json.open(l.buf[:0], ev, prefix)
	opened, own, ok := len(dst), len(front) > 0, true
	if own {
		n := 0
		dst, n = encode.AppendJSONAttrs(s.json.openGroups(dst, prefix), front, reserved)
		if n < len(front) {
			dst, ok = e.appendJSON(dst, front[n:], reserved)
		}
	}
	if ok && len(back) > 0 {
		dst, ok = e.appendJSON(dst, back, reserved)
	}
	if !ok {
		l.buf, l.opened = dst[:opened], true
		return false
	}
	l.buf, l.done = s.json.close(dst, prefix, own), true
	return true
}

// appendJSON appends attributes, unless there is one that can't be written as it is.
func (e *entry) appendJSON(dst []byte, attrs []slog.Attr, reserved *encode.Keys) ([]byte, bool) {
	for {
		var n int
		if dst, n = encode.AppendJSONAttrs(dst, attrs, reserved); n == len(attrs) {
			return dst, true
		}
		if !e.admits(&attrs[n], reserved) {
			return dst, false
		}
		dst = e.event.handler.p.streams.json.attr(dst, &attrs[n], slog.KindAny)
		attrs = attrs[n+1:]
	}
}

func (e *entry) streamText(front, back []slog.Attr, reserved *encode.Keys) bool {
	ev := &e.event
	s := &ev.handler.p.streams
	l, prefix := &e.lines[s.textFormat], &ev.state.prefixes[s.textFormat]
	dst := s.text.open(l.buf[:0], ev, prefix)
	opened := len(dst)
	ev.path = append(ev.path[:0], prefix.pending...)
	dst, ok := e.appendText(dst, front, reserved)
	if ok && len(back) > 0 {
		dst, ok = e.appendText(dst, back, reserved)
	}
	if !ok {
		l.buf, l.opened = dst[:opened], true
		return false
	}
	l.buf, l.done = append(dst, '\n'), true
	return true
}

// appendText is appendJSON for Text.
func (e *entry) appendText(dst []byte, attrs []slog.Attr, reserved *encode.Keys) ([]byte, bool) {
	path := &e.event.path
	for {
		var n int
		if dst, n = encode.AppendTextAttrs(dst, path, attrs, reserved); n == len(attrs) {
			return dst, true
		}
		if !e.admits(&attrs[n], reserved) {
			return dst, false
		}
		dst = textAttr(dst, 0, path, attrs[n])
		attrs = attrs[n+1:]
	}
}

// admitsAll is admits for several attributes.
func (e *entry) admitsAll(attrs []slog.Attr, reserved *encode.Keys) bool {
	simple, methods := areSimple(attrs, reserved)
	return simple && (!methods || e.enter(e.event.handler.p))
}

// admits reports whether an attribute that is no scalar can be written as it is: its value
// is somebody's type, whose methods say what it is. They may log, so the entry is counted
// among those for which they run, and there may be too many of those.
func (e *entry) admits(a *slog.Attr, reserved *encode.Keys) bool {
	return isPlainAny(a, reserved) && e.enter(e.event.handler.p)
}

// appendAttrs appends the attributes of r.
func appendAttrs(dst []slog.Attr, r *slog.Record) []slog.Attr {
	r.Attrs(func(a slog.Attr) bool {
		dst = append(dst, a)
		return true
	})
	return dst
}

// isPlainAny reports whether an attribute of any type is to be written as it is.
func isPlainAny(a *slog.Attr, reserved *encode.Keys) bool {
	return a.Key != "" && !reserved.Has(a.Key) && a.Value.Kind() == slog.KindAny && plain(*a)
}

// ask asks the cores whether they want the entry. It returns the formats of the lines that
// those read that do, and whether one of them is left out: it fails, or is closed, so that
// nothing should be written for it beforehand.
func (e *entry) ask() (lines uint64, leftOut bool) {
	h := e.event.handler
	e.asked = true
	if h.p.known && len(h.p.cores) == 1 { // then Handle has asked it
		e.wanted = 1
		if c := &h.p.cores[0]; !c.idle() {
			return c.lines, false
		}
		return 0, true
	}
	for i := range h.p.cores {
		c := &h.p.cores[i]
		switch {
		case !c.enabled(e.ctx, h.plain, e.event.Level, e.event.PC):
		case c.idle():
			e.wanted |= 1 << i
			leftOut = true
		default:
			e.wanted |= 1 << i
			lines |= c.lines
		}
	}
	return lines, leftOut
}
