// Package rawslog reads a [slog.Record] and a [slog.Value] where they are. It is the only
// package here that uses unsafe.
//
// To read a record's attributes, [slog.Record.Attrs] copies the whole record, of almost
// 300 bytes, and calls a function for each attribute, to which it can only be given by
// copying it once more. A value says what it is by a search among ten types, once to
// whoever asks and once more to itself, when it is asked for its number. The table in
// benchmarks/README.md shows what it saves to look.
//
// # Why it is safe
//
// The structs below have the fields that slog's have, by name, type and order, so that the
// compiler lays them out the same. That is not taken for granted: when the program starts,
// slog's own are compared with them field by field, and records and values of all kinds,
// made for the purpose, are read both ways. If anything is otherwise, in a future version
// of Go, say, [Attrs] says that it can't tell, and [ValueOf] asks the value itself: that is
// slower, and no more.
//
// What is returned is part of what was given, and valid as long as that is. It is read only.
package rawslog

import (
	"log/slog"
	"reflect"
	"slices"
	"time"
	"unsafe"
)

// A record is laid out as a slog.Record.
type record struct {
	Time    time.Time
	Message string
	Level   slog.Level
	PC      uintptr
	front   [5]slog.Attr
	nFront  int // of front
	back    []slog.Attr
}

var recordKnown = sameLayout(reflect.TypeFor[record](), reflect.TypeFor[slog.Record]())

// Attrs returns the attributes of r, in two parts, the first before the second. It reports
// false if it can't.
func Attrs(r *slog.Record) (front, back []slog.Attr, ok bool) {
	if !recordKnown {
		return nil, nil, false
	}
	raw := (*record)(unsafe.Pointer(r))
	return raw.front[:raw.nFront], raw.back, true
}

// sameLayout reports whether two structs have the same fields in the same places.
func sameLayout(a, b reflect.Type) bool {
	if a.Size() != b.Size() || a.NumField() != b.NumField() {
		return false
	}
	for i := range a.NumField() {
		f, g := a.Field(i), b.Field(i)
		if f.Name != g.Name || f.Type != g.Type || f.Offset != g.Offset {
			return false
		}
	}
	return true
}

func init() { recordKnown = recordKnown && recordsAsExpected() }

// recordsAsExpected reports whether records of all lengths around the array's are read as
// the records themselves tell.
func recordsAsExpected() bool {
	for n := range len(record{}.front) + 3 {
		r := slog.NewRecord(time.Time{}, 0, "", 0)
		for i := range n {
			r.AddAttrs(slog.Int("k", i))
		}
		front, back, ok := Attrs(&r)
		if got := slices.Concat(front, back); !ok || !slices.EqualFunc(got, collect(r), slog.Attr.Equal) {
			return false
		}
	}
	return true
}

func collect(r slog.Record) (attrs []slog.Attr) {
	r.Attrs(func(a slog.Attr) bool {
		attrs = append(attrs, a)
		return true
	})
	return attrs
}
