package logline

import (
	"unicode/utf16"
	"unicode/utf8"
)

// Decoding: what the text between two quotes stands for. There are two kinds of escapes. JSON's
// have been checked by then, so appendJSON expects them to be whole. Go's and logfmt's have not:
// those encoders differ, so appendQuoted takes what it knows and leaves the rest as it is.
//
// Where the decoded text lives is what the three functions in front differ in: in the line if
// there is nothing to decode, else in scratch memory that the next value takes, or in the record's
// buffer, which stays until the record is used again. A record's buffer may move while it grows;
// texts that were decoded before keep the old one alive, so they stay right.
//
// Invalid UTF-8 becomes U+FFFD, byte by byte, as encoding/json has it. Heads do not care:
// no name or value that they know has such bytes.

// decode returns the text of a value, which is valid until the next one.
func (s *Scanner) decode(v *value) []byte {
	if v.plain {
		return v.text
	}
	s.scratch = appendText(s.scratch[:0], v)
	return s.scratch
}

// decodeKey returns the text of a key: for a record, in memory of the line or the record's;
// otherwise it is valid until the next one.
func (s *Scanner) decodeKey(v *value) []byte {
	if s.rec != nil {
		return s.rec.decode(v)
	}
	if v.plain {
		return v.text
	}
	s.key = appendText(s.key[:0], v)
	return s.key
}

// decode returns the text of a value in memory of the line's or the record's.
func (r *Record) decode(v *value) []byte {
	if v.plain && utf8.Valid(v.text) {
		return v.text
	}
	start := len(r.buf)
	r.buf = appendText(r.buf, v)
	return r.buf[start:len(r.buf):len(r.buf)]
}

// appendText appends the text of a value.
func appendText(dst []byte, v *value) []byte {
	switch {
	case v.plain:
		for i := 0; i < len(v.text); {
			dst, i = appendRune(dst, v.text, i)
		}
		return dst
	case v.quoted:
		return appendQuoted(dst, v.text)
	}
	return appendJSON(dst, v.text)
}

// appendJSON appends what is between the quotes of a valid JSON string. A surrogate without its
// other half becomes U+FFFD, as with encoding/json.
func appendJSON(dst, b []byte) []byte {
	for i := 0; i < len(b); {
		if b[i] != '\\' {
			dst, i = appendRune(dst, b, i)
			continue
		}
		switch c := b[i+1]; c {
		case 'u':
			r := hex4(b[i+2:])
			i += 6
			if utf16.IsSurrogate(r) {
				low := rune(-1)
				if len(b)-i >= 6 && b[i] == '\\' && b[i+1] == 'u' {
					low = hex4(b[i+2:])
				}
				if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
					i += 6
				}
			}
			dst = utf8.AppendRune(dst, r)
			continue
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		default:
			dst = append(dst, c)
		}
		i += 2
	}
	return dst
}

// appendQuoted appends what is between the quotes of a string as Go and logfmt encoders
// write it. A backslash that begins none of their escapes stands for itself.
func appendQuoted(dst, b []byte) []byte {
	for i := 0; i < len(b); {
		if b[i] != '\\' || i+1 == len(b) {
			dst, i = appendRune(dst, b, i)
			continue
		}
		c, n := byte(0), 2
		switch b[i+1] {
		case '"', '\\', '\'', '/':
			c = b[i+1]
		case 'a':
			c = '\a'
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'v':
			c = '\v'
		default:
			if dst, n = appendNumbered(dst, b[i:]); n == 0 {
				dst, n = append(dst, '\\'), 1
			}
			i += n
			continue
		}
		dst = append(dst, c)
		i += n
	}
	return dst
}

// appendNumbered appends the character of an escape such as \xff, \u00e9 or \U0001f600,
// and returns the length of the escape, or 0 if it is none.
func appendNumbered(dst, b []byte) ([]byte, int) {
	digits := 0
	switch b[1] {
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	}
	n := 2 + digits
	if digits == 0 || len(b) < n {
		return dst, 0
	}
	r := uint32(0)
	for _, c := range b[2:n] {
		if hexDigit[c] > 15 {
			return dst, 0
		}
		r = r<<4 | uint32(hexDigit[c])
	}
	if r > utf8.MaxRune {
		return dst, 0
	}
	if digits == 2 && r >= utf8.RuneSelf { // Go writes bytes only where they are no character
		r = utf8.RuneError
	}
	if utf16.IsSurrogate(rune(r)) && len(b) >= n+6 && b[n] == '\\' && b[n+1] == 'u' {
		if both := utf16.DecodeRune(rune(r), hex4(b[n+2:])); both != utf8.RuneError {
			return utf8.AppendRune(dst, both), n + 6
		}
	}
	return utf8.AppendRune(dst, rune(r)), n
}

// hex4 returns the number that four hexadecimal digits are, or -1. What is none has all bits set in
// hexDigit, and stays above 15 whatever it is combined with.
func hex4(b []byte) rune {
	high, low := hexDigit[b[0]]|hexDigit[b[1]], hexDigit[b[2]]|hexDigit[b[3]]
	if high|low > 15 {
		return -1
	}
	return rune(hexDigit[b[0]])<<12 | rune(hexDigit[b[1]])<<8 | rune(hexDigit[b[2]])<<4 | rune(hexDigit[b[3]])
}

// appendRune appends the character at i, and returns the place behind it. A byte that is none
// becomes U+FFFD, by itself.
func appendRune(dst, b []byte, i int) ([]byte, int) {
	if b[i] < utf8.RuneSelf {
		return append(dst, b[i]), i + 1
	}
	r, n := utf8.DecodeRune(b[i:])
	return utf8.AppendRune(dst, r), i + n
}
