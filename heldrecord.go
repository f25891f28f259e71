package spanlog

// What a FlightRecorder keeps of a record, and how much memory that is. Package flight holds
// the two parts, this and the lines, of many records in few arrays, and counts them against
// MaxBytes; what a record refers to beside them it takes from hold's word. The estimate is
// tested against the heap (TestFlightRecorderMemory).

import (
	"context"
	"log/slog"
	"reflect"
	"strings"
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
	message string    // "": nobody asks for it
	rest    *heldRest // nil: for sinks of lines
}

// A heldRest is for sinks that want more than lines.
type heldRest struct {
	ctx         context.Context
	handler     *Handler
	state       *state
	root, attrs []slog.Attr
}

// hold sets h to what is to be kept of the entry, and returns how many bytes that refers to.
func (e *entry) hold(h *heldRecord, n need) (extra int) {
	ev := &e.event
	h.at, h.level, h.pc, h.span = ev.at, ev.Level, ev.PC, ev.Span
	if n.message {
		h.message = strings.Clone(ev.Message) // it may be a part of something large
		extra = len(h.message)
	}
	if ts := ev.Span.TraceState(); ts.Len() > 0 { // which a caller has sent
		if n.context {
			ts.Walk(func(key, value string) bool { extra += attrSize + len(key) + len(value); return true })
		} else {
			h.span = ev.Span.WithTraceState(trace.TraceState{})
		}
	}
	if !n.context {
		return extra
	}
	h.rest = &heldRest{ctx: context.WithoutCancel(e.ctx), handler: ev.handler, state: ev.state}
	if n.attrs {
		h.rest.root = appendOwned(nil, ev.root)
		h.rest.attrs = appendOwned(nil, ev.attrs)
	}
	return extra + restSize + attrsBytes(h.rest.root) + attrsBytes(h.rest.attrs)
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
	return d
}

// What memory is taken to be for sinks that want more than lines, beside texts.
const (
	restSize = 256
	attrSize = 48
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
			size += valueBytes(reflect.ValueOf(a.Value.Any()), maxDepth)
		}
	}
	return size
}

// valueBytes is about how much memory a value refers to, and itself, as far as [owned] has
// copied it. What lies deeper than that, and what errors, functions and channels have, is not
// looked at.
func valueBytes(v reflect.Value, depth int) int {
	if !v.IsValid() || depth == 0 {
		return 0
	}
	size := int(v.Type().Size())
	switch v.Kind() {
	case reflect.String:
		size += v.Len()
	case reflect.Slice:
		if v.Type().Elem().Kind() <= reflect.Complex128 { // as bytes are
			return size + v.Len()*int(v.Type().Elem().Size())
		}
		for i := range v.Len() {
			size += valueBytes(v.Index(i), depth-1)
		}
	case reflect.Array:
		for i := range v.Len() {
			size += valueBytes(v.Index(i), depth-1) - int(v.Type().Elem().Size())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			size += valueBytes(v.Field(i), depth-1) - int(v.Field(i).Type().Size())
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			size += valueBytes(it.Key(), depth-1) + valueBytes(it.Value(), depth-1)
		}
	case reflect.Pointer, reflect.Interface:
		size += valueBytes(v.Elem(), depth-1)
	}
	return size
}
