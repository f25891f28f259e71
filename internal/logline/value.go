package logline

import (
	"encoding/binary"
	"math/bits"
)

// The functions below find where a JSON value ends, without decoding it. They take what
// encoding/json takes (RFC 8259, and nothing beyond it), and return -1 for the rest. That is
// stricter than finding the end asks for: a line that is not valid was torn or mixed with another
// one, and what follows in it is not to be trusted.

// skipSpace returns the first place from i on that is no JSON white space.
func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// stringEnd returns where the closing quote is of a string whose first character is at i,
// and whether the string has no escapes.
func stringEnd(b []byte, i int) (end int, plain bool) {
	plain = true
	for {
		// The lowest special byte of a word is one for sure.
		for i <= len(b)-8 {
			m := specialBytes(binary.LittleEndian.Uint64(b[i : i+8]))
			if m != 0 {
				i += bits.TrailingZeros64(m) / 8
				break
			}
			i += 8
		}
		for i < len(b) && b[i] != '"' && b[i] != '\\' && b[i] >= ' ' { // less than eight bytes, or none
			i++
		}
		if i >= len(b) {
			return -1, false
		}
		if b[i] == '"' {
			return i, plain
		}
		if i = escapeEnd(b, i); i < 0 {
			return -1, false
		}
		plain = false
	}
}

// specialBytes has the top bit of each byte of x that is a quote, a backslash or a control
// character. Those above the lowest one may have it for no reason, since a subtraction
// borrows from them.
func specialBytes(x uint64) uint64 {
	return ((x ^ '"'*ones - ones) | (x ^ '\\'*ones - ones) | (x - ' '*ones)) &^ x & tops
}

// escapeEnd returns the place behind the escape that begins at i.
func escapeEnd(b []byte, i int) int {
	if i+1 >= len(b) || b[i] != '\\' {
		return -1
	}
	switch b[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		if len(b)-i >= 6 && hexDigit[b[i+2]]|hexDigit[b[i+3]]|hexDigit[b[i+4]]|hexDigit[b[i+5]] < 16 {
			return i + 6
		}
	}
	return -1
}

// numberEnd returns the place behind the number that begins at i.
func numberEnd(b []byte, i int) int {
	if i < len(b) && b[i] == '-' {
		i++
	}
	switch {
	case i >= len(b):
		return -1
	case b[i] == '0':
		i++
	case '1' <= b[i] && b[i] <= '9':
		i = digitsEnd(b, i)
	default:
		return -1
	}
	if i < len(b) && b[i] == '.' {
		start := i + 1
		if i = digitsEnd(b, start); i == start {
			return -1
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		start := i
		if i = digitsEnd(b, start); i == start {
			return -1
		}
	}
	return i
}

// digitsEnd returns the first place from i on that is no digit.
func digitsEnd(b []byte, i int) int {
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	return i
}

// literalEnd returns the place behind true, false or null.
func literalEnd(b []byte, i int) int {
	rest := b[i:]
	switch {
	case len(rest) >= 4 && (string(rest[:4]) == "true" || string(rest[:4]) == "null"):
		return i + 4
	case len(rest) >= 5 && string(rest[:5]) == "false":
		return i + 5
	}
	return -1
}

// scalarEnd returns the place behind the value at i, which is no object or array.
func scalarEnd(b []byte, i int) int {
	switch b[i] {
	case '"':
		end, _ := stringEnd(b, i+1)
		return behind(end)
	case 't', 'f', 'n':
		return literalEnd(b, i)
	}
	return numberEnd(b, i)
}

// behind returns the place behind end, unless that is -1.
func behind(end int) int {
	if end < 0 {
		return -1
	}
	return end + 1
}
