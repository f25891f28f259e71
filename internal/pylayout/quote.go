package pylayout

import (
	"bytes"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// appendQuoted appends Python's repr of a text, or ascii() of it. dst may be
// the very buffer that holds value.
//
// Python quotes with ' unless only " avoids an escape. What is not printable is
// escaped: control and format characters, separators other than the space,
// unassigned code points. A byte that is not UTF-8 is written as the lone
// surrogate that Python decodes it to ("surrogateescape").
func appendQuoted(dst, value []byte, ascii bool) []byte {
	quote := byte('\'')
	if bytes.IndexByte(value, '\'') >= 0 && bytes.IndexByte(value, '"') < 0 {
		quote = '"'
	}
	dst = append(dst, quote)
	for len(value) > 0 {
		r, size := utf8.DecodeRune(value)
		switch {
		case r == utf8.RuneError && size == 1:
			dst = appendHex(append(dst, `\udc`...), rune(value[0]), 2)
		case r == rune(quote) || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\r':
			dst = append(dst, `\r`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case unicode.IsPrint(r) && !(ascii && r > unicode.MaxASCII):
			dst = append(dst, value[:size]...)
		case r <= 0xff:
			dst = appendHex(append(dst, `\x`...), r, 2)
		case r <= 0xffff:
			dst = appendHex(append(dst, `\u`...), r, 4)
		default:
			dst = appendHex(append(dst, `\U`...), r, 8)
		}
		value = value[size:]
	}
	return append(dst, quote)
}

// appendHex appends r with at least the number of hex digits.
func appendHex(dst []byte, r rune, digits int) []byte {
	start := len(dst)
	dst = strconv.AppendInt(dst, int64(r), 16)
	return fill(dst, start, digits-(len(dst)-start), '0')
}

// appendChar appends the code point n, U+FFFD if there is none.
func appendChar(dst []byte, n int64) []byte {
	if n < 0 || n > unicode.MaxRune {
		n = utf8.RuneError
	}
	return utf8.AppendRune(dst, rune(n))
}
