package spanlog

import (
	"context"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/flight"
)

// A heldRecord is what a FlightRecorder keeps of an entry beside its lines. There can be
// many, so it is less than a detached entry.
type heldRecord struct {
	at      time.Time
	level   slog.Level
	pc      uintptr
	span    trace.SpanContext
	message string
	rest    *heldRest // nil: for sinks of lines
}

// A heldRest is for sinks that want more than lines.
type heldRest struct {
	ctx         context.Context
	handler     *Handler
	state       *state
	root, attrs []slog.Attr
}

// hold returns what is to be kept of the entry, and how many bytes that refers to.
func (e *entry) hold(n need) (h heldRecord, extra int) {
	ev := &e.event
	h = heldRecord{at: ev.at, level: ev.Level, pc: ev.PC, span: ev.Span, message: ev.Message}
	extra = len(ev.Message)
	if !n.context {
		return h, extra
	}
	h.rest = &heldRest{ctx: context.WithoutCancel(e.ctx), handler: ev.handler, state: ev.state}
	if n.attrs {
		h.rest.root = appendOwned(nil, ev.root)
		h.rest.attrs = appendOwned(nil, ev.attrs)
	}
	return h, extra + restSize + attrsBytes(h.rest.root) + attrsBytes(h.rest.attrs)
}

// entry returns a detached entry of the record, to be delivered whatever the levels are.
func (h *heldRecord) entry(p *pipeline, n need, lines flight.Lines) *entry {
	d := p.newDetached()
	for _, i := range n.formats {
		var line []byte
		line, lines = lines.Next()
		d.setLine(i, line)
	}
	ev := &d.event
	ev.Time, ev.at, ev.Level, ev.PC, ev.Message = h.at, h.at, h.level, h.pc, h.message
	ev.Span, ev.spanned, ev.handler, ev.state = h.span, true, p.root, p.root.spanned
	if r := h.rest; r != nil {
		d.ctx, ev.handler, ev.state = r.ctx, r.handler, r.state
		ev.root, ev.attrs = append(ev.root, r.root...), append(ev.attrs, r.attrs...)
	}
	d.released = true
	return d
}

// What memory is taken to be for sinks that want more than lines: by and large, as values
// of the program's own types are not measured.
const (
	restSize = 256
	attrSize = 48
	anySize  = 256
)

func attrsBytes(attrs []slog.Attr) int {
	size := 0
	for _, a := range attrs {
		size += attrSize + len(a.Key)
		switch a.Value.Kind() {
		case slog.KindString:
			size += len(a.Value.String())
		case slog.KindGroup:
			size += attrsBytes(a.Value.Group())
		case slog.KindAny:
			size += anySize
		}
	}
	return size
}
