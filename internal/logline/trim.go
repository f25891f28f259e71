package logline

import "bytes"

// trim returns what counts of a line: not a byte order mark or colours in front, nor
// colours or the line's end behind. Loggers for terminals put these around what is otherwise a
// line like all others, some even where the output is a file. Colours within the line are its
// content. The first test is for nearly all lines: they begin and end with something else.
func trim(b []byte) []byte {
	if n := len(b); n > 0 && b[0] > '\x1b' && b[0] < 0x80 && b[n-1] > '\r' && b[n-1] != 'm' {
		return b
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	b = b[colorsInFront(b):]
	for {
		n := len(b)
		switch {
		case n > 0 && (b[n-1] == '\n' || b[n-1] == '\r'):
			b = b[:n-1]
		case colorBehind(b) > 0:
			b = b[:n-colorBehind(b)]
		default:
			return b
		}
	}
}

// colorsInFront is the length of all colours at the beginning of b.
func colorsInFront(b []byte) int {
	for i := 0; ; {
		n := colorInFront(b[i:])
		if n == 0 {
			return i
		}
		i += n
	}
}

// A colour is ESC, a bracket, parameters, and an m: the sequence that ECMA-48 calls SGR. The
// functions return its length, or 0 if there is none. No other sequence is taken away.

// colorInFront is for the beginning of b.
func colorInFront(b []byte) int {
	if len(b) < 3 || b[0] != '\x1b' || b[1] != '[' {
		return 0
	}
	i := 2
	for i < len(b) && isColorParameter(b[i]) {
		i++
	}
	if i == len(b) || b[i] != 'm' {
		return 0
	}
	return i + 1
}

// colorBehind is for its end, from which it goes back.
func colorBehind(b []byte) int {
	i := len(b) - 1
	if i < 2 || b[i] != 'm' {
		return 0
	}
	for i--; i > 0 && isColorParameter(b[i]); i-- {
	}
	if i < 1 || b[i] != '[' || b[i-1] != '\x1b' {
		return 0
	}
	return len(b) - (i - 1)
}

func isColorParameter(c byte) bool { return '0' <= c && c <= '9' || c == ';' || c == ':' }
