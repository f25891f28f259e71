package encode

// Values of slog's text form, by kind. A word stands as it is, or in the quotes of
// strconv.Quote; the form has no other way to escape. What is quoted decides whether a line
// can be forged, so NeedsQuotes follows slog's rule to the letter (FuzzStrings compares).

import (
	"encoding"
	"fmt"
	"log/slog"
	"reflect"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spanlog/spanlog/internal/rawslog"
)

// NeedsQuotes reports whether s would be ambiguous, unsafe or invisible without
// quotes: it is empty, or has a space, a quote, an equals sign, a control or
// other unprintable character, or invalid UTF-8.
func NeedsQuotes(s string) bool {
	special, separators := textMarks(s)
	return len(s) == 0 || separators || special && oddNeedsQuotes(s)
}

// oddNeedsQuotes is NeedsQuotes for a string that has more than plain ASCII, but no
// separators. A backslash alone is no reason, and a DEL is none to slog: see EscapeDEL.
func oddNeedsQuotes(s string) bool {
	for i := 0; i < len(s); {
		if b := s[i]; b < utf8.RuneSelf {
			if !jsonSafe[b] && b != '\\' {
				return true
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError || unicode.IsSpace(r) || !unicode.IsPrint(r) {
			return true
		}
		i += size
	}
	return false
}

// AppendTextString appends s, quoted as by [strconv.Quote] where it needs it. Mostly nothing
// in it needs an escape, and quotes around it, which a space asks for, are two bytes more.
func AppendTextString(dst []byte, s string) []byte {
	special, separators := textMarks(s)
	switch {
	case special:
		if separators || oddNeedsQuotes(s) {
			return strconv.AppendQuote(dst, s)
		}
	case separators || len(s) == 0: // there is nothing to escape in it
		dst = append(append(dst, '"'), s...)
		return append(dst, '"')
	}
	return append(dst, s...)
}

// AppendTextKey appends prefix and key as one word. The prefix names the
// groups around the key, each followed by a dot. If one of the two needs quotes,
// they are around both.
func AppendTextKey(dst, prefix []byte, key string) []byte {
	if len(prefix) == 0 {
		return AppendTextString(dst, key)
	}
	// Converted in the argument alone, the prefix is not copied: the compiler sees
	// that the string is not kept.
	if NeedsQuotes(string(prefix)) || NeedsQuotes(key) {
		return strconv.AppendQuote(dst, string(prefix)+key)
	}
	dst = append(dst, prefix...)
	return append(dst, key...)
}

// appendTextTime appends t in RFC 3339 with milliseconds.
func appendTextTime(dst []byte, t time.Time) []byte {
	// The formatter for RFC3339Nano is the fast one, but trims zeros. A tenth
	// of a millisecond keeps all three digits, and is then cut out.
	const digits = len("2006-01-02T15:04:05.000")
	start := len(dst)
	dst = t.Truncate(time.Millisecond).Add(time.Millisecond/10).AppendFormat(dst, time.RFC3339Nano)
	return append(dst[:start+digits], dst[start+digits+1:]...)
}

// AppendTextValue appends v, which is resolved and not a group. A value that
// cannot be encoded, or panics, is replaced by a string that says so. Numbers,
// durations and times need no quotes, whatever they are.
func AppendTextValue(dst []byte, v slog.Value) []byte {
	switch v.Kind() {
	case slog.KindString:
		return AppendTextString(dst, v.String())
	case slog.KindInt64:
		return AppendInt(dst, v.Int64())
	case slog.KindUint64:
		return AppendUint(dst, v.Uint64())
	case slog.KindFloat64:
		return strconv.AppendFloat(dst, v.Float64(), 'g', -1, 64)
	case slog.KindBool:
		return strconv.AppendBool(dst, v.Bool())
	case slog.KindDuration:
		return append(dst, v.Duration().String()...)
	case slog.KindTime:
		return appendTextTime(dst, v.Time())
	default:
		if text, ok := rawslog.Text(&v); ok { // an error's
			return AppendTextString(dst, text)
		}
		return appendTextAny(dst, v.Any())
	}
}

// appendTextAny is where code of the caller's runs (MarshalText, Error, String,
// Format), and so the only place that has to expect a panic. The order in which it
// asks is slog's; fmt, which comes last, catches panics of Error and String itself.
func appendTextAny(dst []byte, a any) (out []byte) {
	defer func() {
		if p := recover(); p != nil {
			out = AppendTextString(dst, panicText(a, p))
		}
	}()
	if tm, ok := a.(encoding.TextMarshaler); ok {
		data, err := tm.MarshalText()
		if err != nil {
			return AppendTextString(dst, fmt.Sprintf("!ERROR:%v", err))
		}
		return AppendTextString(dst, string(data))
	}
	if bs, ok := byteSlice(a); ok {
		return strconv.AppendQuote(dst, string(bs))
	}
	if s, ok := errorText(a); ok {
		return AppendTextString(dst, s)
	}
	return AppendTextString(dst, AnyText("%+v", a))
}

// byteSlice returns the bytes of a []byte, also where the slice's type or its
// element's has a name: slog writes all of these as a quoted string.
func byteSlice(a any) ([]byte, bool) {
	if t := reflect.TypeOf(a); t != nil && t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 {
		return reflect.ValueOf(a).Bytes(), true
	}
	return nil, false
}

// errorText is what fmt's %+v prints for an error, without the allocations of
// going through fmt. It declines where fmt does something of its own: for a
// Formatter, and for an Error method that panics.
func errorText(a any) (s string, ok bool) {
	err, isErr := a.(error)
	if !isErr {
		return "", false
	}
	if _, isFormatter := a.(fmt.Formatter); isFormatter {
		return "", false
	}
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return err.Error(), true
}
