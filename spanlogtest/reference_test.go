package spanlogtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.opentelemetry.io/otel/trace"
)

// A reference is a handler that writes JSON and keeps every rule of the suite,
// in the simplest way: it remembers the calls of With and WithGroup, and builds
// the whole record from them each time. It is slow.
//
// Given a fault it breaks one rule. has(…) marks all the places.
type reference struct {
	*shared
	ops   []op
	bytes []byte // for one fault
}

// An op is a call of WithAttrs or WithGroup.
type op struct {
	isGroup bool
	group   string
	attrs   []slog.Attr
}

// shared is common to a handler and all that are derived from it.
type shared struct {
	fault string
	stop  chan struct{} // closed when the test is over

	mu      sync.Mutex
	out     bytes.Buffer
	line    []byte   // for one fault
	kept    []func() // for one fault
	first   trace.SpanContext
	resolve sync.Mutex         // for one fault
	scratch atomic.Pointer[op] // for one fault
}

// newReference returns a factory of references with a fault, or with none.
func newReference(fault string) factory {
	return func(tb testing.TB) (slog.Handler, func() []map[string]any) {
		s := &shared{fault: fault, stop: make(chan struct{})}
		tb.Cleanup(func() { close(s.stop) })
		return &reference{shared: s}, func() []map[string]any {
			for _, handle := range s.kept {
				handle()
			}
			return ParseJSON(tb, s.out.Bytes())
		}
	}
}

func (s *shared) has(fault string) bool { return s.fault == fault }

func (h *reference) Enabled(_ context.Context, level slog.Level) bool {
	switch {
	case h.has("Enabled: standard levels only"):
		return level == slog.LevelInfo || level == slog.LevelWarn || level == slog.LevelError
	case h.has("Enabled: errors only"):
		return level >= slog.LevelError
	case h.has("Enabled: all levels once derived") && len(h.ops) > 0:
		return true
	}
	return level >= slog.LevelInfo
}

func (h *reference) WithGroup(name string) slog.Handler {
	if name == "" && !h.has("WithGroup: no check of the name") || h.has("groups: WithGroup does nothing") {
		return h
	}
	return h.derive(op{isGroup: true, group: name})
}

func (h *reference) WithAttrs(attrs []slog.Attr) slog.Handler {
	switch {
	case h.has("WithAttrs: nothing given, nothing kept") && len(attrs) == 0:
		return &reference{shared: h.shared}
	case h.has("WithAttrs: looks at the first"):
		_ = attrs[0]
	case h.has("WithAttrs: redacts in place"):
		redact(attrs)
	case h.has("WithAttrs: appends in place"):
		attrs = append(attrs, slog.String("added", "1"))
	case h.has("aliasing: bytes") && len(h.ops) == 0:
		// Correct as long as nobody else appends to the same array.
		b := h.bytes
		for _, a := range h.resolveAll(nil, attrs, true) {
			b = append(append(append(append(b, ','), h.encodeKey(a.Key)...), ':'), h.encode(a.Value)...)
		}
		return &reference{h.shared, nil, b}
	}
	return h.derive(op{attrs: h.resolveAll(nil, attrs, true)})
}

func (h *reference) derive(o op) slog.Handler {
	kind := "attrs"
	if o.isGroup {
		kind = "groups"
	}
	switch {
	case h.has("aliasing: one scratch for all"), h.has("aliasing: one scratch for groups") && o.isGroup:
		mine := o
		h.scratch.Store(&mine)
		runtime.Gosched()
		o = *h.scratch.Load()
	case h.has("aliasing: changes the parent"):
		h.ops = append(h.ops, o)
		return h
	case h.has("aliasing: " + kind), h.has("aliasing: all"):
		return &reference{h.shared, append(h.ops, o), h.bytes}
	}
	return &reference{h.shared, append(slices.Clip(h.ops), o), h.bytes}
}

func (h *reference) Handle(ctx context.Context, r slog.Record) error {
	if h.has("Handle: keeps the record") {
		h.kept = append(h.kept, func() { h.handle(ctx, r) })
		return nil
	}
	return h.handle(ctx, r)
}

