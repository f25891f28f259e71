package spanlog

import (
	"log/slog"
	"reflect"
)

// appendOwned appends attributes to dst so that nothing in them is the caller's:
// what the caller changes after the logging call is not seen in them. Values are
// resolved already; a group's members, slices, maps, and what pointers point to,
// are copied.
func appendOwned(dst, attrs []slog.Attr) []slog.Attr {
	for _, a := range attrs {
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
// had. A pointer to a struct with unexported fields is kept as it is: there may be
// a lock among them, and what it guards is not ours to read. So are errors, whose
// identity can matter, and functions and channels.
func owned(a any) (copied any) {
	if _, ok := a.(error); ok || a == nil {
		return a
	}
	v := reflect.ValueOf(a)
	if isFlat(v.Type(), maxDepth) {
		return a // an interface's value is never written to
	}
	defer func() {
		if recover() != nil { // a map with a key that has no hash, say
			copied = a
		}
	}()
	return copyOf(v, maxDepth).Interface()
}

// maxDepth is how deep a value is copied. What lies deeper, as in a ring of
// pointers, stays the caller's.
const maxDepth = 16

// isFlat reports whether values of a type have all that they are in themselves.
func isFlat(t reflect.Type, depth int) bool {
	switch t.Kind() {
	case reflect.Array:
		return depth > 0 && isFlat(t.Elem(), depth-1)
	case reflect.Struct:
		for i := range t.NumField() {
			if depth == 0 || !isFlat(t.Field(i).Type, depth-1) {
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

// copyOf copies what owned's comment says.
func copyOf(v reflect.Value, depth int) reflect.Value {
	if depth == 0 || isFlat(v.Type(), depth) {
		return v
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || isOpaque(v.Type().Elem()) {
			return v
		}
		c := reflect.New(v.Type().Elem())
		c.Elem().Set(copyOf(v.Elem(), depth-1))
		return c.Convert(v.Type())
	case reflect.Interface:
		if v.IsNil() || v.Type().Implements(errorInterface) {
			return v
		}
		c := reflect.New(v.Type()).Elem()
		c.Set(copyOf(v.Elem(), depth-1))
		return c
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(c, v)
		copyElems(c, depth)
		return c
	case reflect.Array:
		c := reflect.New(v.Type()).Elem()
		c.Set(v)
		copyElems(c, depth)
		return c
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		c := reflect.MakeMapWithSize(v.Type(), v.Len())
		for it := v.MapRange(); it.Next(); {
			c.SetMapIndex(it.Key(), copyOf(it.Value(), depth-1))
		}
		return c
	case reflect.Struct:
		c := reflect.New(v.Type()).Elem()
		c.Set(v)
		for i := range v.NumField() {
			if f := c.Field(i); f.CanSet() {
				f.Set(copyOf(v.Field(i), depth-1))
			}
		}
		return c
	}
	return v
}

func copyElems(c reflect.Value, depth int) {
	if isFlat(c.Type().Elem(), depth) {
		return
	}
	for i := range c.Len() {
		c.Index(i).Set(copyOf(c.Index(i), depth-1))
	}
}

var errorInterface = reflect.TypeFor[error]()
