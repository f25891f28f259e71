package spanlog

// The life of an entry, all of it within one call of Handle:
//
//	newEntry   the span is found
//	stream     JSON and Text are written while the record is read (stream.go), or
//	collect    its attributes are gathered: rewritten, with those of the context
//	mirror     it is shown to its span (spanmirror.go)
//	deliver    each core has it (core.go); line encodes a format at the first question
//	finish     what is left is counted, and the entry goes back to the pool
//
// What waits longer than that, in a queue or a flight recorder, is a copy: detach here,
// hold in heldrecord.go.

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/rawslog"
)

// An entry is one record on its way through the cores: the event, and its bytes
// in each format that somebody has asked for. It is pooled, and valid only until
// Handle returns; a core that keeps it copies what it keeps.
type entry struct {
	ctx   context.Context
	event Event
	lines []line // by format
	// scratch is where attributes are put together: those of the context, those of a record for a foreign
	// handler, or the record's own where rawslog cannot read them.
	scratch []slog.Attr
	given   [8]slog.Attr // where FromContext puts what it has to give
	// record is the caller's, for foreign handlers whose record needs nothing
	// changed. It is set only while there are any.
	record   slog.Record
	recorded bool
	intact   bool // record's attributes are as they are to be written
	counted  bool // among the pipeline's calls inside
	forced   bool // a notice: whatever the sink's level
	nested   bool // too deep: the rest was not prepared
	// asked is set if the cores were asked whether they want the entry, and wanted
	// has a bit for each that does. Otherwise they are asked when it is delivered.
	// The answer is then that of the record's beginning, also if a level is changed
	// while it is read.
	asked  bool
	wanted uint64
	// streamed has a bit for each format whose line is finished without code of the program's.
	streamed uint64
	next     int // the first of the pipeline's cores that it is still to be delivered to
}

// A line is an event in one format.
type line struct {
	buf    []byte
	opened bool // buf has all that stands before the record's own attributes
	done   bool
}

var entries = sync.Pool{New: func() any { return new(entry) }}

// maxPooled is how much of a buffer is kept for the next record. A larger one,
// after a huge record, is left to the collector.
const maxPooled = 64 << 10

// newEntry prepares a record: the span, and what is known of it before the record's
// attributes are read, which is for stream or collect to do. It keeps nothing of *r
// but values.
func newEntry(h *Handler, ctx context.Context, r *slog.Record) *entry {
	p := h.p
	e := entries.Get().(*entry)
	if e.ctx = ctx; ctx == nil {
		e.ctx = context.Background()
	}
	if len(e.lines) < len(p.encoders) {
		e.lines = append(e.lines, make([]line, len(p.encoders)-len(e.lines))...)
	}
	ev := &e.event
	ev.Time, ev.at, ev.Level, ev.Message, ev.PC = r.Time, r.Time, r.Level, r.Message, r.PC
	ev.handler, ev.state = h, h.plain
	if p.programs && !e.enter(p) {
		return e
	}
	p.findSpan(ev, e.ctx)
	if ev.spanned {
		e.enterSpan()
	}
	if len(ev.state.foreign) > 0 {
		e.record, e.recorded = *r, true
	}
	return e
}

// enterSpan has the event be one of its span: attributes of the logger that collide with the
// trace fields have other names then, or go.
func (e *entry) enterSpan() {
	ev := &e.event
	h := ev.handler
	if ev.state = h.spanned; ev.state != h.plain {
		at := place{span: ev.Span}
		for _, a := range h.held { // rewritten already, but for their names
			ev.root = h.p.rewriter.rewriteRoot(ev.root, a, at)
		}
	}
}

// collect gathers the record's attributes, resolved, redacted and replaced, and those
// of the context. The order matters: attributes of the context give way to the record's,
// whose names are known only when they are rewritten; and slog's own come last, as
// ReplaceAttr may make attributes of them.
func (e *entry) collect(r *slog.Record) {
	if e.nested {
		return
	}
	ev := &e.event
	h, p := ev.handler, ev.handler.p
	e.intact = p.schema.err == errorSlog
	all, collides := p.rewriter.all() || h.secret, ev.spanned && len(h.groups) == 0
	r.Attrs(func(a slog.Attr) bool {
		kind := a.Value.Kind()
		if mayLog(&a.Value, kind) && !e.enter(p) {
			return false
		}
		if all || p.rewriter.needs(&a, kind, collides) {
			e.rewrite(a)
		} else {
			ev.attrs = append(ev.attrs, a)
		}
		return true
	})
	if e.nested {
		return
	}
	e.addContext(p)
	if p.rewriter.replace != nil {
		e.replaceBuiltins(p)
		e.intact = false
	}
}

