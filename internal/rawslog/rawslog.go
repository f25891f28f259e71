// Package rawslog reads a [slog.Record] where it is. It is the only package here that
// uses unsafe.
//
// To read a record's attributes, [slog.Record.Attrs] copies the whole record, of almost
// 300 bytes, and calls a function for each attribute, to which it can only be given by
// copying it once more. That takes a quarter of the time in which a record of five
// attributes becomes a line of JSON; see the table in benchmarks/README.md.
//
// # Why it is safe
//
// slog keeps the first attributes in an array in the record, counts them, and has the
// rest in a slice. Nothing is taken for granted about that: when the program starts, the
// three fields are looked up in the type itself, by name, and must have exactly the types
// that are expected, [N]slog.Attr, int and []slog.Attr. Then their offsets are the
// compiler's own, and what is read at each is what it is read as. That the first nFront
// elements of front, and all of back, are the attributes in their order, is what the
// names are taken to mean; a record made for the purpose is read both ways to see that
// it is so. If anything of this is otherwise, in a future version of Go, say, [Attrs] says
// that it can't tell, and the caller asks the record itself: that is slower, and no more.
//
// The slices are parts of the record, and valid as long as it is. They are read only.
package rawslog

import (
	"log/slog"
	"reflect"
	"slices"
	"time"
	"unsafe"
)

// layout is where a record has its attributes.
type layout struct {
	known               bool
	front, nFront, back uintptr // offsets
	inline              int     // the length of front
}

var records = findLayout(reflect.TypeFor[slog.Record]())

// Attrs returns the attributes of r, in two parts, the first before the second. It reports
// false if it can't.
func Attrs(r *slog.Record) (front, back []slog.Attr, ok bool) {
	if !records.known {
		return nil, nil, false
	}
	n := *(*int)(unsafe.Add(unsafe.Pointer(r), records.nFront))
	if uint(n) > uint(records.inline) {
		return nil, nil, false
	}
	front = unsafe.Slice((*slog.Attr)(unsafe.Add(unsafe.Pointer(r), records.front)), n)
	back = *(*[]slog.Attr)(unsafe.Add(unsafe.Pointer(r), records.back))
	return front, back, true
}

// findLayout returns the layout of a type that is, or could be, slog.Record.
func findLayout(t reflect.Type) (l layout) {
	front, ok1 := t.FieldByName("front")
	nFront, ok2 := t.FieldByName("nFront")
	back, ok3 := t.FieldByName("back")
	attr := reflect.TypeFor[slog.Attr]()
	l.known = ok1 && ok2 && ok3 &&
		front.Type.Kind() == reflect.Array && front.Type.Elem() == attr &&
		nFront.Type == reflect.TypeFor[int]() &&
		back.Type == reflect.SliceOf(attr)
	if l.known {
		l.front, l.nFront, l.back, l.inline = front.Offset, nFront.Offset, back.Offset, front.Type.Len()
	}
	return l
}

func init() { records.known = records.known && asExpected() }

// asExpected reports whether records of all lengths around the array's are read as the
// records themselves tell.
func asExpected() bool {
	for n := range records.inline + 3 {
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
