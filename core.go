package spanlog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"sync"

	"github.com/spanlog/spanlog/internal/logfile"
)

// A core is a sink at work: it receives entries. The handler gives one to every
// core that is enabled for its level, and knows nothing else about sinks; a core
// knows nothing about the handler. Decorators are cores that hold cores.
//
// All methods are called concurrently. An entry is valid during handle only.
type core interface {
	// enabled reports whether handle wants records of this level, from a
	// logger with the state s.
	enabled(ctx context.Context, s *state, level slog.Level) bool
	// handle delivers the entry. It must not be called for a level that is
	// not enabled.
	handle(e *entry) error
	// flush returns once all that was handled before is as safe as the sink
	// can make it.
	flush(ctx context.Context) error
	// reopen closes and opens again what the sink has opened by name.
	reopen() error
	// close flushes and closes what the sink has opened. Later entries are
	// delivered unbuffered, or are refused with ErrClosed.
	close(ctx context.Context) error
}

// A sinkCore is a core with what every sink of New's has: a name for errors and
// the counters.
type sinkCore struct {
	core
	name  string
	stats *sinkStats
	// order is the sink's turn: files are served first, because there a record
	// is safe.
	order int
}

// deliver hands the entry to every core that wants it, and keeps the trouble of
// each to itself.
func (p *pipeline) deliver(e *entry) error {
	var errs error
	for i := range p.cores {
		c := &p.cores[i]
		if err := c.try(e); err != nil {
			errs = joinErrors(errs, p.failed(c, e.event.Level, err))
		}
	}
	return errs
}

// try delivers the entry if the core wants it. A panic is an error.
func (c *sinkCore) try(e *entry) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v)
		}
	}()
	if !c.enabled(e.ctx, e.event.handler.plain, e.event.Level) {
		return nil
	}
	return c.handle(e)
}

// failed counts and reports a record that a sink did not deliver, or not yet.
func (p *pipeline) failed(c *sinkCore, level slog.Level, err error) error {
	if _, kept := errors.AsType[*logfile.KeptError](err); kept {
		c.stats.fail(err)
	} else {
		c.stats.drop(level, err)
	}
	p.reporter.report(c.name, err)
	return &SinkError{Sink: c.name, Err: err}
}

func joinErrors(errs, err error) error {
	if errs == nil {
		return err
	}
	return errors.Join(errs, err)
}

// A builder turns sinks into cores for one logger. It collects the formats that
// they need, each distinct one once.
type builder struct {
	level    slog.Leveler // for sinks without one of their own
	console  Formatter    // for consoles without one of their own; nil: what suits the writer
	config   formatConfig
	formats  []Formatter
	encoders []encoder
	foreign  []foreign
	reporter *reporter
	writers  []*sharedWriter
	used     []int // formats, in the order in which sinks asked for them
	guarded  bool  // a level is found out by code of the program's
}

// A sharedWriter is a writer with what all the sinks that write to it share.
type sharedWriter struct {
	w  io.Writer
	mu sync.Mutex // held while the writer is called
	lineWriter
}

// A lineWriter writes lines, each with one Write. If one was cut off by an error,
// the next begins on a new line.
type lineWriter struct{ torn bool }

func (l *lineWriter) writeLine(w io.Writer, line []byte) error {
	if l.torn {
		if _, err := w.Write([]byte("\n")); err != nil {
			return err
		}
		l.torn = false
	}
	n, err := w.Write(line)
	if err == nil && n < len(line) {
		err = io.ErrShortWrite
	}
	l.torn = err != nil && n > 0 && n < len(line)
	return err
}

// format returns the number of a format.
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

// inner builds the sink within a decorator. The formats are those that the
// decorator has to give to [entry.detach] if it keeps an entry for the sink.
func (b *builder) inner(s Sink) (c sinkCore, formats []int, err error) {
	if isNil(s) {
		return c, nil, badField("Sink", "is nil")
	}
	before := len(b.used)
	if c, err = s.build(b); err != nil {
		return c, nil, fmt.Errorf("%s: %w", s.sinkName(), err)
	}
	return c, b.used[before:len(b.used):len(b.used)], nil
}

// share returns the writer with its lock. Two sinks of one logger with the same
// writer take turns, even if the writer could not bear otherwise.
func (b *builder) share(w io.Writer) *sharedWriter {
	if !comparable(w) {
		return &sharedWriter{w: w}
	}
	for _, s := range b.writers {
		if s.w == w {
			return s
		}
	}
	s := &sharedWriter{w: w}
	b.writers = append(b.writers, s)
	return s
}

// leveler returns a sink's own level, or the logger's. A level that panics when
// asked, such as a nil *slog.LevelVar, is an error here rather than a panic
// with every record.
func (b *builder) leveler(own slog.Leveler) (l slog.Leveler, err error) {
	if own == nil {
		b.guarded = b.guarded || !isPlainLevel(b.level)
		return b.level, nil // checked with the options
	}
	b.guarded = b.guarded || !isPlainLevel(own)
	return own, checkLeveler("Level", own)
}

// levelAndFormat returns what a sink of lines writes: its own level and format,
// or the logger's level and JSON.
func (b *builder) levelAndFormat(own slog.Leveler, f Formatter) (level slog.Leveler, format int, err error) {
	if level, err = b.leveler(own); err != nil {
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
	switch l.(type) {
	case nil, slog.Level, *slog.LevelVar:
		return true
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
			if isNil(l) {
				err = badField(field, "is a nil %T", l)
			}
		}
	}()
	l.Level()
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