// gather sees to it that the attributes of a record that is intact are in the event. They
// are not if stream has read it for a core that takes the record itself.
func (e *entry) gather() {
	if ev := &e.event; e.intact && e.recorded && len(ev.attrs) == 0 {
		ev.attrs = appendAttrs(ev.attrs, &e.record)
	}
}

// rewrite adds an attribute of the record that is not to stay as it is.
func (e *entry) rewrite(a slog.Attr) {
	ev := &e.event
	h := ev.handler
	ev.attrs = h.p.rewriter.rewrite(ev.attrs, a, place{groups: h.groups, secret: h.secret, span: ev.Span})
	e.intact = false
}

// mayLog reports whether a value, of a kind, can have methods of the program's, which
// may log.
func mayLog(v *slog.Value, kind slog.Kind) bool {
	if kind == slog.KindAny {
		_, plain := rawslog.Text(v)
		return !plain
	}
	return kind >= slog.KindGroup
}

// enter counts the entry among those for which code of the program's may run. It
// reports false if there are too many of them within each other.
func (e *entry) enter(p *pipeline) bool {
	if !e.counted {
		e.counted, e.nested = true, !p.enter()
	}
	return !e.nested
}

// addContext gathers the attributes of the context. One gives way to one of the
// logger's or the record's with the same key: also where a handler around this one has
// put it there already.
func (e *entry) addContext(p *pipeline) {
	if !contextUsed.Load() && !p.readsContext {
		return
	}
	ev := &e.event
	at := place{span: ev.Span}
	clear(e.scratch) // of stream, if that could not do it
	e.scratch = appendBaggage(e.scratch[:0], e.ctx, p.baggage)
	e.scratch = layerOf(e.ctx).appendTo(e.scratch, 0)
	e.scratch = p.callFromContext(e.ctx, e.scratch, e.given[:0])
	clear(e.given[:])
	for _, a := range e.scratch {
		n := len(ev.root)
		rewritten := p.rewriter.rewrite(ev.root, a, at)
		ev.root = rewritten[:n]
		for _, a := range rewritten[n:] {
			if !e.has(a.Key) {
				ev.root = append(ev.root, a)
			}
		}
	}
	clear(e.scratch)
}

// has reports whether the logger or the record has an attribute of its own with
// the key at the root, or a group that has something in it.
func (e *entry) has(key string) bool {
	segs := e.event.state.segments
	if hasKey(segs[0].attrs, key) {
		return true
	}
	if len(segs) == 1 {
		return hasKey(e.event.attrs, key)
	}
	return segs[1].group == key && (len(e.event.attrs) > 0 ||
		slices.ContainsFunc(segs[1:], func(s segment) bool { return len(s.attrs) > 0 }))
}

// hasKey reports whether one of attrs has the key. Attributes without one are
// inlined groups.
func hasKey(attrs []slog.Attr, key string) bool {
	return key != "" && slices.ContainsFunc(attrs, func(a slog.Attr) bool { return a.Key == key })
}

// appendBaggage appends the members of ctx's baggage whose keys are allowed.
func appendBaggage(dst []slog.Attr, ctx context.Context, allowed []string) []slog.Attr {
	if len(allowed) == 0 {
		return dst
	}
	b := baggage.FromContext(ctx)
	for _, key := range allowed {
		if m := b.Member(key); m.Key() != "" {
			dst = append(dst, slog.String(key, m.Value()))
		}
	}
	return dst
}

// replaceBuiltins shows slog's own attributes to ReplaceAttr, as slog's handlers
// do, and leaves in the event's fields what it made of them. JSON and Text write
// builtins, which can be anything; formats that have a place for time, level and message
// take the fields. What decides about the record, its level for the sinks and its time
// for spans and other handlers (at), stays as it was.
func (e *entry) replaceBuiltins(p *pipeline) {
	ev := &e.event
	ev.replaced = true
	ev.builtins = ev.builtin[:0]
	show := func(a slog.Attr) slog.Value {
		n := len(ev.builtins)
		ev.builtins = p.rewriter.rewriteBuiltin(ev.builtins, a, ev.Span)
		if len(ev.builtins) == n {
			return slog.Value{} // removed
		}
		return ev.builtins[n].Value
	}
	if !ev.Time.IsZero() {
		v := show(slog.Time(slog.TimeKey, ev.Time.Round(0)))
		ev.Time = time.Time{}
		if v.Kind() == slog.KindTime {
			ev.Time = v.Time()
		} else if !v.Equal(slog.Value{}) {
			ev.timeText = valueText(v)
		}
	}
	ev.level = ev.Level // by which the sinks go on to count
	switch v := show(slog.Any(slog.LevelKey, ev.Level)); l := v.Any().(type) {
	case nil: // removed, or nothing to print: the level itself will do
	case slog.Level:
		ev.level = l
	default:
		ev.levelText = valueText(v)
	}
	if p.source {
		src := ev.Source()
		if src == nil {
			src = new(slog.Source)
		}
		show(slog.Any(slog.SourceKey, src))
	}
	if v := show(slog.String(slog.MessageKey, ev.Message)); v.Any() != nil {
		ev.Message = valueText(v)
	} else {
		ev.Message = ""
	}
}

