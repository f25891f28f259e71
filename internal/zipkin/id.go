package zipkin

// Ids: hexadecimal digits, of which some tracers leave out zeros on the left. A trace id may have
// 64 bits or 128. One with 128 whose upper half is zero is the same as one with 64: that is how
// an id looks that a tracer with 64 bits has made and one with 128 has passed on.

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spanlog/spanlog/internal/wording"
)

// Why an id or a number is refused. They go into the answer to whoever sent it.
var (
	errEmpty    = errors.New("missing")
	errTooLong  = errors.New("too many digits")
	errNotHex   = errors.New("not lower-case hex")
	errZeros    = errors.New("all zeros")
	errNegative = errors.New("negative")
	errKind     = errors.New("want CLIENT, SERVER, PRODUCER or CONSUMER")
)

// fieldError says which field has which value and what is wrong with it. A
// long value is cut, because the message goes back to whoever sent it.
func fieldError(field, value string, err error) error {
	const longest = 64
	return fmt.Errorf("%s: %q: %w", field, wording.Short(value, longest), err)
}

// normalTraceID returns a trace id in Zipkin's normal form: 32 digits, or 16
// when the high 64 bits are zero, with the zeros on the left that the sender
// left out. Should it be bad, it is returned as it came.
func normalTraceID(id string) (string, error) {
	digits, err := significant(id, 32)
	if err != nil {
		return id, err
	}
	if len(digits) <= 16 {
		return pad(digits, 16), nil
	}
	return pad(digits, 32), nil
}

// normalID returns a span id as 16 digits. Should it be bad, it is returned as
// it came.
func normalID(id string) (string, error) {
	digits, err := significant(id, 16)
	if err != nil {
		return id, err
	}
	return pad(digits, 16), nil
}

// NormalID returns a span id in Zipkin's normal form, 16 lower-case digits, for one that came past
// [Store.Add]: it may be in upper case and may lack zeros on the left. What is no id is returned
// as it came, with false; zeros only are none.
func NormalID(id string) (normal string, ok bool) {
	normal, err := normalID(strings.ToLower(id))
	if err != nil {
		return id, false
	}
	return normal, true
}

// significant returns the digits of id without the zeros on the left. As with
// Zipkin, digits in upper case are an error: two spellings of one id would be
// two traces elsewhere.
func significant(id string, most int) (string, error) {
	switch {
	case id == "":
		return "", errEmpty
	case len(id) > most:
		return "", errTooLong
	case strings.Trim(id, "0123456789abcdef") != "":
		return "", errNotHex
	}
	digits := strings.TrimLeft(id, "0")
	if digits == "" {
		return "", errZeros
	}
	return digits, nil
}

// pad puts zeros on the left of digits until there are n. There must not be more.
func pad(digits string, n int) string {
	return strings.Repeat("0", n-len(digits)) + digits
}
