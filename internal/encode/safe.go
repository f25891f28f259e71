package encode

// Text that people read as it is, on a terminal or in a viewer: that of Pretty and Pattern,
// of the companion command, and of spanlog's own reports on stderr. Values come from anywhere,
// and a terminal obeys what is in them: control sequences (ECMA-48) move the cursor, set the
// title or answer as if typed; a newline begins what looks like the next record; bidirectional
// overrides show text in another order than it has. TestAppendSafe has one of each.

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// The zero-width joiner and non-joiner: invisible, but Persian and the scripts of
// India cannot be written without them, nor can many emoji, and they move no
// cursor.
const (
	zwnj = '\u200c'
	zwj  = '\u200d'
)

// IsSafe reports whether r can be printed on a terminal as it is: a printable
// character or a plain space, not a control character, not a bidirectional
// override, nothing that moves the cursor. What is printable, Go's tables of Unicode say:
// characters that are newer than those are escaped.
func IsSafe(r rune) bool {
	return unicode.IsPrint(r) || r == zwj || r == zwnj
}

// AppendSafe appends s with all that could forge a line or drive a terminal
// written as Go writes it in a string literal: a newline as \n, ESC as \x1b,
// a bidirectional override as \u202e, an invalid byte as \xff. There are no
// quotes, and a backslash of s stays one: printable text comes out unchanged.
func AppendSafe(dst []byte, s string) []byte {
	start := 0 // s[start:i] is safe and not yet written; mostly that is all of s in the end
	for i := 0; i < len(s); {
		if b := s[i]; b < utf8.RuneSelf {
			if b >= ' ' && b != 0x7f {
				i++
				continue
			}
			dst = append(dst, s[start:i]...)
			dst = appendEscaped(dst, rune(b))
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			dst = append(dst, s[start:i]...)
			dst = append(dst, '\\', 'x', hexDigits[s[i]>>4], hexDigits[s[i]&0xF])
			start = i + size
		} else if !IsSafe(r) {
			dst = append(dst, s[start:i]...)
			dst = appendEscaped(dst, r)
			start = i + size
		}
		i += size
	}
	return append(dst, s[start:]...)
}

// EscapeDEL replaces each DEL in dst[start:] by \x7f: for attributes in the text
// form that Pretty and Pattern write. It is the one control character that slog's
// form leaves as it is. Terminals print nothing for it; a log reader's may not be
// so wise.
func EscapeDEL(dst []byte, start int) []byte {
	if bytes.IndexByte(dst[start:], 0x7f) < 0 {
		return dst
	}
	return append(dst[:start], bytes.ReplaceAll(dst[start:], []byte{0x7f}, []byte(`\x7f`))...)
}

// appendEscaped appends a character as in a string literal of Go.
func appendEscaped(dst []byte, r rune) []byte {
	switch {
	case r == '\n':
		return append(dst, '\\', 'n')
	case r == '\r':
		return append(dst, '\\', 'r')
	case r == '\t':
		return append(dst, '\\', 't')
	case r < utf8.RuneSelf:
		return append(dst, '\\', 'x', hexDigits[r>>4], hexDigits[r&0xF])
	case r < 0x10000:
		dst = append(dst, '\\', 'u')
		return appendHexRune(dst, r, 4)
	default:
		dst = append(dst, '\\', 'U')
		return appendHexRune(dst, r, 8)
	}
}

// appendHexRune appends r with exactly so many digits, as \u and \U want them.
func appendHexRune(dst []byte, r rune, digits int) []byte {
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		dst = append(dst, hexDigits[r>>shift&0xF])
	}
	return dst
}
