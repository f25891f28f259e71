package spanlog

import (
	"fmt"
	"log/slog"
	"reflect"
)

// A valuer is a LogValuer whose value is a group that is being read. That can have others in it,
// and so on: a tree whose nodes log their parents as well as their children has no end. slog would
// follow it until the program is out of stack.
type valuer struct {
	is    slog.LogValuer
	outer *valuer
	depth int
}

// maxValuers is how many LogValuers may be within each other. It is also how many slog asks one
// after the other for a single value.
const maxValuers = 100

// resolve asks a LogValuer for its value, and remembers it if what it says has parts. One that is
// within itself is an error.
func (at *place) resolve(v slog.Value) slog.Value {
	if v.Kind() != slog.KindLogValuer {
		return v
	}
	is, depth := v.LogValuer(), 1
	for outer := at.within; outer != nil; outer = outer.outer {
		if outer.same(is) {
			return slog.StringValue(fmt.Sprintf("!ERROR:encountered a cycle via %T", is))
		}
	}
	if at.within != nil {
		depth += at.within.depth
	}
	if depth > maxValuers {
		return slog.StringValue(fmt.Sprintf("!ERROR:more than %d LogValuers within each other", maxValuers))
	}
	if v = v.Resolve(); v.Kind() == slog.KindGroup {
		at.within = &valuer{is, at.within, depth}
	}
	return v
}

// same reports whether a LogValuer is this one, as far as it can be compared.
func (v *valuer) same(other slog.LogValuer) bool {
	if reflect.TypeOf(v.is) != reflect.TypeOf(other) {
		return false
	}
	a := reflect.ValueOf(v.is)
	return a.Comparable() && reflect.ValueOf(other).Comparable() && v.is == other
}
