package spanlog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"

	"github.com/spanlog/spanlog/internal/stdio"
)

// A foreign is somebody else's handler as a derived [Handler] sees it, be it a
// Relay's or that of NewHandler. Once it has a group open, no attribute gets to the
// root through it. So there are two of it: full has been given everything that With
// and WithGroup said, and root only what stands at the root. A record with nothing
// to put at the root goes to full, as if spanlog were not there. Any other goes to
// root, with the groups that are open (from the state's segments) rebuilt around
// its attributes.
type foreign struct {
	full, root slog.Handler
	name       string    // of the sink
	reporter   *reporter // hears when With or WithGroup goes wrong
}

// withAttrs keeps attrs from being shared: a handler owns the slice that it is
// given.
func (f foreign) withAttrs(attrs []slog.Attr, atRoot bool) foreign {
	if len(attrs) == 0 {
		return f
	}
	f.full = f.derive(func(h slog.Handler) slog.Handler { return h.WithAttrs(slices.Clone(attrs)) })
	if atRoot {
		f.root = f.full
	}
	return f
}

func (f foreign) withGroup(name string) foreign {
	f.full = f.derive(func(h slog.Handler) slog.Handler { return h.WithGroup(name) })
	return f
}

// derive has full make another of itself. If it panics, or returns nil, there is
// nothing to go on with: its place is taken by one that says so with every
// record.
func (f foreign) derive(with func(slog.Handler) slog.Handler) (derived slog.Handler) {
	fail := func(err error) slog.Handler {
		f.reporter.report(f.name, err)
		return broken{err}
	}
	defer func() {
		if v := recover(); v != nil {
			derived = fail(fmt.Errorf("With or WithGroup: %w", panicked(v)))
		}
	}()
	if derived = with(f.full); derived == nil {
		return fail(errors.New("With or WithGroup has returned nil"))
	}
	return derived
}

// broken is a handler that could not be derived.
type broken struct{ err error }

func (b broken) Enabled(context.Context, slog.Level) bool  { return true }
func (b broken) Handle(context.Context, slog.Record) error { return b.err }
func (b broken) WithAttrs([]slog.Attr) slog.Handler        { return b }
func (b broken) WithGroup(string) slog.Handler             { return b }

// foreignCore passes records on to somebody else's handler. What it passes on is, in this
// order of cost: the caller's record, that with the trace fields added, or a new one. Which
// of them depends on what there is at the root that the handler does not have already.
type foreignCore struct {
	handler slog.Handler // as it was given
	threshold
	slot  int // of the state's foreign handlers
	gate  gate
	stats *sinkStats
}

// enabled asks the handler as it was derived: its level may depend on that.
func (c *foreignCore) enabled(ctx context.Context, s *state, level slog.Level, pc uintptr) bool {
	return c.admits(ctx, s, level, pc) && s.foreign[c.slot].full.Enabled(ctx, level)
}

func (c *foreignCore) handle(e *entry) error {
	defer c.gate.leave()
	if !c.gate.enter() {
		return ErrClosed
	}
	err := c.pass(e)
	if err == nil || kept(err) { // by a File of another logger, which counts it
		c.stats.deliver(0)
	}
	return err
}

func (c *foreignCore) pass(e *entry) error {
	ev := &e.event
	// The state is that of spanned or unspanned records, and its foreign handler has been
	// given With's attributes with the names that they have then.
	f, atRoot := &ev.state.foreign[c.slot], len(ev.state.segments) == 1
	if e.intact && len(ev.root) == 0 {
		switch {
		case !ev.spanned:
			// A handler that adds to its record must not write into another's.
			return f.full.Handle(e.ctx, e.record.Clone())
		case atRoot:
			return f.root.Handle(e.ctx, e.withTrace())
		}
	}
	e.gather()
	p := ev.handler.p
	root, own := p.schema.errorForm(ev.root), ev.attrs
	if atRoot {
		own = p.schema.errorForm(own)
	}
	if !ev.spanned && len(root) == 0 {
		return f.full.Handle(e.ctx, e.newRecord(own))
	}
	attrs := append(e.scratch[:0], root...)
	if atRoot {
		attrs = append(attrs, own...)
	} else if g := groupSegments(ev.state.segments[1:], own); !emptyGroup(g.Value) {
		attrs = append(attrs, g)
	}
	if ev.spanned {
		attrs = p.rewriter.trace.appendAttrs(attrs, &ev.Span)
	}
	e.scratch = attrs
	defer clear(attrs)
	return f.root.Handle(e.ctx, e.newRecord(attrs))
}

// withTrace returns a copy of the caller's record with the trace fields. They come last
// in the record of a foreign handler: before the others, all would have to be added anew.
func (e *entry) withTrace() slog.Record {
	var fields [maxTraceFields]slog.Attr
	r := e.record.Clone()
	r.AddAttrs(e.event.handler.p.rewriter.trace.appendAttrs(fields[:0], &e.event.Span)...)
	return r
}

// newRecord is the entry's record with these attributes, which it copies.
func (e *entry) newRecord(attrs []slog.Attr) slog.Record {
	r := slog.NewRecord(e.event.at, e.event.Level, e.event.Message, e.event.PC)
	r.AddAttrs(attrs...)
	return r
}

// flush passes the call on as far as the handler has something to call.
func (c *foreignCore) flush(ctx context.Context) error { return flushAny(ctx, c.handler) }

func (c *foreignCore) reopen() error { return nil }

func (c *foreignCore) close(ctx context.Context) error {
	if err := c.gate.close(ctx); err != nil {
		return err
	}
	return c.flush(ctx)
}

// flushAny flushes what can be flushed, by whichever of the usual methods it
// has: our own and OpenTelemetry's take a context, bufio's does not, and zap's is called
// Sync.
func flushAny(ctx context.Context, a any) error {
	switch f := a.(type) {
	case interface{ Flush(context.Context) error }:
		return f.Flush(ctx)
	case interface{ ForceFlush(context.Context) error }:
		return f.ForceFlush(ctx)
	case interface{ Flush() error }:
		return f.Flush()
	case *os.File:
		return nil // it has no buffer; to sync it would be a promise of another kind
	case interface{ Sync() error }: // zap's WriteSyncer, which often has a buffer
		if err := f.Sync(); !stdio.Unsyncable(err) {
			return err
		}
	}
	return nil
}
