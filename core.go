package spanlog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"reflect"
	"slices"
	"sync"

	"github.com/spanlog/spanlog/internal/logfile"
	"github.com/spanlog/spanlog/internal/stdio"
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
// the counters. Whoever holds one calls try or attempt, which keep the sink's
// trouble to the sink, and not handle itself.
type sinkCore struct {
	core
	name  string
	stats *sinkStats
	// order is the sink's turn: files are served first, because there a record
	// is safe.
	order int
	// breaker keeps records from the sink while it fails. nil: it gets them all.
	breaker *breaker
	// tells is set if the sink is told what it has lost, once it delivers again.
	// It is not for decorators that only pass on to a sink that is.
	tells bool
	// within is set in a Failover, which gives the sink's failures to the next.
	within bool
}

// leaf returns the sink within Limits, or c itself.
func (c *sinkCore) leaf() *sinkCore {
	for {
		l, ok := c.core.(*limitCore)
		if !ok {
			return c
		}
		c = &l.sinkCore
	}
}

// deliver hands the entry to every core that wants it, and keeps the trouble of
// each to itself.
func (p *pipeline) deliver(e *entry) error { return p.deliverFrom(0, e) }

// deliverFrom delivers the entry to the cores from the i-th on.
func (p *pipeline) deliverFrom(i int, e *entry) (errs error) {
	returned := false
	defer func() {
		if !returned { // the i-th has ended the goroutine: that is its own trouble
			_ = p.deliverFrom(i+1, e)
		}
	}()
	for ; i < len(p.cores); i++ {
		c := &p.cores[i]
		if err := c.try(e); err != nil {
			errs = joinErrors(errs, p.failed(c, e.event.Level, err))
		}
	}
	returned = true
	return errs
}

// try delivers the entry if the core wants it. A panic is an error.
func (c *sinkCore) try(e *entry) error {
	if wants, err := c.wants(e); err != nil || !wants {
		return err
	}
	return c.attempt(e)
}

// wants reports whether the core is enabled for the entry.
func (c *sinkCore) wants(e *entry) (bool, error) {
	return c.asks(e.ctx, e.event.handler.plain, e.event.Level)
}

// asks is enabled, for which a panic, of the level or of somebody else's Enabled,
// is an error.
func (c *sinkCore) asks(ctx context.Context, s *state, level slog.Level) (enabled bool, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v)
		}
	}()
	return c.enabled(ctx, s, level), nil
}

// attempt delivers an entry that the core wants, unless it is broken off. A panic
// is an error.
func (c *sinkCore) attempt(e *entry) error {
	probe := false
	if c.breaker != nil {
		var err error
		if probe, err = c.breaker.admit(); err != nil {
			if c.refuses() {
				err = ErrClosed
			}
			return err
		}
	}
	err := c.call(e, probe)
	if err == nil && c.tells { // also of what a broken sink has lost: it has healed
		c.tell(e.event.handler.p, false)
	}
	return err
}

// call delivers the entry, and has the breaker know what has become of it.
func (c *sinkCore) call(e *entry, probe bool) (err error) {
	returned := false
	defer func() {
		v := recover()
		ended := v == nil && !returned
		if v != nil {
			err = panicked(v)
		} else if ended {
			err = errGoexit
		}
		if c.breaker != nil {
			c.breaker.note(probe, err)
		}
		if ended {
			c.ended(e)
		}
	}()
	err = c.handle(e)
	returned = true
	return err
}

var errGoexit = errors.New("the sink has ended the goroutine")

// ended counts and reports the record with which the sink has ended the goroutine:
// nobody is called any more who would.
func (c *sinkCore) ended(e *entry) {
	p := e.event.handler.p
	switch {
	case c.leaf() != c:
		// The sink within the Limit has counted it.
	case c.within:
		c.stats.passOn(errGoexit)
		p.reporter.report(c.name, errGoexit)
	default:
		_ = p.failed(c, e.event.Level, errGoexit)
	}
}

// refuses reports whether the sink has been closed and takes no more records, which
// it says itself unless it is broken off.
func (c *sinkCore) refuses() bool {
	switch s := c.core.(type) {
	case *writerCore:
		return s.refuses()
	case *foreignCore:
		return s.closed.Load()
	}
	return false
}

