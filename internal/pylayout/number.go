package pylayout

// Numbers. Where Go's strconv has C's form it is taken; what is left are the flags, Python's
// names of infinities, and its repr. TestGolden has them against Python's own answers.

import (
	"bytes"
	"math"
	"strconv"
)

// AppendInt appends an integer. %e, %f and %g format it as a float; %c prints
// the code point with that number, a control character too: it is up to the
// layout's author to ask for it.
func (s Spec) AppendInt(dst []byte, n int64) []byte {
	switch s.verb {
	case 'd', 'o', 'x', 'X':
		return s.appendInteger(dst, n)
	case 'e', 'E', 'f', 'F', 'g', 'G':
		return s.AppendFloat(dst, float64(n))
	case 'c':
		start := len(dst)
		return s.align(appendChar(dst, n), start)
	}
	start := len(dst)
	// Flags for the sign or zeros have no effect on %s.
	return s.fit(strconv.AppendInt(dst, n, 10), start)
}

// AppendFloat appends a float. %d cuts it towards zero; %s prints the shortest
// text that reads back as the same float, as Python's repr does.
func (s Spec) AppendFloat(dst []byte, f float64) []byte {
	start := len(dst)
	switch s.verb {
	case 'd':
		if f = math.Trunc(f); f == 0 {
			f = 0 // an integer has no negative zero
		}
		dst, digits := s.appendSign(dst, f < 0)
		// All digits of the float, however big it is, as Python's integers.
		return s.finishInteger(appendDecimal(dst, math.Abs(f), 'f', 0), start, digits)
	case 'e', 'E', 'f', 'F', 'g', 'G':
		dst, digits := s.appendSign(dst, math.Signbit(f) && !math.IsNaN(f))
		dst = s.appendFraction(dst, math.Abs(f))
		return s.alignNumber(dst, start, digits)
	}
	return s.fit(appendRepr(dst, f), start)
}

// appendSign appends the sign and returns where the digits start.
func (s Spec) appendSign(dst []byte, negative bool) (extended []byte, digits int) {
	switch {
	case negative:
		dst = append(dst, '-')
	case s.has(plus):
		dst = append(dst, '+')
	case s.has(space):
		dst = append(dst, ' ')
	}
	return dst, len(dst)
}

// appendInteger appends n for %d, %o, %x and %X.
func (s Spec) appendInteger(dst []byte, n int64) []byte {
	// By far the most common: %(lineno)d.
	if s.width == 0 && s.flags == 0 && s.verb == 'd' {
		return strconv.AppendInt(dst, n, 10)
	}
	start := len(dst)
	dst, digits := s.appendSign(dst, n < 0)
	// The prefix stands between sign and zeros: %#06x of -1 is -0x001.
	if s.has(alternate) && s.verb != 'd' {
		dst = append(dst, '0', s.verb)
		digits = len(dst)
	}
	magnitude := uint64(n)
	if n < 0 {
		magnitude = -magnitude // right for the smallest integer too
	}
	switch s.verb {
	case 'o':
		dst = strconv.AppendUint(dst, magnitude, 8)
	case 'x', 'X':
		dst = strconv.AppendUint(dst, magnitude, 16)
	default:
		dst = strconv.AppendUint(dst, magnitude, 10)
	}
	if s.verb == 'X' {
		toUpper(dst[digits:])
	}
	return s.finishInteger(dst, start, digits)
}

// finishInteger gives the integer dst[start:] as many digits as the precision
// asks for, and pads it.
func (s Spec) finishInteger(dst []byte, start, digits int) []byte {
	if s.has(precise) {
		dst = fill(dst, digits, s.precision-(len(dst)-digits), '0')
	}
	return s.alignNumber(dst, start, digits)
}

// appendFraction appends f, which is not negative, for %e, %f and %g.
func (s Spec) appendFraction(dst []byte, f float64) []byte {
	start := len(dst)
	precision := 6 // C's default
	if s.has(precise) {
		precision = s.precision
	}
	verb := s.verb | 0x20 // lower case
	if verb == 'g' {
		precision = max(precision, 1) // C's rule, which Python follows
	}
	// Go's %e, %f and %g are C's, as long as there is a precision.
	dst = appendDecimal(dst, f, verb, precision)
	if s.has(alternate) && !math.IsInf(f, 0) && !math.IsNaN(f) {
		dst = appendPoint(dst, start, verb, precision)
	}
	if s.verb != verb {
		toUpper(dst[start:])
	}
	return dst
}

// appendPoint gives the number dst[start:] what the flag "#" asks for: a point
// even if no digit follows, and for %g all zeros up to the precision, which
// counts from the first digit that is not zero.
func appendPoint(dst []byte, start int, verb byte, precision int) []byte {
	end := bytes.IndexByte(dst[start:], 'e')
	if end < 0 {
		end = len(dst) - start
	}
	mantissa := dst[start : start+end]
	zeros := 0
	if verb == 'g' {
		// The digits of a zero are "0", and that one counts.
		significant := max(1, len(bytes.TrimLeft(mantissa, "0.")))
		if point := bytes.IndexByte(mantissa, '.'); point > 0 && mantissa[0] != '0' {
			significant--
		}
		zeros = precision - significant
	}
	at := start + end
	if bytes.IndexByte(mantissa, '.') < 0 {
		dst = fill(dst, at, 1, '.')
		at++
	}
	return fill(dst, at, zeros, '0')
}

// appendDecimal is strconv.AppendFloat with C's names for what is no number.
func appendDecimal(dst []byte, f float64, verb byte, precision int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "nan"...)
	case math.IsInf(f, 1):
		return append(dst, "inf"...)
	case math.IsInf(f, -1):
		return append(dst, "-inf"...)
	}
	return strconv.AppendFloat(dst, f, verb, precision, 64)
}

// appendRepr appends Python's repr of a float: the shortest digits that read
// back as f, with an exponent below 1e-4 and from 1e16 on, and otherwise always
// with a point.
func appendRepr(dst []byte, f float64) []byte {
	const shortest = -1
	if a := math.Abs(f); a >= 1e16 || a < 1e-4 && a != 0 {
		return appendDecimal(dst, f, 'e', shortest)
	}
	dst = appendDecimal(dst, f, 'f', shortest)
	// Not for NaN, which equals nothing; an infinity has left above.
	if f == math.Trunc(f) {
		dst = append(dst, ".0"...)
	}
	return dst
}

// toUpper makes ASCII letters upper case in place.
func toUpper(b []byte) {
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
}
