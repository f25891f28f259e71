package spanlog

// The way of an entry through the sinks, and what keeps the trouble of one from the
// others. Each call goes through these, from the outside in:
//
//	deliver  all cores, in their order; what fails is counted and reported (failed)
//	try      asks the core whether it wants the entry (wants)
//	attempt  has the sink told what it has lost, if it took the entry
//	guard    asks the breaker
//	call     makes an error of a panic and of a goroutine that ends; tells the breaker
//	handle   the core's own
//
// A core that is sure needs no guard and no call while it does not fail.
//
// A decorator's handle calls attempt of the sinkCore within, and so on.

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"

	"github.com/spanlog/spanlog/internal/logfile"
)

// A core is a sink at work: it receives entries. The handler gives one to every
// core that is enabled for its level, and knows nothing else about sinks; a core
// knows nothing about the handler. Decorators are cores that hold cores.
//
// All methods are called concurrently. An entry is valid during handle only.
type core interface {
	// enabled reports whether handle wants records of this level, from a
	// logger with the state s and the caller pc, which is anyCaller where there
	// is no record yet.
	enabled(ctx context.Context, s *state, level slog.Level, pc uintptr) bool
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
	// closed is set once the core refuses records; nil: it never does, or says so
	// itself.
	closed *atomic.Bool
	// lines are the formats whose lines are all that the core reads of a record,
	// one bit each (beyond the 64th there is none). It reads each of them with every
	// record that it is given. 0: it reads other things, or lines of some records only.
	lines uint64
	// takesRecord is set if the core gets by with the caller's record while that is
	// intact.
	takesRecord bool
	// sure is set if the core reads a single line, and nothing that it does with that once it is
	// finished can panic or end the goroutine, because it runs no code of the program's.
	sure bool
}

// levelOnly returns the threshold of the core if that alone decides what is enabled.
func (c *sinkCore) levelOnly() *threshold {
	switch core := c.core.(type) {
	case *writerCore:
		return &core.threshold
	case *fileCore:
		return &core.threshold
	case *asyncCore:
		return core.levelOnly()
	case *limitCore:
		return core.levelOnly()
	case *sampleCore:
		return core.levelOnly()
	}
	return nil
}

// idle reports whether the core is not likely to take a record: it keeps failing, or it is
// closed.
func (c *sinkCore) idle() bool {
	return c.breaker != nil && c.breaker.broken.Load() || c.refuses()
}

// leaf returns the sink within decorators that pass records on, or c itself.
func (c *sinkCore) leaf() *sinkCore {
	for {
		if _, queues := c.core.(*asyncCore); queues {
			return c // it passes them on later, and tells itself of what it has lost
		}
		d, decorates := c.core.(interface{ passesTo() *sinkCore })
		if !decorates {
			return c
		}
		c = d.passesTo()
	}
}

// passesTo is a method of decorators, which embed the sinkCore that they pass records to.
func (c *sinkCore) passesTo() *sinkCore { return c }

// deliver hands the entry to every core that wants it, and keeps the trouble of
// each to itself.
func (p *pipeline) deliver(e *entry) (errs error) {
	for e.next < len(p.cores) {
		c, wanted := &p.cores[e.next], e.wanted>>(e.next&63)&1 != 0
		e.next++
		var err error
		if !e.asked {
			err = c.try(e)
		} else if wanted { // there are no more than 64 then
			err = c.attempt(e)
		}
		if err != nil {
			errs = joinErrors(errs, p.failed(c, e.event.Level, err))
		}
	}
	return errs
}

// finish frees the entry, and before that sees to it that each core has it, or counts it:
// where the goroutine is made to end, by a method of a value or by OnError, nobody else
// will.
func (e *entry) finish() {
	if e.nested || e.next >= len(e.event.handler.p.cores) { // as mostly
		e.free()
		return
	}
	defer e.finish() // OnError may do so again
	p := e.event.handler.p
	if e.next > 0 {
		_ = p.deliver(e)
		return
	}
	for e.next < len(p.cores) {
		c := &p.cores[e.next]
		e.next++
		if wants, err := c.wants(e); wants || err != nil {
			_ = p.failed(c, e.event.Level, errIncomplete)
		}
	}
}