func (h *reference) handle(ctx context.Context, r slog.Record) error {
	sc := h.spanContext(ctx)
	switch {
	case h.has("Handle: gives up when canceled") && ctx.Err() != nil:
		return ctx.Err()
	case h.has("Handle: adds to the record"):
		r.AddAttrs(slog.String("added", "1")) // and leaves it out below
	case h.has("Handle: redacts in place"):
		for a := range r.Attrs {
			redact([]slog.Attr{a})
		}
	case h.has("lock: held while resolving"):
		for !h.resolve.TryLock() {
			select {
			case <-h.stop: // a deadlock that ends with the test
				return nil
			default:
				runtime.Gosched()
			}
		}
		defer h.resolve.Unlock()
	}

	builtin := []slog.Attr{slog.String(slog.LevelKey, h.level(r.Level)), slog.String(slog.MessageKey, h.message(r.Message))}
	if !r.Time.IsZero() || h.has("record: zero time written") {
		builtin = append(builtin, slog.Time(slog.TimeKey, r.Time))
	}
	if r.PC != 0 || h.has("record: zero PC written") {
		builtin = append(builtin, slog.String(slog.SourceKey, fmt.Sprint(r.Source())))
	}
	h.begin(builtin)
	var attrs []slog.Attr
	for a := range r.Attrs {
		if !h.has("Handle: adds to the record") || a.Key != "added" {
			attrs = append(attrs, a)
		}
	}
	if h.has("attrs: five at most") {
		attrs = attrs[:min(len(attrs), 5)]
	}
	attrs = h.breakOn(attrs)
	attrs = h.around(h.resolveAll(nil, attrs, false), sc)
	if h.has("values: broken ones lose the record") {
		for _, a := range attrs {
			if _, err := json.Marshal(a.Value.Any()); err != nil {
				return err
			}
		}
	}
	return h.end(builtin, h.addFields(attrs, sc))
}

// breakOn treats the values that can't be encoded in a record's own attributes.
func (h *reference) breakOn(attrs []slog.Attr) []slog.Attr {
	for i, a := range attrs {
		switch {
		case a.Value.Kind() == slog.KindGroup || encodable(a.Value.Any()):
		case h.has("values: broken ones lose what follows"):
			return attrs[:i]
		case h.has("values: broken ones dropped"):
			return h.breakOn(slices.Delete(attrs, i, i+1))
		case h.has("values: broken ones renamed"):
			attrs[i] = slog.String(a.Key+"Error", "can't be encoded")
		}
	}
	return attrs
}

func encodable(v any) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	_, err := json.Marshal(v)
	return err == nil
}

// around puts the attributes and groups of h around the record's.
func (h *reference) around(attrs []slog.Attr, sc trace.SpanContext) []slog.Attr {
	if h.has("trace: fields in the open group") || h.has("trace: fields in the group, too") && len(h.ops) > 0 {
		attrs = append(attrs, h.fields(sc)...)
	}
	outer, ops := false, h.ops
	if h.has("groups: around what With gave before") {
		ops = slices.Clone(ops)
		slices.SortStableFunc(ops, func(a, b op) int {
			switch {
			case a.isGroup == b.isGroup:
				return 0
			case a.isGroup:
				return -1
			}
			return 1
		})
	}
	for _, o := range slices.Backward(ops) {
		switch {
		case !o.isGroup:
			attrs = slices.Concat(o.attrs, attrs)
		case h.has("groups: only the innermost") && outer:
		case len(attrs) > 0 || h.has("groups: empty ones written"):
			attrs = []slog.Attr{{Key: o.group, Value: slog.GroupValue(attrs...)}}
			outer = true
		}
	}
	return attrs
}

// resolveAll appends attrs to dst by the rules of slog.Handler.
func (h *reference) resolveAll(dst, attrs []slog.Attr, with bool) []slog.Attr {
	for _, a := range attrs {
		a.Value = h.resolved(a.Value, with)
		if a.Equal(slog.Attr{}) && !h.has("attrs: zero ones written") {
			continue
		}
		if a.Value.Any() == nil && h.has("attrs: nil ones dropped") {
			continue
		}
		if a.Value.Kind() != slog.KindGroup {
			dst = append(dst, a)
			continue
		}
		members := h.resolveGroup(a.Value.Group(), with)
		switch {
		case a.Key == "" && !h.has("groups: not inlined"):
			dst = append(dst, members...)
		case len(members) > 0,
			h.has("groups: of zero attrs written") && len(a.Value.Group()) > 0,
			h.has("groups: resolved empty ones written"):
			dst = append(dst, slog.Attr{Key: a.Key, Value: slog.GroupValue(members...)})
		}
	}
	return dst
}

func (h *reference) resolveGroup(attrs []slog.Attr, with bool) []slog.Attr {
	if h.has("values: not resolved in groups") {
		return attrs
	}
	return h.resolveAll(nil, attrs, with)
}

