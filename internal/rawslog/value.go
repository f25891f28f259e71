package rawslog

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"time"
	"unsafe"
)

// A Value is what a [slog.Value] is most of the time: a scalar.
type Value struct {
	// Kind is the kind of a scalar: a string, a bool, a number or a duration. An
	// error of [errors.New] or [fmt.Errorf] is a string as well, since its text is
	// finished: to ask for it runs no code of the program's, which could panic, or
	// log. For any other value, Kind is [slog.KindAny].
	Kind slog.Kind
	// Num has the bits of a number, a duration or a float; a bool is 1 or 0.
	Num uint64
	// Text is the string.
	Text string
}

// ValueOf returns what v is. That is what v's methods would tell, each of which has to
// find out anew what v is.
func ValueOf(v *slog.Value) Value {
	if !valueKnown {
		return valueOf(*v)
	}
	raw := (*value)(unsafe.Pointer(v))
	if kind, ok := raw.any.(slog.Kind); ok {
		return Value{Kind: kind, Num: raw.num}
	}
	switch typeOf(raw.any) {
	case textType:
		return Value{Kind: slog.KindString, Text: v.String()}
	case newError, wrappingError, formattedError:
		return Value{Kind: slog.KindString, Text: raw.any.(error).Error()}
	}
	return Value{}
}

// valueOf is ValueOf without knowing how a value is laid out.
func valueOf(v slog.Value) Value {
	switch kind := v.Kind(); kind {
	case slog.KindString:
		return Value{Kind: kind, Text: v.String()}
	case slog.KindInt64:
		return Value{Kind: kind, Num: uint64(v.Int64())}
	case slog.KindUint64:
		return Value{Kind: kind, Num: v.Uint64()}
	case slog.KindDuration:
		return Value{Kind: kind, Num: uint64(v.Duration())}
	case slog.KindFloat64:
		return Value{Kind: kind, Num: math.Float64bits(v.Float64())}
	case slog.KindBool:
		if v.Bool() {
			return Value{Kind: kind, Num: 1}
		}
		return Value{Kind: kind}
	case slog.KindAny:
		x := v.Any()
		switch typeOf(x) {
		case newError, wrappingError, formattedError:
			return Value{Kind: slog.KindString, Text: x.(error).Error()}
		}
	}
	return Value{}
}

// The errors that are finished texts.
var (
	newError       = typeOf(errors.New(""))
	formattedError = typeOf(fmt.Errorf("%d", 0))
	wrappingError  = typeOf(fmt.Errorf("%w", errors.ErrUnsupported))
)

// typeOf returns what tells the type of x from all others: the first of the two words that
// an interface is. [reflect.TypeOf] gives the same, but in an interface of its own, which
// takes longer to compare than all the rest.
func typeOf(x any) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&x)) }

// A value is laid out as a slog.Value: a number, and an interface that says by its type
// what the number means, or else is the value.
type value struct {
	_   [0]func()
	num uint64
	any any
}

var (
	valueKnown = sameLayout(reflect.TypeFor[value](), reflect.TypeFor[slog.Value]())
	// textType is the type in any that makes a string of a value.
	textType = typeOfText()
)

func typeOfText() unsafe.Pointer {
	if !valueKnown {
		return nil
	}
	v := slog.StringValue("text")
	return typeOf((*value)(unsafe.Pointer(&v)).any)
}

func init() { valueKnown = valueKnown && valuesAsExpected() }

// valuesAsExpected reports whether values of all kinds are read as they themselves tell.
func valuesAsExpected() bool {
	for _, x := range []any{
		"", "text", 0, -1, math.MaxInt64, uint64(math.MaxUint64), 1.5, math.Inf(-1), true, false, time.Hour, -time.Nanosecond,
		time.Now(), time.Time{}, nil, errors.New("new"), fmt.Errorf("%w", errors.ErrUnsupported), errors.Join(errors.ErrUnsupported),
		slog.KindInt64, []slog.Attr{slog.Int("a", 1)}, []byte("bytes"), &struct{}{}, slog.Level(5), &slog.LevelVar{}, reflect.TypeFor[int](),
	} {
		v := slog.AnyValue(x)
		if got := ValueOf(&v); got != valueOf(v) {
			return false
		}
	}
	return true
}
