package spanlog

// The short way of a record through NewHandler. Around a handler of somebody else's
// there is mostly one thing to do: to add the trace fields. The long way, with an
// entry, would take the record apart and put it together again.
//
// Both ways come to the same end: TestConformanceAround runs the suite on records that
// take this one, and TestAllocsForeign counts what they allocate.

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/encode"
	"github.com/spanlog/spanlog/internal/rawslog"
)

// around takes a record the short way through a handler of NewHandler's: the trace fields
// are added to the record, and that is all. It reports false, and has done nothing, where
// more is to be done. Then the record takes the way of all others, to the same end.
//
// The next handler is not asked for its level again: slog has done so through Enabled. The
// level of the options is compared, as it may be a program's that goes without.
// Nobody can close it through this one, or read its counters.
func (h *Handler) around(ctx context.Context, r *slog.Record) (done bool, err error) {
	p := h.p
	if !p.sole.admits(ctx, h.plain, r.Level, r.PC) {
		return false, nil
	}
	// What asks for the long way: options that look at each attribute, or add some; a
	// context with attributes; events of spans; and another tracer's spans, whose
	// function may panic.
	if !p.streams.possible || h.secret || ctx == nil || layerOf(ctx) != nil || p.spans.any() || p.spanContext != nil {
		return false, nil
	}
	front, back, ok := rawslog.Attrs(r)
	if !ok {
		return false, nil
	}
	sc := trace.SpanContextFromContext(ctx)
	spanned := sc.HasTraceID()
	next, reserved := h.plain.foreign[0].full, (*encode.Keys)(nil)
	if spanned {
		// Attributes of With that bear a trace field's name are renamed, and groups are
		// put around the record's own, which lie in two places if they are many.
		if len(h.held) > 0 || len(h.groups) > 0 && len(back) > 0 {
			return false, nil
		}
		next = h.spanned.foreign[0].root
		if len(h.groups) == 0 {
			reserved = &p.rewriter.trace.keys
		}
	}
	if simple, _ := areSimple(front, reserved); !simple {
		return false, nil
	}
	if simple, _ := areSimple(back, reserved); !simple {
		return false, nil
	}
	// The other handler may call methods of values, or log itself.
	defer p.leave()
	if !p.enter() {
		return false, nil
	}
	// From here on the record is changed: there is no way back.
	switch {
	case spanned && len(h.groups) > 0:
		g := groupSegments(h.spanned.segments[1:], front)
		*r = slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
		if !emptyGroup(g.Value) {
			r.AddAttrs(g)
		}
	case len(back) > 0:
		*r = r.Clone() // what is added must not be written into another's record
	}
	if spanned {
		var fields [maxTraceFields]slog.Attr
		r.AddAttrs(p.rewriter.trace.appendAttrs(fields[:0], &sc)...)
	}
	return true, p.passOn(ctx, next, r)
}

// passOn gives the record to the handler. A panic is an error, and so is the end of the
// goroutine. The handler has no breaker and is told no losses: the program has chosen it
// before, and gets what it would get without spanlog.
func (p *pipeline) passOn(ctx context.Context, next slog.Handler, r *slog.Record) (err error) {
	returned := false
	defer func() {
		if returned {
			return
		}
		err = p.failed(&p.cores[0], r.Level, endOf(recover()))
	}()
	err = next.Handle(ctx, *r)
	if returned = true; err != nil {
		err = p.failed(&p.cores[0], r.Level, err)
	}
	return err
}

// areSimple reports whether all the attributes can be passed on as they are, and whether
// there are some whose methods say what they are.
func areSimple(attrs []slog.Attr, reserved *encode.Keys) (simple, methods bool) {
	for n := 0; n < len(attrs); n++ {
		n += encode.CountSimple(attrs[n:], reserved)
		if n < len(attrs) {
			if !isPlainAny(&attrs[n], reserved) {
				return false, false
			}
			methods = true
		}
	}
	return true, methods
}