func (h *reference) resolved(v slog.Value, with bool) slog.Value {
	switch {
	case h.has("values: not resolved"), h.has("values: not resolved in With") && with:
		if v.Kind() == slog.KindLogValuer {
			return slog.StringValue(fmt.Sprintf("%T", v.Any()))
		}
	case h.has("values: panics get out"):
		for v.Kind() == slog.KindLogValuer {
			if _, endless := v.Any().(*endless); endless {
				break
			}
			v = v.LogValuer().LogValue()
		}
	case h.has("values: endless ones resolved"):
		for v.Kind() == slog.KindLogValuer {
			select {
			case <-h.stop:
				return slog.Value{}
			default:
				v = v.LogValuer().LogValue()
			}
		}
	}
	return v.Resolve()
}

func (h *reference) spanContext(ctx context.Context) trace.SpanContext {
	span := trace.SpanFromContext(ctx)
	sc := span.SpanContext()
	switch {
	case h.has("trace: sampled spans only") && !sc.IsSampled(),
		h.has("trace: recording spans only") && !span.IsRecording(),
		h.has("trace: local spans only") && sc.IsRemote():
		return trace.SpanContext{}
	case h.has("trace: the first span for ever"):
		h.mu.Lock()
		defer h.mu.Unlock()
		if !h.first.IsValid() {
			h.first = sc
		}
		return h.first
	}
	return sc
}

// fields returns the trace fields.
func (h *reference) fields(sc trace.SpanContext) []slog.Attr {
	traceID, spanID, flags := sc.TraceID().String(), sc.SpanID().String(), sc.TraceFlags().String()
	switch {
	case h.has("trace: zeros without a span"),
		h.has("trace: zeros for a missing id") && (sc.HasTraceID() || sc.HasSpanID()):
	case h.has("trace: span id alone") && sc.HasSpanID() && !sc.HasTraceID():
		return []slog.Attr{slog.String("span_id", spanID)}
	case !sc.IsValid():
		return nil
	}
	switch {
	case h.has("trace: upper case"):
		traceID = strings.ToUpper(traceID)
	case h.has("trace: flags are 01 or 00"):
		if flags != "01" {
			flags = "00"
		}
	case h.has("trace: flags of one digit"):
		flags = fmt.Sprintf("%x", byte(sc.TraceFlags()))
	}
	return []slog.Attr{slog.String("trace_id", traceID), slog.String("span_id", spanID), slog.String("trace_flags", flags)}
}

// addFields puts the trace fields before the attributes, and settles
// collisions: an attribute like the field is dropped, another one renamed.
func (h *reference) addFields(attrs []slog.Attr, sc trace.SpanContext) []slog.Attr {
	if h.has("trace: fields in the open group") {
		return attrs
	}
	fields := h.fields(sc)
	if h.has("collision: renamed without a span") {
		fields = h.fields(sampled.sc)
	}
	var kept []slog.Attr
	for _, a := range attrs {
		i := slices.IndexFunc(fields, func(f slog.Attr) bool { return f.Key == a.Key })
		group := a.Value.Kind() == slog.KindGroup
		switch {
		case i < 0,
			h.has("collision: attribute repeats the field"),
			h.has("collision: group repeats the field") && group,
			h.has("collision: equal attribute repeats the field") && a.Equal(fields[i]):
			kept = append(kept, a)
		case h.has("collision: attribute wins"):
			fields = slices.Delete(slices.Clone(fields), i, i+1)
			kept = append(kept, a)
		case !a.Equal(fields[i]):
			kept = append(kept, slog.Attr{Key: "attr." + a.Key, Value: a.Value})
		}
	}
	if h.has("collision: groups searched, too") {
		kept = dropDeep(kept, "trace_id", "span_id", "trace_flags")
	}
	if h.has("collision: renamed without a span") {
		fields = h.fields(sc)
	}
	return append(fields, kept...)
}

func dropDeep(attrs []slog.Attr, keys ...string) []slog.Attr {
	var kept []slog.Attr
	for _, a := range attrs {
		if a.Value.Kind() == slog.KindGroup {
			a.Value = slog.GroupValue(dropDeep(a.Value.Group(), keys...)...)
		}
		if !slices.Contains(keys, a.Key) {
			kept = append(kept, a)
		}
	}
	return kept
}

// redact changes what it is given, as slog-formatter does.
func redact(attrs []slog.Attr) {
	for i, a := range attrs {
		switch {
		case a.Value.Kind() == slog.KindGroup:
			redact(a.Value.Group())
		case a.Key == "password", a.Key == "token":
			attrs[i].Value = slog.StringValue("[REDACTED]")
		}
	}
}
