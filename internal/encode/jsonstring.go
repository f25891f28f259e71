package encode

// Strings and keys of JSON. AppendJSONString has the usual case in front, as has AppendJSONAttrs
// for keys: a few bytes, all plain, and room for them. The bytes are loaded as words, which overlap
// where their length is no multiple of the word's, so no length needs a loop for its last bytes.
// If one of them needs an escape, the string is written anew, over what is there.

import (
	"encoding/binary"
	"slices"
	"unicode/utf8"
)

// jsonSafe tells the bytes that stand for themselves in a JSON string, all of them
// ASCII. HTML's special characters do: like slog, this is no HTML encoder.
var jsonSafe = func() (safe [256]bool) {
	for b := range utf8.RuneSelf {
		safe[b] = b >= ' ' && b != '"' && b != '\\'
	}
	return safe
}()

// AppendJSONKey appends a key with its quotes and colon, and before it a comma,
// unless it is the first of its object. An opening brace can be the last byte only
// there: no encoded value ends in one.
func AppendJSONKey(dst []byte, key string) []byte { return appendJSONKey(dst, key, 0) }

// appendJSONKey is AppendJSONKey that leaves room for a value of so many bytes.
func appendJSONKey(dst []byte, key string, room int) []byte {
	n := len(dst)
	dst = slices.Grow(dst, len(key)+len(`,"":`)+room)
	if n > 0 && dst[n-1] != '{' {
		dst = dst[:n+1]
		dst[n] = ','
		n++
	}
	b := dst[n : n+len(key)+len(`"":`)]
	b[0], b[len(b)-2], b[len(b)-1] = '"', '"', ':'
	if !copyPlain(b[1:], key) {
		dst = append(appendEscapedJSON(dst, key), ':')
		return slices.Grow(dst, room)
	}
	return dst[:n+len(b)]
}

// AppendJSONString appends s in double quotes. Invalid UTF-8 becomes U+FFFD;
// U+2028 and U+2029 are escaped because JavaScript takes them for line ends.
func AppendJSONString(dst []byte, s string) []byte {
	const most = 24
	n, k := len(dst), len(s)
	if k < 2 || k > most || cap(dst)-n < most+2 {
		return appendAnyJSONString(dst, s)
	}
	b := (*[most + 2]byte)(dst[n : n+most+2])
	b[0] = '"'
	if k < 4 {
		first, last := load16(s[:2]), load16(s[k-2:k])
		// The upper half of the word is filled with spaces, which are not special.
		if specialBytes(uint64(first)|uint64(last)<<16|' '*ones&^0xffffffff) != 0 {
			return appendEscapedJSON(dst, s)
		}
		binary.LittleEndian.PutUint16(b[1:], first)
		binary.LittleEndian.PutUint16(b[k-1:], last)
		b[k+1] = '"'
		return dst[:n+k+2]
	}
	if k < 8 {
		first, last := load32(s[:4]), load32(s[k-4:k])
		if specialBytes(uint64(first)|uint64(last)<<32) != 0 {
			return appendEscapedJSON(dst, s)
		}
		binary.LittleEndian.PutUint32(b[1:], first)
		binary.LittleEndian.PutUint32(b[k-3:], last)
		b[k+1] = '"'
		return dst[:n+k+2]
	}
	// Two words have all of up to 16 bytes, and three of up to 24: most is that.
	first, last := load64(s[:8]), load64(s[k-8:k])
	special := specialBytes(first) | specialBytes(last)
	if k > 16 {
		middle := load64(s[8:16])
		special |= specialBytes(middle)
		binary.LittleEndian.PutUint64(b[9:], middle)
	}
	if special != 0 {
		return appendEscapedJSON(dst, s)
	}
	binary.LittleEndian.PutUint64(b[1:], first)
	binary.LittleEndian.PutUint64(b[k-7:], last)
	b[k+1] = '"'
	return dst[:n+k+2]
}

// appendAnyJSONString is AppendJSONString for any string. Those of 2 to 24 bytes are copied
// there as copyPlain would, without a call.
func appendAnyJSONString(dst []byte, s string) []byte {
	n := len(dst)
	dst = slices.Grow(dst, len(s)+2)
	b := dst[n : n+len(s)+2]
	b[0], b[len(b)-1] = '"', '"'
	if !copyPlain(b[1:], s) {
		return appendEscapedJSON(dst, s)
	}
	return dst[:n+len(b)]
}

// appendEscapedJSON is AppendJSONString for a string that is not plain. The escapes are slog's:
// a short form for five characters, and \u00xx for other control characters, also where
// encoding/json has a short one, as for \b and \f.
func appendEscapedJSON(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0 // s[start:i] needs no escape and is not yet written: runs of it are copied at once
	for i := 0; i < len(s); {
		b := s[i]
		if b < utf8.RuneSelf {
			if jsonSafe[b] {
				i++
				continue
			}
			dst = append(dst, s[start:i]...)
			switch b {
			case '"', '\\':
				dst = append(dst, '\\', b)
			case '\n':
				dst = append(dst, '\\', 'n')
			case '\r':
				dst = append(dst, '\\', 'r')
			case '\t':
				dst = append(dst, '\\', 't')
			default:
				dst = append(dst, '\\', 'u', '0', '0', hexDigits[b>>4], hexDigits[b&0xF])
			}
			i++
			start = i
			continue
		}
		if n := plainRune(s[i:]); n > 0 {
			i += n
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			dst = append(dst, s[start:i]...)
			dst = append(dst, `\ufffd`...)
			start = i + size
		case r == '\u2028' || r == '\u2029':
			dst = append(dst, s[start:i]...)
			dst = append(dst, `\u202`...)
			dst = append(dst, hexDigits[r&0xF])
			start = i + size
		}
		i += size
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}
