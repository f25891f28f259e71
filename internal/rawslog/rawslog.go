// Package rawslog reads a [slog.Record] and a [slog.Value] where they are. unsafe.go is
// the only file here that uses package unsafe; the build tag purego leaves it out.
//
// To read a record's attributes, [slog.Record.Attrs] copies the whole record, of almost
// 300 bytes, and calls a function for each attribute, to which it can only be given by
// copying it once more. A value says what it is by a search among ten types, once to
// whoever asks and once more to itself, when it is asked for its number. docs/speed.md
// says what it saves to look.
//
// What is returned is part of what was given, and valid as long as that is. It is read only.
package rawslog

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"reflect"
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
		switch reflect.TypeOf(x) {
		case newError, wrappingError, formattedError:
			return Value{Kind: slog.KindString, Text: x.(error).Error()}
		}
	}
	return Value{}
}

// The errors that are finished texts.
var (
	newError       = reflect.TypeOf(errors.New(""))
	formattedError = reflect.TypeOf(fmt.Errorf("%d", 0))
	wrappingError  = reflect.TypeOf(fmt.Errorf("%w", errors.ErrUnsupported))
)
