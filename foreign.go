package spanlog

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
)

// A foreign is somebody else's handler as a derived [Handler] sees it. Once it
// has a group open, no attribute gets to the root through it. So there are two
// of it: full has been given everything that With and WithGroup said, and root
// only what stands at the root. A record with nothing to put at the root goes to
// full, as if spanlog were not there. Any other goes to root, with the groups
// that are open (from the state's segments) rebuilt around its attributes.
type foreign struct {
	full, root slog.Handler
}

func (f foreign) withAttrs(attrs []slog.Attr, atRoot bool) foreign {
	// A handler owns the slice that it is given.
	f.full = f.full.WithAttrs(slices.Clone(attrs))
	if atRoot {
		f.root = f.full
	}
	return f
}

func (f foreign) withGroup(name string) foreign {
	f.full = f.full.WithGroup(name)
	return f
}

// foreignCore passes records on to somebody else's handler.
type foreignCore struct {
	handler slog.Handler // as it was given
	level   slog.Leveler // nil: what the handler's Enabled says
	slot    int          // of the state's foreign handlers
	closed  atomic.Bool
	stats   *sinkStats
}

func (c *foreignCore) enabled(ctx context.Context, level slog.Level) bool {
	if c.level != nil && level < c.level.Level() {
		return false
	}
	return c.handler.Enabled(ctx, level)
}

func (c *foreignCore) handle(e *entry) error {
	if c.closed.Load() {
		return ErrClosed
	}
	err := c.pass(e)
	if err == nil {
		c.stats.deliver(0)
	}
	return err
}

func (c *foreignCore) pass(e *entry) error {
	ev := &e.event
	f := &ev.state.foreign[c.slot]
	spanned := ev.Span.HasTraceID()
	if !spanned && len(ev.root) == 0 {
		if e.intact {
			return f.full.Handle(e.ctx, e.record)
		}
		return f.full.Handle(e.ctx, e.newRecord(ev.attrs))
	}
	attrs := e.scratch[:0]
	if spanned {
		attrs = ev.handler.p.rewriter.trace.appendAttrs(attrs, ev.Span)
	}
	attrs = append(attrs, ev.root...)
	if segs := ev.state.segments; len(segs) > 1 {
		if g := groupSegments(segs[1:], ev.attrs); !emptyGroup(g.Value) {
			attrs = append(attrs, g)
		}
	} else {
		attrs = append(attrs, ev.attrs...)
	}
	e.scratch = attrs
	defer clear(attrs)
	return f.root.Handle(e.ctx, e.newRecord(attrs))
}

// newRecord is the entry's record with these attributes, which it copies.
func (e *entry) newRecord(attrs []slog.Attr) slog.Record {
	r := slog.NewRecord(e.record.Time, e.event.Level, e.event.Message, e.event.PC)
	r.AddAttrs(attrs...)
	return r
}

// flush passes the call on as far as the handler has something to call.
func (c *foreignCore) flush(ctx context.Context) error { return flushAny(ctx, c.handler) }

func (c *foreignCore) reopen() error { return nil }

func (c *foreignCore) close(ctx context.Context) error {
	c.closed.Store(true)
	return c.flush(ctx)
}

// flushAny flushes what can be flushed, by whichever of the usual methods it
// has.
func flushAny(ctx context.Context, a any) error {
	switch f := a.(type) {
	case interface{ Flush(context.Context) error }:
		return f.Flush(ctx)
	case interface{ ForceFlush(context.Context) error }:
		return f.ForceFlush(ctx)
	case interface{ Flush() error }:
		return f.Flush()
	}
	return nil
}
