package spanlog

// Copies of values for records that wait. slog's callers keep what they log: a handler that
// looks at a value after the logging call may find it changed, or race with whoever does
// that. Lines are bytes by then; only attributes for a Relay or an OTel sink behind an Async
// or a FlightRecorder, and what With is given for such, are copied.

import (
	"log/slog"
	"reflect"
	"sync"
)

// appendOwned appends attributes to dst so that nothing in them is the caller's:
// what the caller changes after the logging call is not seen in them. Values are
// resolved already; a group's members, slices, maps, and what pointers point to,
// are copied.
func appendOwned(dst, attrs []slog.Attr) []slog.Attr {
	for _, a := range attrs {
		if a.Value.Kind() == slog.KindLogValuer {
			a = resolved(a)
		}
		switch a.Value.Kind() {
		case slog.KindGroup:
			a.Value = slog.GroupValue(appendOwned(nil, a.Value.Group())...)
		case slog.KindAny:
			a.Value = slog.AnyValue(owned(a.Value.Any()))
		}
		dst = append(dst, a)
	}
	return dst
}

// owned returns a copy of a that shares no memory with it, as far as that can be
// had. A pointer to a struct with unexported fields, or with a lock, is kept as it
// is, and so is a slice of structs with locks: what a lock guards is not ours to
// read. So are errors, whose identity can matter, and functions and channels.
func owned(a any) (copied any) {
	if a == nil {
		return nil
	}
	v := reflect.ValueOf(a)
	if isFlat(v.Type()) {
		return a // an interface's value is never written to
	}
	defer func() {
		if recover() != nil { // better late than not at all
			copied = a
		}
	}()
	var c copier
	return c.copy(v, maxDepth).Interface()
}

// maxDepth is through how many pointers, slices and maps a value is followed. What
// lies deeper, as in a long list, stays the caller's.
const maxDepth = 16

// isFlat reports whether values of a type have all that they are in themselves.
func isFlat(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return isFlat(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if !isFlat(t.Field(i).Type) {
				return false
			}
		}
		return true
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return false
	}
	return true
}

// isOpaque reports whether a type is a struct with unexported fields.
func isOpaque(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	for i := range t.NumField() {
		if !t.Field(i).IsExported() {
			return true
		}
	}
	return false
}

// hasLock reports whether values of a type have a lock in them, such as a
// [sync.Mutex] or, by the marker that go vet knows it by, an [atomic.Int64].
func hasLock(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return hasLock(t.Elem())
	case reflect.Interface:
		return t.Implements(locker)
	case reflect.Pointer:
		return t == reflect.TypeFor[*sync.Mutex]() || t == reflect.TypeFor[*sync.RWMutex]()
	case reflect.Struct:
		if reflect.PointerTo(t).Implements(locker) {
			return true
		}
		for i := range t.NumField() {
			if hasLock(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

// A copier copies one value. What is in there twice, or in itself, is copied once,
// so that a copy is never larger than what there is.
type copier struct{ done map[original]replica }

type original struct {
	address uintptr
	len     int
	typ     reflect.Type
}

type replica struct {
	v     reflect.Value
	depth int // how deep it was still to be followed
}

// copy copies what owned's comment says, through depth pointers, slices and maps.
func (c *copier) copy(v reflect.Value, depth int) reflect.Value {
	t := v.Type()
	if isFlat(t) || t.Implements(errorInterface) {
		return v
	}
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			return c.copy(v.Elem(), depth)
		}
	case reflect.Array:
		out := reflect.New(t).Elem()
		for i := range v.Len() {
			out.Index(i).Set(c.copy(v.Index(i), depth))
		}
		return out
	case reflect.Struct:
		out := reflect.New(t).Elem()
		out.Set(v)
		for i := range v.NumField() {
			if f := out.Field(i); f.CanSet() {
				f.Set(c.copy(v.Field(i), depth))
			}
		}
		return out
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if depth > 0 && !v.IsNil() {
			return c.follow(v, depth-1)
		}
	}
	return v
}

// follow copies what a pointer, slice or map refers to.
func (c *copier) follow(v reflect.Value, depth int) reflect.Value {
	t := v.Type()
	from := original{address: v.Pointer(), typ: t}
	if v.Kind() == reflect.Slice {
		from.len = v.Len()
	}
	if r, ok := c.done[from]; ok && r.depth >= depth {
		return r.v
	}
	note := func(out reflect.Value) {
		if c.done == nil {
			c.done = make(map[original]replica)
		}
		c.done[from] = replica{out, depth}
	}
	switch v.Kind() {
	case reflect.Pointer:
		if isOpaque(t.Elem()) || hasLock(t.Elem()) {
			return v
		}
		p := reflect.New(t.Elem())
		out := p.Convert(t)
		note(out)
		p.Elem().Set(c.copy(v.Elem(), depth))
		return out
	case reflect.Slice:
		if hasLock(t.Elem()) {
			return v
		}
		out := reflect.MakeSlice(t, v.Len(), v.Len())
		if isFlat(t.Elem()) {
			reflect.Copy(out, v)
			return out
		}
		note(out)
		for i := range v.Len() {
			out.Index(i).Set(c.copy(v.Index(i), depth))
		}
		return out
	default: // a map
		out := reflect.MakeMapWithSize(t, v.Len())
		note(out)
		for it := v.MapRange(); it.Next(); {
			out.SetMapIndex(c.copy(it.Key(), depth), c.copy(it.Value(), depth))
		}
		return out
	}
}

var (
	errorInterface = reflect.TypeFor[error]()
	locker         = reflect.TypeFor[sync.Locker]()
)
