package encode

import (
	"errors"
	"fmt"
	"reflect"
)

var (
	newError       = reflect.TypeOf(errors.New(""))
	formattedError = reflect.TypeOf(fmt.Errorf("%d", 0))
	wrappingError  = reflect.TypeOf(fmt.Errorf("%w", errors.ErrUnsupported))
)

// IsPlainError reports whether v is an error as [errors.New] and [fmt.Errorf] make
// them: its text is finished, so that to ask for it runs no code of the program's,
// which could panic, or log. Most errors are such ones, on the outside at least.
func IsPlainError(v any) bool {
	t := reflect.TypeOf(v)
	return t == newError || t == wrappingError || t == formattedError
}
