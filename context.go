package spanlog

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
// attribute, or a key and a value.
//
// A key that ctx already carries through With gets the new value; the old
// context keeps the old one. With keeps none of the caller's memory.
func With(ctx context.Context, args ...any) context.Context {
	attrs := argsToAttrs(args)
	if len(attrs) == 0 {
		return ctx
	}
	c := contextAttrsOf(ctx)
	return c.derive(ctx, merge(slices.Clone(c.attrs), 0, attrs), c.scope)
}

// Scope returns a copy of ctx that deeper code can [Add] attributes to. It is
// for middleware, once per request: what the handlers below learn (the user,
// the tenant, the order) is then on the middleware's own access log as well,
// and on every later record of the request.
//
// A scope within a scope sees the attributes of the outer one; what is added to
// it the outer one does not see.
func Scope(ctx context.Context) context.Context {
	c := contextAttrsOf(ctx)
	return c.derive(ctx, c.attrs, &scope{outer: c.scope})
}

// Add adds attributes to the innermost scope that ctx is in, where every later
// record of the scope has them at its root. A key that the scope already has
// gets the new value. It is safe for concurrent use. Outside of any scope there
// is nothing to add to and Add does nothing: a library may call it without
// knowing whether its caller opened one.
func Add(ctx context.Context, args ...any) {
	if s := contextAttrsOf(ctx).scope; s != nil {
		s.add(argsToAttrs(args))
	}
}

// contextAttrs is what a context carries for its records: one value, so that
// finding it costs one walk up the context.
type contextAttrs struct {
	attrs []slog.Attr // from With; never changed
	scope *scope      // the innermost, or nil
}

type contextKey struct{}

// contextUsed is set once the program calls With or Scope for the first time.
// Until then no record has to search its context.
var contextUsed atomic.Bool

func contextAttrsOf(ctx context.Context) contextAttrs {
	if ctx == nil || !contextUsed.Load() {
		return contextAttrs{}
	}
	c, _ := ctx.Value(contextKey{}).(*contextAttrs)
	if c == nil {
		return contextAttrs{}
	}
	return *c
}

func (contextAttrs) derive(ctx context.Context, attrs []slog.Attr, s *scope) context.Context {
	if ctx == nil {
		ctx = context.Background()
	}
	contextUsed.Store(true)
	return context.WithValue(ctx, contextKey{}, &contextAttrs{attrs: attrs, scope: s})
}

// appendTo appends all the attributes: With's, then those of the scopes from
// the outside in. Of those with the same key the last one stays.
func (c contextAttrs) appendTo(dst []slog.Attr) []slog.Attr {
	return c.scope.appendTo(append(dst, c.attrs...), len(dst))
}

// A scope is filled by Add while records read it. Readers take the list as it
// is; a writer replaces it by a longer copy.
type scope struct {
	outer *scope
	mu    sync.Mutex // held by writers
	attrs atomic.Pointer[[]slog.Attr]
}

func (s *scope) add(attrs []slog.Attr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var old []slog.Attr
	if p := s.attrs.Load(); p != nil {
		old = *p
	}
	merged := merge(append(make([]slog.Attr, 0, len(old)+len(attrs)), old...), 0, attrs)
	s.attrs.Store(&merged)
}

func (s *scope) appendTo(dst []slog.Attr, from int) []slog.Attr {
	if s == nil {
		return dst
	}
	dst = s.outer.appendTo(dst, from)
	if p := s.attrs.Load(); p != nil {
		dst = merge(dst, from, *p)
	}
	return dst
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
// own rules for keys, values and what is neither. They are nobody else's.
func argsToAttrs(args []any) []slog.Attr {
	attrs := slog.Group("", args...).Value.Group()
	for i, a := range attrs {
		attrs[i] = cloneGroups(a)
	}
	return attrs
}

// cloneGroups copies the members of groups, which belong to whoever made them.
func cloneGroups(a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindGroup {
		members := slices.Clone(a.Value.Group())
		for i, m := range members {
			members[i] = cloneGroups(m)
		}
		a.Value = slog.GroupValue(members...)
	}
	return a
}