// line returns the event's bytes in a format, which is encoded at the first
// call. They are valid until Handle returns.
func (e *entry) line(format int) []byte {
	if l := &e.lines[format]; l.done {
		return l.buf
	}
	return e.encode(format)
}

// encode finishes a line.
func (e *entry) encode(format int) []byte {
	l, ev := &e.lines[format], &e.event
	enc, prefix := ev.handler.p.encoders[format], &ev.state.prefixes[format]
	if l.opened {
		l.buf = enc.(streamer).finish(l.buf, ev, prefix)
	} else {
		l.buf = enc.encode(l.buf[:0], ev, prefix)
	}
	l.done = true
	return l.buf
}

// detach returns a copy of the entry for a core that keeps it beyond handle. It
// has what the core's sinks need, and nothing in it is the caller's. It is pooled
// as well: the core frees it when it is done. The context goes along without its end,
// which may come before the record's turn.
func (e *entry) detach(n need) *entry {
	from := &e.event
	d := from.handler.p.newDetached()
	if n.context {
		d.ctx = context.WithoutCancel(e.ctx)
	} else if levelsUsed.Load() {
		d.ctx = onlyLevel(e.ctx)
	}
	for _, i := range n.formats {
		d.setLine(i, e.line(i))
	}
	to := &d.event
	to.Time, to.at, to.Level, to.PC, to.Span, to.spanned = from.Time, from.at, from.Level, from.PC, from.Span, from.spanned
	to.handler, to.state, to.Message = from.handler, from.state, from.Message
	d.forced = e.forced
	if n.attrs {
		to.attrs = appendOwned(to.attrs, from.attrs)
		to.root = appendOwned(to.root, from.root)
	}
	return d
}

// newDetached returns an entry for a copy of another: it is nobody's to deliver but its
// owner's.
func (p *pipeline) newDetached() *entry {
	d := entries.Get().(*entry)
	d.ctx = context.Background()
	if len(d.lines) < len(p.encoders) {
		d.lines = append(d.lines, make([]line, len(p.encoders)-len(d.lines))...)
	}
	d.intact, d.next = false, len(p.cores)
	return d
}

// setLine gives a detached entry its bytes in a format.
func (e *entry) setLine(format int, from []byte) {
	l := &e.lines[format]
	if cap(l.buf) > 2*len(from)+maxSpare {
		l.buf = nil // what waits is to be as large as a queue takes it to be
	}
	l.buf, l.done = append(l.buf[:0], from...), true
}

// maxSpare is how much of a detached line's memory may be unused, beyond its size.
const maxSpare = 1 << 10

// size is how many bytes a detached entry takes up, by and large.
func (e *entry) size(n need) int {
	size := 0
	for _, i := range n.formats {
		size += len(e.lines[i].buf)
	}
	if n.attrs {
		size += attrsSize // what values refer to is not looked at
	}
	return size
}

// attrsSize is what a record's attributes are taken to be.
const attrsSize = 1 << 10

// free gives the entry back. It clears what the record brought, so that the pool
// holds on to nothing of the program's.
func (e *entry) free() {
	if e.counted {
		e.event.handler.p.leave()
		e.counted, e.nested = false, false
	}
	for i := range e.lines {
		l := &e.lines[i]
		if l.opened, l.done = false, false; cap(l.buf) > maxPooled {
			l.buf = nil
		}
	}
	ev := &e.event
	clear(ev.attrs)
	clear(ev.root)
	ev.attrs, ev.root = ev.attrs[:0], ev.root[:0]
	ev.Message, ev.handler, ev.state = "", nil, nil
	ev.Span, ev.spanned = trace.SpanContext{}, false // it may have a trace state
	if ev.replaced {
		ev.replaced, ev.builtins, ev.builtin = false, nil, [len(ev.builtin)]slog.Attr{}
		ev.timeText, ev.levelText = "", ""
	}
	if e.recorded {
		e.recorded, e.record = false, slog.Record{}
	}
	if len(e.scratch) > 0 {
		clear(e.scratch)
		e.scratch = e.scratch[:0]
	}
	e.ctx, e.forced, e.asked, e.wanted, e.streamed, e.next = nil, false, false, 0, 0, 0
	entries.Put(e)
}