// try delivers the entry if the core wants it. A panic is an error.
func (c *sinkCore) try(e *entry) error {
	if wants, err := c.wants(e); err != nil || !wants {
		return err
	}
	return c.attempt(e)
}

// wants reports whether the core is enabled for the entry.
func (c *sinkCore) wants(e *entry) (bool, error) { return c.wantsAt(e, e.event.Level) }

// wantsAt is wants, as if the entry had another level.
func (c *sinkCore) wantsAt(e *entry, level slog.Level) (bool, error) {
	h := e.event.handler
	if e.forced {
		return true, nil
	}
	if !h.p.guarded { // as mostly
		return c.enabled(e.ctx, h.plain, level, e.event.PC), nil
	}
	return c.asks(e.ctx, h.plain, level, e.event.PC)
}

// asks is enabled, for which a panic, of the level or of somebody else's Enabled,
// is an error. To defer for each record costs time, so it is only for pipelines where
// there can be one (guarded).
func (c *sinkCore) asks(ctx context.Context, s *state, level slog.Level, pc uintptr) (enabled bool, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v)
		}
	}()
	return c.enabled(ctx, s, level, pc), nil
}

// attempt delivers an entry that the core wants, unless it is broken off. A panic is an
// error; that a core is sure means that there is none.
func (c *sinkCore) attempt(e *entry) (err error) {
	if c.sure && c.lines&e.streamed != 0 && (c.breaker == nil || c.breaker.failures.Load() == 0) { // as mostly
		if err = c.handle(e); err != nil {
			c.note(false, err)
		}
	} else {
		err = c.guard(e)
	}
	if err == nil && c.tells && c.stats.owes.Load() { // also of what a broken sink has lost: it has healed
		c.tell(e.event.handler.p, false)
	}
	return err
}

// guard delivers an entry, unless the core is broken off, wherever anything may happen.
func (c *sinkCore) guard(e *entry) (err error) {
	probe := false
	if c.breaker != nil && c.breaker.broken.Load() {
		if probe, err = c.breaker.admit(); err != nil {
			if c.refuses() {
				err = ErrClosed
			}
			return err
		}
	}
	return c.call(e, probe)
}

// call delivers the entry, and has the breaker know what has become of it.
func (c *sinkCore) call(e *entry, probe bool) (err error) {
	returned := false
	defer func() {
		if returned {
			return
		}
		v := recover()
		err = endOf(v)
		c.note(probe, err)
		if v == nil {
			c.ended(e)
		}
	}()
	err = c.handle(e)
	if returned = true; err != nil || probe || c.breaker != nil && c.breaker.failures.Load() > 0 {
		c.note(probe, err)
	}
	return err
}

// endOf is the error of a call that has not returned: v is what it panicked with, or nil if
// it has ended the goroutine.
func endOf(v any) error {
	if v == nil {
		return errGoexit
	}
	return panicked(v)
}

// note tells the breaker, which need not hear of every success.
func (c *sinkCore) note(probe bool, err error) {
	if c.breaker != nil {
		c.breaker.note(probe, err)
	}
}

var (
	errGoexit     = errors.New("the sink has ended the goroutine")
	errIncomplete = errors.New("the goroutine has ended while the record was read")
)

// ended counts and reports the record with which the sink has ended the goroutine, and
// delivers it to the cores that come after: nobody is called any more who would.
func (c *sinkCore) ended(e *entry) {
	p := e.event.handler.p
	defer func() { _ = p.deliver(e) }()
	switch {
	case e.forced:
		// Nobody has logged it, and what it says is said again.
	case c.leaf() != c:
		// The sink within has counted it.
	case c.within:
		c.stats.passOn(errGoexit)
		p.reporter.report(c.name, errGoexit)
	default:
		_ = p.failed(c, e.event.Level, errGoexit)
	}
}

// refuses reports whether the sink has been closed and takes no more records, which
// it says itself unless it is broken off.
func (c *sinkCore) refuses() bool { return c.closed != nil && c.closed.Load() }

// refuse counts and reports a record that is nested too deep, for each core that would
// have had it.
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

// failed counts and reports a record that a sink did not deliver, or not yet. It is
// called once for a record and a sink, by the outermost who knows: a decorator that
// returns an error has not counted it.
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
