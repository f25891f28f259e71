//go:build !purego

package rawslog

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"slices"
	"time"
	"unsafe"
)

// The structs below have the fields that slog's have, by name, type and order, so that the
// compiler lays them out the same. That is not taken for granted: when the program starts,
// slog's own are compared with them field by field, and records and values of all kinds,
// made for the purpose, are read both ways. If anything is otherwise, in a future version
// of Go, say, Attrs, IsNumber and IsString report that they can't tell, and Text asks the value
// itself: that is slower, and no more.

// A record is laid out as a slog.Record. The first few attributes are in it, so that a record
// of no more needs no memory of its own; the rest is in a slice.
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

// sameLayout reports whether two structs have the same fields in the same places. Names count:
// two fields of one type could change places, or meanings.
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

// The comparisons by example come after those by type, in functions, because they go through
// the exported functions, which answer only once the types are known.

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

// IsNumber reports whether a value is a number, a duration or a bool. It reports false for any
// other value, or if it can't tell.
//
// slog has the kind itself in the interface for these and for no others: a program's own
// slog.Kind, given as a value, is wrapped in another type.
func IsNumber(v *slog.Value) bool { return typeOf((*value)(unsafe.Pointer(v)).any) == kindType }

// Number returns the kind and the bits of a value for which IsNumber has reported true. Those of
// a bool are 1 or 0.
func Number(v *slog.Value) (kind slog.Kind, bits uint64) {
	raw := (*value)(unsafe.Pointer(v))
	return *(*slog.Kind)((*words)(unsafe.Pointer(&raw.any)).pointer), raw.num
}

// IsString reports whether a value is a string, or false if it can't tell.
func IsString(v *slog.Value) bool { return typeOf((*value)(unsafe.Pointer(v)).any) == textType }

// String returns a value for which IsString has reported true.
func String(v *slog.Value) string {
	raw := (*value)(unsafe.Pointer(v))
	return unsafe.String((*byte)((*words)(unsafe.Pointer(&raw.any)).pointer), int(raw.num))
}

// Text returns the text of a string, or of an error of [errors.New] or [fmt.Errorf]: that is
// finished, so that to ask for it runs no code of the program's, which could panic, or log.
// It reports false for any other value.
func Text(v *slog.Value) (s string, ok bool) {
	if !valueKnown {
		return text(*v)
	}
	x := (*value)(unsafe.Pointer(v)).any
	switch typeOf(x) {
	case textType:
		return String(v), true
	case newErrorType, wrappingErrorType, formattedErrorType:
		if !isNil(x) {
			return x.(error).Error(), true
		}
	}
	return "", false
}

var (
	newErrorType       = typeOf(errors.New(""))
	formattedErrorType = typeOf(fmt.Errorf("%d", 0))
	wrappingErrorType  = typeOf(fmt.Errorf("%w", errors.ErrUnsupported))
)

// typeOf returns what tells the type of x from all others: the first of the two words that
// an interface is. [reflect.TypeOf] gives the same, but in an interface of its own, which
// takes longer to compare than all the rest.
func typeOf(x any) unsafe.Pointer { return (*words)(unsafe.Pointer(&x)).typ }

// isNil reports whether a pointer in an interface, whose second word it is, is nil.
func isNil(x any) bool { return (*words)(unsafe.Pointer(&x)).pointer == nil }

// words are what an interface without methods is made of: its type, and a pointer to the
// value, which is the value itself if that is a pointer.
type words struct{ typ, pointer unsafe.Pointer }

// A value is laid out as a slog.Value: a number, and an interface that says by its type
// what the number means, or else is the value.
type value struct {
	_   [0]func()
	num uint64
	any any
}

var (
	valueKnown = sameLayout(reflect.TypeFor[value](), reflect.TypeFor[slog.Value]())
	// textType and kindType are the types in any that make a string and a number of a value.
	textType, kindType = typeIn(slog.StringValue("text")), typeIn(slog.IntValue(0))
)

// typeIn looks up the type in a value: that of a string has no name outside of slog.
func typeIn(v slog.Value) unsafe.Pointer {
	if !valueKnown {
		return unsafe.Pointer(&noType)
	}
	return typeOf((*value)(unsafe.Pointer(&v)).any)
}

// noType stands for a type that no value has.
var noType byte

func init() {
	if valueKnown && !valuesAsExpected() {
		forgetValues()
	}
}

// forgetValues has values be asked themselves.
func forgetValues() {
	valueKnown, textType, kindType = false, unsafe.Pointer(&noType), unsafe.Pointer(&noType)
}

// valuesAsExpected reports whether values of all kinds are read as they themselves tell.
func valuesAsExpected() bool {
	for _, x := range []any{
		"", "text", 0, -1, int64(math.MaxInt64), uint64(math.MaxUint64), 1.5, math.Inf(-1), true, false, time.Hour, -time.Nanosecond,
		time.Now(), time.Time{}, nil, errors.New("new"), fmt.Errorf("%w", errors.ErrUnsupported), errors.Join(errors.ErrUnsupported),
		reflect.Zero(reflect.TypeOf(errors.New(""))).Interface(), slog.KindInt64, []slog.Attr{slog.Int("a", 1)}, []byte("bytes"), &struct{}{}, slog.Level(5), &slog.LevelVar{}, reflect.TypeFor[int](),
	} {
		if !asExpected(slog.AnyValue(x)) {
			return false
		}
	}
	return true
}

// asExpected reports whether a value is read as it itself tells.
func asExpected(v slog.Value) bool {
	want, wantNumber := uint64(0), true
	switch v.Kind() {
	case slog.KindInt64:
		want = uint64(v.Int64())
	case slog.KindUint64:
		want = v.Uint64()
	case slog.KindDuration:
		want = uint64(v.Duration())
	case slog.KindFloat64:
		want = math.Float64bits(v.Float64())
	case slog.KindBool:
		if v.Bool() {
			want = 1
		}
	default:
		wantNumber = false
	}
	if IsNumber(&v) != wantNumber || IsString(&v) != (v.Kind() == slog.KindString) {
		return false
	}
	if wantNumber {
		if kind, bits := Number(&v); kind != v.Kind() || bits != want {
			return false
		}
	}
	s, isText := Text(&v)
	wantText, wantIsText := text(v)
	return s == wantText && isText == wantIsText
}
