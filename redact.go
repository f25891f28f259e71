package spanlog

// What becomes of an attribute between the logging call and the sinks. The order is
//
//	resolve      a LogValuer is asked for its value
//	redact       by the key that the program gave it
//	ReplaceAttr  not for groups, as in slog
//	resolve, redact  by the key that it has now: ReplaceAttr cannot bring a secret back
//	put          groups and what is empty, by slog's rules, and each member by all of this
//	rewriteRoot  at the root: it must not collide with a trace field
//
// Most records need none of it: needs tells which attributes do, and stream.go writes the
// lines of those that do not.

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/valuer"
)

// redacted is what stands for a value whose key is in [Options].Redact.
const redacted = "[REDACTED]"

// A rewriter turns attributes as they were logged into attributes as they are
// delivered: resolved, redacted, replaced by ReplaceAttr, without what is empty,
// and at the root without what would collide with a trace field. It does so once
// per attribute, for all sinks.
//
// It never writes to the attributes that it is given, which are the caller's.
type rewriter struct {
	replace func([]string, slog.Attr) slog.Attr // nil: none
	secret  map[string]bool                     // lower-case keys; nil: none
	trace   traceFields
	failed  func(field string, err error) // hears of a ReplaceAttr that panics
}

// all reports whether every attribute has to be rewritten, not only those that
// needs finds.
func (w *rewriter) all() bool { return w.replace != nil || w.secret != nil }

// needs reports whether a, of a record and of a kind, has to be rewritten: it is
// not plain, or its name is that of a trace field where names can collide.
func (w *rewriter) needs(a *slog.Attr, kind slog.Kind, collides bool) bool {
	if a.Key == "" {
		return true // nothing, or a group to inline
	}
	if collides && w.trace.index(a.Key) >= 0 {
		return true
	}
	return (kind == slog.KindAny || kind >= slog.KindGroup) && !plain(*a)
}

// plain reports whether an attribute is resolved and has nothing empty in it.
func plain(a slog.Attr) bool {
	switch a.Value.Kind() {
	case slog.KindLogValuer:
		return false
	case slog.KindGroup:
		members := a.Value.Group()
		for _, m := range members {
			if m.Key == "" || !plain(m) {
				return false
			}
		}
		return len(members) > 0
	case slog.KindAny:
		src, ok := a.Value.Any().(*slog.Source)
		return !ok || !emptySource(src)
	}
	return true
}

func emptySource(src *slog.Source) bool { return src == nil || *src == slog.Source{} }

// place is where an attribute stands.
type place struct {
	groups []string          // the open groups, from the outside in
	secret bool              // one of them is to be redacted as a whole
	span   trace.SpanContext // at the root of a record: whose fields are there
	// builtin is set for slog's own attributes. slog tells ReplaceAttr of no
	// groups for them, not even within one.
	builtin bool
	within  valuer.Within
	// grows is set if groups is this attribute's own, to be appended to in place.
	grows bool
}

func (at place) root() bool { return len(at.groups) == 0 }

// rewrite appends to dst what becomes of a: nothing, one attribute, or several.
func (w *rewriter) rewrite(dst []slog.Attr, a slog.Attr, at place) []slog.Attr {
	a.Value = at.within.Resolve(a.Value)
	a = w.redact(a, at)
	if w.replace != nil && a.Value.Kind() != slog.KindGroup {
		a = w.callReplace(at.groups, a)
		a.Value = at.within.Resolve(a.Value)
		a = w.redact(a, at)
	}
	return w.put(dst, a, at)
}

// redact hides the value of an attribute that is secret, unless there is none.
func (w *rewriter) redact(a slog.Attr, at place) slog.Attr {
	if !at.secret && !w.isSecret(a.Key) || isZero(a) || emptyGroup(a.Value) {
		return a
	}
	if a.Key == "" && a.Value.Kind() == slog.KindGroup {
		return a // inlined: each of its members is secret by itself
	}
	a.Value = slog.StringValue(redacted)
	return a
}

// rewriteBuiltin is rewrite for one of slog's own attributes. It is no secret,
// unless ReplaceAttr gives it the key of one.
func (w *rewriter) rewriteBuiltin(dst []slog.Attr, a slog.Attr, sc trace.SpanContext) []slog.Attr {
	key := a.Key
	a = w.callReplace(nil, a)
	at := place{span: sc, builtin: true}
	a.Value = at.within.Resolve(a.Value)
	if a.Key != key {
		a = w.redact(a, at)
	}
	return w.put(dst, a, at)
}

// put appends an attribute that has been through redaction and ReplaceAttr,
// unless it is empty.
func (w *rewriter) put(dst []slog.Attr, a slog.Attr, at place) []slog.Attr {
	switch a.Value.Kind() {
	case slog.KindGroup:
		return w.rewriteGroup(dst, a, at)
	case slog.KindAny:
		if isZero(a) {
			return dst
		}
		if src, ok := a.Value.Any().(*slog.Source); ok {
			if emptySource(src) {
				return dst
			}
			if w.replace != nil {
				a.Value = w.replacedSource(a.Key, src, at)
			}
		}
	}
	if at.root() {
		return w.rewriteRoot(dst, a, at)
	}
	return append(dst, a)
}

