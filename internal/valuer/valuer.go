// Package valuer asks LogValuers for their values, and comes to an end.
//
// A LogValuer whose value is a group can have others in that, and so on: a tree whose nodes log
// their parents as well as their children has no end. slog follows it until the program is out of
// stack, which is no panic that could be recovered from.
package valuer

import (
	"fmt"
	"log/slog"
	"reflect"
)

const (
	// maxDepth is how many LogValuers may be within each other. It is also how many slog asks
	// one after the other for a single value.
	maxDepth = 100
	// maxAsked is how many may be within one, in all: where each has two, a depth of 100 has no
	// end either.
	maxAsked = 10_000
)

// Within is the LogValuers that an attribute is a part of: those whose value is a group that is
// being read. The zero value is none. A copy goes on by itself.
type Within struct{ innermost *valuer }

type valuer struct {
	is    slog.LogValuer
	outer *valuer
	depth int
	asked *int // how many were asked within the outermost one; shared by these
}

// Resolve returns [slog.Value.Resolve], and remembers the LogValuer if its value is a group. One
// that is within itself, or within too many others, is an error, as text.
func (w *Within) Resolve(v slog.Value) slog.Value {
	if v.Kind() != slog.KindLogValuer {
		return v
	}
	is := v.LogValuer()
	if w.innermost != nil {
		for outer := w.innermost; outer != nil; outer = outer.outer {
			if outer.same(is) {
				return failed("encountered a cycle via %T", is)
			}
		}
		if w.innermost.depth == maxDepth {
			return failed("more than %d LogValuers within each other", maxDepth)
		}
		if *w.innermost.asked++; *w.innermost.asked > maxAsked {
			return failed("more than %d LogValuers within one", maxAsked)
		}
	}
	if v = v.Resolve(); v.Kind() == slog.KindGroup {
		w.enter(is)
	}
	return v
}

func (w *Within) enter(is slog.LogValuer) {
	if outer := w.innermost; outer == nil {
		w.innermost = &valuer{is: is, depth: 1, asked: new(int)}
	} else {
		w.innermost = &valuer{is, outer, outer.depth + 1, outer.asked}
	}
}

func failed(format string, arg any) slog.Value {
	return slog.StringValue("!ERROR:" + fmt.Sprintf(format, arg))
}

// same reports whether a LogValuer is this one, as far as it can be compared.
func (v *valuer) same(other slog.LogValuer) bool {
	if reflect.TypeOf(v.is) != reflect.TypeOf(other) {
		return false
	}
	return reflect.ValueOf(v.is).Comparable() && reflect.ValueOf(other).Comparable() && v.is == other
}
