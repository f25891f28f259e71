package spanlog

import (
	"fmt"
	"log/slog"
	"reflect"
	"slices"
)

// A builder turns sinks into cores for one logger. It collects the formats that
// they need, each distinct one once. It lives as long as New, and nobody else sees it.
//
// Sinks are built from the outside in: a decorator's build calls inner for the sink
// within, and learns from what the counters below have gone up by what that needs.
type builder struct {
	pipeline *pipeline    // being built: for decorators, to use with their first entry
	level    slog.Leveler // for sinks without one of their own
	console  Formatter    // for consoles without one of their own; nil: what suits the writer
	config   formatConfig
	formats  []Formatter
	encoders []encoder
	foreign  []foreign
	reporter *reporter
	writers  []*sharedWriter
	used     []int // formats, in the order in which sinks asked for them
	entries  int   // how many sinks get entries: EntryWriters
	records  int   // how many sinks get attributes: handlers and OTel
	programs int   // how many sinks run code of the program's that may log
	samples  int   // how many Samples there are
	limits   int   // how many Limits
	guarded  bool  // a level is found out by code of the program's
}

// format returns the number of a format: its place among the encoders of the pipeline,
// the prefixes of each state, and the lines of each entry.
func (b *builder) format(f Formatter) (int, error) {
	for i, g := range b.formats {
		if sameFormat(f, g) {
			b.used = append(b.used, i)
			return i, nil
		}
	}
	if isNil(f) {
		return 0, badField("Format", "is a nil %T", f)
	}
	enc, err := f.encoder(&b.config)
	if err != nil {
		return 0, badField("Format", "is bad: %w", err)
	}
	b.formats = append(b.formats, f)
	b.encoders = append(b.encoders, enc)
	b.used = append(b.used, len(b.formats)-1)
	return len(b.formats) - 1, nil
}

// A need is what the sinks within a decorator need of an entry that is kept for
// them. Nothing else is copied: for a sink of lines, an entry in a queue is its bytes.
type need struct {
	formats []int // lines
	attrs   bool  // attributes, and the context: for somebody else's handler
	context bool  // the context
	message bool  // the message
	guarded bool  // a sink may log itself
}

// inner builds the sink within a decorator. A decorator that keeps entries for it
// gives the need to [entry.detach].
func (b *builder) inner(s Sink) (c sinkCore, n need, err error) {
	if isNil(s) {
		return c, n, badField("Sink", "is nil")
	}
	used, records, entries, programs, limits := len(b.used), b.records, b.entries, b.programs, b.limits
	if c, err = s.build(b); err != nil {
		return c, n, fmt.Errorf("%s: %w", s.sinkName(), err)
	}
	n.formats = slices.Compact(slices.Sorted(slices.Values(b.used[used:])))
	n.attrs = b.records > records
	n.context = n.attrs || b.entries > entries
	n.message = n.attrs || b.limits > limits
	n.guarded = b.programs > programs
	return c, n, nil
}

// decoratedName is the name of a decorator around a sink: that of the sink with a word before it.
func decoratedName(s Sink, word, alone string) string {
	if isNil(s) {
		return alone
	}
	return word + " " + s.sinkName()
}

// undecorated returns the sink within Limits and Samples, which do not change what it is.
func undecorated(s Sink) Sink {
	for !isNil(s) {
		d, ok := s.(interface{ decorated() Sink })
		if !ok {
			break
		}
		s = d.decorated()
	}
	return s
}

// leveler returns a sink's own level, or the logger's. A level that panics when
// asked, such as a nil *slog.LevelVar, is an error here rather than a panic
// with every record.
func (b *builder) leveler(field string, own slog.Leveler) (l slog.Leveler, err error) {
	if own == nil {
		b.guarded = b.guarded || !isPlainLevel(b.level)
		return b.level, nil // checked with the options
	}
	b.guarded = b.guarded || !isPlainLevel(own)
	return own, checkLeveler(field, own)
}

// levelAndFormat returns what a sink of lines writes: its own level and format,
// or the logger's level and JSON.
func (b *builder) levelAndFormat(own slog.Leveler, f Formatter) (level slog.Leveler, format int, err error) {
	if level, err = b.leveler("Level", own); err != nil {
		return nil, 0, err
	}
	if f == nil {
		f = JSON
	}
	format, err = b.format(f)
	return level, format, err
}

// isPlainLevel reports whether a level is one of slog's own types, or none: they
// cannot panic.
func isPlainLevel(l slog.Leveler) bool {
	switch l := l.(type) {
	case nil, slog.Level, *slog.LevelVar, *Rules:
		return true
	case pinned:
		return isPlainLevel(l.Leveler)
	}
	return false
}

func checkLeveler(field string, l slog.Leveler) (err error) {
	if l == nil {
		return nil
	}
	defer func() {
		if p := recover(); p != nil {
			err = badField(field, "is a %T that cannot be asked: %w", l, panicked(p))
			switch p, isPinned := l.(pinned); {
			case isPinned && p.Leveler == nil:
				err = badField(field, "is Pinned(nil)")
			case isPinned:
				err = checkLeveler(field, p.Leveler)
			case isNil(l):
				err = badField(field, "is a nil %T", l)
			}
		}
	}()
	l.Level()
	if rules := newThreshold(l).rules; rules != nil && rules.load().err != nil {
		return badField(field, "is bad: %w", rules.load().err)
	}
	return nil
}

// isNil reports whether an interface is nil or holds a nil.
func isNil(a any) bool {
	switch v := reflect.ValueOf(a); v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Map, reflect.Func, reflect.Chan:
		return v.IsNil()
	}
	return false
}