func (w *rewriter) rewriteGroup(dst []slog.Attr, a slog.Attr, at place) []slog.Attr {
	members := a.Value.Group()
	if a.Key == "" { // inlined: its members stand where it does
		for _, m := range members {
			dst = w.rewrite(dst, m, at)
		}
		return dst
	}
	inner := place{builtin: at.builtin, within: at.within}
	if !at.builtin {
		outer := at.groups
		if !at.grows {
			outer = slices.Clip(outer)
		}
		inner.groups, inner.grows = append(outer, a.Key), true
	}
	kept := make([]slog.Attr, 0, len(members))
	for _, m := range members {
		kept = w.rewrite(kept, m, inner)
	}
	if len(kept) == 0 {
		return dst
	}
	a.Value = slog.GroupValue(kept...)
	if at.root() {
		return w.rewriteRoot(dst, a, at)
	}
	return append(dst, a)
}

// A replacedSource is a source whose fields ReplaceAttr has seen. For slog that
// is part of writing JSON, where a source is a group; its Text has no fields,
// and shows ReplaceAttr none. To anybody but our encoders it is a LogValuer of
// the source.
type replacedSource struct {
	source *slog.Source
	fields []slog.Attr
}

func (s replacedSource) LogValue() slog.Value { return slog.AnyValue(s.source) }

// replacedSource shows the fields of a source to ReplaceAttr. It may remove all
// of them: then JSON, but not Text, is without the source.
func (w *rewriter) replacedSource(key string, src *slog.Source, at place) slog.Value {
	at.span = trace.SpanContext{} // the fields are in a group and collide with nothing
	fields := w.rewriteGroup(nil, slog.Attr{Key: key, Value: slog.GroupValue(sourceAttrs(src)...)}, at)
	if len(fields) > 0 && key != "" {
		fields = fields[0].Value.Group()
	}
	return slog.AnyValue(replacedSource{src, fields})
}

// rewriteRoot is the last step for an attribute at the root: it must not collide
// with a trace field.
func (w *rewriter) rewriteRoot(dst []slog.Attr, a slog.Attr, at place) []slog.Attr {
	if at.span.HasTraceID() {
		if i := w.trace.index(a.Key); i >= 0 && w.trace.fields[i].in(at.span) {
			f := &w.trace.fields[i]
			if a.Value.Kind() != slog.KindGroup && f.is(a.Value, at.span) {
				return dst // it says what the field says: once is enough
			}
			a.Key = f.renamed
		}
	}
	return append(dst, a)
}

// isSecret reports whether a key is to be redacted. Lower-casing ASCII in place
// keeps keys with capitals from costing an allocation each.
func (w *rewriter) isSecret(key string) bool {
	var buf [64]byte
	if w.secret == nil || len(key) > len(buf) {
		return w.secret[strings.ToLower(key)]
	}
	for i := range len(key) {
		c := key[i]
		if c >= utf8.RuneSelf {
			return w.secret[strings.ToLower(key)]
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		buf[i] = c
	}
	return w.secret[string(buf[:len(key)])]
}

// callReplace calls the program's ReplaceAttr. If that panics, the value is
// withheld, and what it panicked with as well: the value may be the very one that
// was to be replaced.
func (w *rewriter) callReplace(groups []string, a slog.Attr) (out slog.Attr) {
	defer func() {
		if p := recover(); p != nil {
			out = slog.String(a.Key, "!PANIC: ReplaceAttr")
			w.failed("ReplaceAttr", fmt.Errorf("panic with a value of type %T", p))
		}
	}()
	return w.replace(groups[:len(groups):len(groups)], a)
}

// rewriteAll rewrites attributes into a new slice.
func (w *rewriter) rewriteAll(attrs []slog.Attr, at place) []slog.Attr {
	out := make([]slog.Attr, 0, len(attrs))
	for _, a := range attrs {
		out = w.rewrite(out, a, at)
	}
	return out
}

// splitColliding divides attributes at the root, rewritten already, into those
// that can stand beside the trace fields of any span and those that cannot: what becomes of
// these depends on the ids of each record's span.
func (w *rewriter) splitColliding(attrs []slog.Attr) (fine, colliding []slog.Attr) {
	for i, a := range attrs {
		if w.trace.index(a.Key) < 0 {
			if colliding != nil {
				fine = append(fine, a)
			}
			continue
		}
		if colliding == nil {
			fine = append(fine, attrs[:i]...)
		}
		colliding = append(colliding, a)
	}
	if colliding == nil {
		return attrs, nil
	}
	return fine, colliding
}

// newSecrets returns the set of keys to redact.
func newSecrets(keys []string) map[string]bool {
	if len(keys) == 0 {
		return nil
	}
	set := make(map[string]bool, len(keys))
	for _, k := range keys {
		if k != "" { // that would be every inlined group
			set[strings.ToLower(k)] = true
		}
	}
	return set
}