// refuse counts and reports a record that is nested too deep.
func (p *pipeline) refuse(e *entry) error {
	var errs error
	for i := range p.cores {
		c := &p.cores[i]
		if wants, err := c.wants(e); wants || err != nil {
			errs = joinErrors(errs, p.failed(c, e.event.Level, errNested))
		}
	}
	return errs
}

// flush flushes cores, and tells them before what they have lost.
func (p *pipeline) flush(ctx context.Context, cores []sinkCore) error {
	return each(ctx, cores, "flush", func(ctx context.Context, c *sinkCore) error {
		c.tellAll(ctx, p)
		return c.flush(ctx)
	})
}

// close closes cores, and tells them before what they have lost.
func (p *pipeline) close(ctx context.Context, cores []sinkCore) error {
	return each(ctx, cores, "close", func(ctx context.Context, c *sinkCore) error {
		c.tellAll(ctx, p)
		return c.close(ctx)
	})
}

func reopen(_ context.Context, c *sinkCore) error { return c.reopen() }

// failed counts and reports a record that a sink did not deliver, or not yet.
func (p *pipeline) failed(c *sinkCore, level slog.Level, err error) error {
	if kept(err) {
		c.stats.fail(err)
	} else {
		c.stats.drop(level, err)
	}
	p.reporter.report(c.name, err)
	return &SinkError{Sink: c.name, Err: err}
}

// kept reports whether err is for a record that is not lost: the sink has it, and
// counts it once it knows what has become of it.
func kept(err error) bool {
	_, inFile := as[*logfile.KeptError](err)
	return inFile || is(err, errUnderway)
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
	programs int   // how many sinks run code of the program's that may log
	guarded  bool  // a level is found out by code of the program's
}

// A sharedWriter is a writer with what all the sinks that write to it share.
type sharedWriter struct {
	w       io.Writer
	out     io.Writer  // what is written to: w, or what stands in for it
	foreign bool       // it may log
	mu      sync.Mutex // held while the writer is called
	lineWriter
}

func newSharedWriter(w io.Writer) *sharedWriter {
	s := &sharedWriter{w: w, out: w}
	switch w := w.(type) {
	case *os.File:
		s.out = stdio.Writer(w)
	case *bytes.Buffer:
	default:
		s.foreign = w != io.Discard
	}
	return s
}

// lock takes the lock. It reports false where this goroutine would wait for
// itself, or for one that waits for it: within a call of a writer that may log, it
// does not wait for another.
func (s *sharedWriter) lock() bool {
	if s.mu.TryLock() {
		return true
	}
	if s.foreign && countFrames(writerCalls) > 0 {
		return false
	}
	s.mu.Lock()
	return true
}

// call calls f, which calls the writer, in a frame that can be found.
//
//go:noinline
func (s *sharedWriter) call(f func() error) error { return f() }

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

// A need is what the sinks within a decorator need of an entry that is kept for
// them.
type need struct {
	formats []int // lines
	attrs   bool  // attributes, and the context: for somebody else's handler
	context bool  // the context
	guarded bool  // a sink may log itself
}

// inner builds the sink within a decorator. A decorator that keeps entries for it
// gives the need to [entry.detach].
func (b *builder) inner(s Sink) (c sinkCore, n need, err error) {
	if isNil(s) {
		return c, n, badField("Sink", "is nil")
	}
	used, foreign, entries, programs := len(b.used), len(b.foreign), b.entries, b.programs
	if c, err = s.build(b); err != nil {
		return c, n, fmt.Errorf("%s: %w", s.sinkName(), err)
	}
	n.formats = slices.Compact(slices.Sorted(slices.Values(b.used[used:])))
	n.attrs = len(b.foreign) > foreign
	n.context = n.attrs || b.entries > entries
	n.guarded = b.programs > programs
	return c, n, nil
}

// share returns the writer with its lock. Two sinks of one logger with the same
// writer take turns, even if the writer could not bear otherwise.
func (b *builder) share(w io.Writer) *sharedWriter {
	if !comparable(w) {
		return newSharedWriter(w)
	}
	for _, s := range b.writers {
		if s.w == w {
			return s
		}
	}
	s := newSharedWriter(w)
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
