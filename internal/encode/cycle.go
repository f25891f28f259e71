package encode

import (
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"sync"
)

// ValueText is [slog.Value.String], but see AnyText.
func ValueText(v slog.Value) string {
	switch v.Kind() {
	case slog.KindAny:
		return AnyText("%v", v.Any())
	case slog.KindGroup:
		members := make([]string, 0, len(v.Group()))
		for _, a := range v.Group() {
			members = append(members, a.Key+"="+ValueText(a.Value))
		}
		return "[" + strings.Join(members, " ") + "]"
	}
	return v.String()
}

// AnyText is what package fmt makes of a value, with a verb such as %v.
//
// A map or slice that has itself in it is an error instead, as in JSON. fmt would go on with it
// until the program is out of stack, which is no panic that could be recovered from.
func AnyText(verb string, a any) string {
	if t := cycleIn(a); t != nil {
		return fmt.Sprintf("!ERROR:encountered a cycle via %v", t)
	}
	return fmt.Sprintf(verb, a)
}

// cycleIn returns the type of a map or slice that fmt would come back to, or nil. It goes where
// fmt goes: not to what has a method that says how it is printed, and to what a pointer points
// to only if that is the value itself.
func cycleIn(a any) reflect.Type {
	v := reflect.ValueOf(a)
	if held, ok := a.(reflect.Value); ok { // fmt prints what that holds
		v = held
	}
	to := v
	if v.Kind() == reflect.Pointer {
		if to = v.Elem(); to.Kind() == reflect.Interface {
			return nil // of a pointer to an interface, fmt prints the address
		}
	}
	if !to.IsValid() || !canCycle(to.Type()) || printsItself(v) {
		return nil
	}
	return new(cycleFinder).find(to, 0)
}

// untracked is how many maps and slices within each other are taken for no cycle. Hardly a value
// is as deep, so that hardly one costs the memory to remember them.
const untracked = 100

// A cycleFinder knows the maps and slices around a value, from a certain depth on.
type cycleFinder struct{ around map[container]bool }

// A container is a map, or a slice of a length.
type container struct {
	address uintptr
	len     int
}

func (f *cycleFinder) find(v reflect.Value, depth int) reflect.Type {
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if !v.IsValid() || !canCycle(v.Type()) || printsItself(v) {
		return nil
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if t := f.find(v.Field(i), depth); t != nil {
				return t
			}
		}
	case reflect.Array:
		return f.findInElements(v, depth)
	case reflect.Map, reflect.Slice:
		if depth > untracked {
			c := container{v.Pointer(), v.Len()}
			if f.around[c] {
				return v.Type()
			}
			if f.around == nil {
				f.around = make(map[container]bool)
			}
			f.around[c] = true
			defer delete(f.around, c)
		}
		if v.Kind() == reflect.Slice {
			return f.findInElements(v, depth+1)
		}
		// Nothing that can be a key has a map or a slice in it.
		for entries := v.MapRange(); entries.Next(); {
			if t := f.find(entries.Value(), depth+1); t != nil {
				return t
			}
		}
	}
	return nil
}

func (f *cycleFinder) findInElements(v reflect.Value, depth int) reflect.Type {
	for i := range v.Len() {
		if t := f.find(v.Index(i), depth); t != nil {
			return t
		}
	}
	return nil
}

var (
	formatterType = reflect.TypeFor[fmt.Formatter]()
	stringerType  = reflect.TypeFor[fmt.Stringer]()
	errorType     = reflect.TypeFor[error]()
)

// printsItself reports whether fmt asks a value for its text. It cannot ask what is in a field
// that is not exported.
func printsItself(v reflect.Value) bool {
	t := v.Type()
	return v.CanInterface() && (t.Implements(formatterType) || t.Implements(errorType) || t.Implements(stringerType))
}

// cyclicTypes has for types that were seen whether their values can have themselves in them.
var cyclicTypes sync.Map

// canCycle reports whether fmt can come back to a value of a type: by way of an interface, which
// can hold anything, or because the type is made of itself.
func canCycle(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Array, reflect.Map, reflect.Slice, reflect.Struct:
	default:
		return false
	}
	if known, ok := cyclicTypes.Load(t); ok {
		return known.(bool)
	}
	can := isCyclic(t, nil)
	cyclicTypes.Store(t, can)
	return can
}

// isCyclic is canCycle for a type that is within others.
func isCyclic(t reflect.Type, within []reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Array, reflect.Map, reflect.Slice:
		for _, outer := range within {
			if t == outer {
				return true
			}
		}
		return isCyclic(t.Elem(), append(within, t))
	case reflect.Struct:
		for i := range t.NumField() {
			if isCyclic(t.Field(i).Type, within) {
				return true
			}
		}
	}
	return false
}
