package spanlog

// Attributes that ride on a context. They get to a record in entry.addContext, after
// its own were read, as they give way to those. What else a context has to say, a span,
// a level, baggage, is where it belongs: in pipeline.go, threshold.go and entry.go.

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
)

// With returns a copy of ctx that carries attributes. Every record logged with
// the returned context, or one derived from it, has them at its root, whatever
// groups the logger has open. The arguments are those of [slog.Logger.Info]: an
// attribute, or a key and a value. With keeps none of the caller's memory.
//
// A context writes no key twice, nor one that is there already: of its attributes
// from With and [Add] the innermost counts, and an attribute at the root that the
// logger or the record has of its own counts before them.
func With(ctx context.Context, args ...any) context.Context {
	attrs := argsToAttrs(args)
	if len(attrs) == 0 {
		return ctx
	}
	l := &layer{outer: layerOf(ctx), attrs: attrs}
	if o := l.outer; o != nil && o.scope == nil { // one layer is found faster than two
		l = &layer{outer: o.outer, attrs: merge(slices.Clone(o.attrs), 0, attrs)}
	}
	return l.in(ctx)
}

// Scope returns a copy of ctx that deeper code can [Add] attributes to. It is
// for middleware, once per request: what the handlers below learn (the user,
// the tenant, the order) is then on the middleware's own access log as well,
// and on every later record of the request.
//
// A scope within a scope sees the attributes of the outer one; what is added to
// it the outer one does not see.
func Scope(ctx context.Context) context.Context {
	return (&layer{outer: layerOf(ctx), scope: new(scope)}).in(ctx)
}

// Add adds attributes to the innermost scope that ctx is in, where every later
// record of the scope has them at its root. A key that the scope already has
// gets the new value. It is safe for concurrent use. Outside of any scope there
// is nothing to add to and Add does nothing: a library may call it without
// knowing whether its caller opened one.
func Add(ctx context.Context, args ...any) {
	for l := layerOf(ctx); l != nil; l = l.outer {
		if l.scope != nil {
			l.scope.add(argsToAttrs(args))
			return
		}
	}
}

// A layer is what one With or Scope put on a context. All layers hang on one
// value of the context, so that finding them costs one walk up the context.
type layer struct {
	outer *layer
	attrs []slog.Attr // With's; never changed
	scope *scope      // Scope's
}

// A contextKey is what the layers hang on. Its type is nobody else's, and so is the key.
type contextKey struct{}

// contextUsed is set once the program calls With or Scope for the first time.
// Until then no record has to search its context.
var contextUsed atomic.Bool

func layerOf(ctx context.Context) *layer {
	if ctx == nil || !contextUsed.Load() {
		return nil
	}
	l, _ := ctx.Value(contextKey{}).(*layer)
	return l
}

func (l *layer) in(ctx context.Context) context.Context {
	if ctx == nil {
		ctx = context.Background()
	}
	if !contextUsed.Load() { // every record reads it: leave its cache line alone
		contextUsed.Store(true)
	}
	return context.WithValue(ctx, contextKey{}, l)
}

// appendTo appends the attributes of all layers from the outside in. Of those
// with the same key, from dst[from] on, the last one stays, in the place of the first.
func (l *layer) appendTo(dst []slog.Attr, from int) []slog.Attr {
	if l == nil {
		return dst
	}
	dst = merge(l.outer.appendTo(dst, from), from, l.attrs)
	if l.scope != nil {
		if p := l.scope.attrs.Load(); p != nil {
			dst = merge(dst, from, *p)
		}
	}
	return dst
}

// A scope is filled by Add while records read it. Readers take the list as it
// is; a writer replaces it by a longer copy.
type scope struct {
	mu    sync.Mutex // held by writers
	attrs atomic.Pointer[[]slog.Attr]
}

func (s *scope) add(attrs []slog.Attr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var merged []slog.Attr
	if p := s.attrs.Load(); p != nil {
		merged = slices.Clone(*p)
	}
	merged = merge(merged, 0, attrs)
	s.attrs.Store(&merged)
}

// merge appends attrs to dst. One whose key dst has already, from dst[from] on,
// takes that one's place.
func merge(dst []slog.Attr, from int, attrs []slog.Attr) []slog.Attr {
	for _, a := range attrs {
		i := slices.IndexFunc(dst[from:], func(d slog.Attr) bool { return d.Key == a.Key && a.Key != "" })
		if i >= 0 {
			dst[from+i] = a
		} else {
			dst = append(dst, a)
		}
	}
	return dst
}

// argsToAttrs turns the arguments of a logging call into attributes, by slog's
// own rules for keys, values and what is neither: slog.Group has them. They are nobody
// else's.
func argsToAttrs(args []any) []slog.Attr {
	return cloneAttrs(slog.Group("", args...).Value.Group())
}

// cloneAttrs copies attributes and the members of their groups.
func cloneAttrs(attrs []slog.Attr) []slog.Attr {
	attrs = slices.Clone(attrs)
	for i, a := range attrs {
		attrs[i] = cloneGroups(a)
	}
	return attrs
}

// cloneGroups copies the members of groups, which belong to whoever made them.
func cloneGroups(a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindGroup {
		a.Value = slog.GroupValue(cloneAttrs(a.Value.Group())...)
	}
	return a
}
