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
//
// A caller must be able to do without: Attrs, IsNumber, IsString and Text may report that they
// can't tell, for a value of another kind or because slog is not as it was. Then the record or
// the value is asked itself, and what is written is the same. The tests of the root package and of
// package encode run with purego as well, to show that.
package rawslog

import (
	"errors"
	"fmt"
	"log/slog"
	"reflect"
)

// text is Text without knowing how a value is laid out. It is the whole of it with purego, and
// what Text is compared with at the start otherwise.
func text(v slog.Value) (s string, ok bool) {
	switch v.Kind() {
	case slog.KindString:
		return v.String(), true
	case slog.KindAny:
		x := v.Any()
		switch reflect.TypeOf(x) {
		case newError, wrappingError, formattedError:
			if !reflect.ValueOf(x).IsNil() { // as reflection can make one
				return x.(error).Error(), true
			}
		}
	}
	return "", false
}

// The errors that are finished texts: that of package errors, and fmt's without a %w and with
// one. Their Error methods return a field. That of errors.Join asks the errors within, which
// may be anything.
var (
	newError       = reflect.TypeOf(errors.New(""))
	formattedError = reflect.TypeOf(fmt.Errorf("%d", 0))
	wrappingError  = reflect.TypeOf(fmt.Errorf("%w", errors.ErrUnsupported))
)
