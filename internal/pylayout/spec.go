package pylayout

// A conversion, and how it formats a text. The rules are those of Python's "printf-style
// String Formatting", which are C's with a few of its own: widths count code points, the zero
// flag does nothing to a text, and length modifiers do nothing at all.

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Spec is a conversion: how a field's value becomes text. Its Append methods
// give what Python's % operator gives for a value of the same type. They
// return the extended buffer and allocate only to let it grow. The zero Spec is
// a plain %s.
//
// [Parse] only gives a spec that fits its field. Where the type does not fit
// the value all the same, the value is formatted as with %s.
type Spec struct {
	verb      byte // one of verbs; i and u are stored as d; 0 is s
	flags     flags
	width     int // the least number of code points
	precision int // counts only with the flag precise
}

// flags is a set of a spec's flags.
type flags uint8

const (
	alternate flags = 1 << iota // "#": 0x before %x, the point always in %g
	zero                        // "0": pad numbers with zeros
	left                        // "-": pad on the right, which beats "0"
	space                       // " ": a space instead of a plus sign
	plus                        // "+": always a sign, which beats " "
	precise                     // there is a precision
)

// flagChars holds the flags' characters in the order of the bits.
const flagChars = "#0- +"

// flagOf returns the flag for c, 0 if c is none.
func flagOf(c byte) flags {
	i := strings.IndexByte(flagChars, c)
	if i < 0 {
		return 0
	}
	return 1 << i
}

// has reports whether the flag is set.
func (s Spec) has(f flags) bool { return s.flags&f != 0 }

// verbs are the types, without i and u, which are old names for d.
const verbs = "sradoxXeEfFgGc"

// A kind is the Python type of a field's value.
type kind uint8

const (
	text kind = iota
	integer
	float
	boolean // an integer in Python, save that %s prints True and False
)

// verbs returns the types that Python accepts for a value of the kind.
func (k kind) verbs() string {
	switch k {
	case text:
		return "sra"
	case float:
		return "sradeEfFgG"
	}
	return verbs
}

// String describes the kind in an error.
func (k kind) String() string {
	return [...]string{"a text", "an integer", "a float", "a bool"}[k]
}

// String returns the spec as it stands in a layout after the field's name, its
// flags in one fixed order.
func (s Spec) String() string {
	var b strings.Builder
	for i, c := range flagChars {
		if s.has(1 << i) {
			b.WriteRune(c)
		}
	}
	if s.width > 0 {
		fmt.Fprint(&b, s.width)
	}
	if s.has(precise) {
		fmt.Fprintf(&b, ".%d", s.precision)
	}
	if s.verb == 0 {
		return b.String() + "s"
	}
	return b.String() + string(s.verb)
}

// Quotes reports whether the spec quotes a text (%r, %a). Control characters
// come out escaped then, so the caller need not escape them itself.
func (s Spec) Quotes() bool { return s.verb == 'r' || s.verb == 'a' }

// AppendBool appends True or False, or 1 or 0 where the spec asks for a number.
func (s Spec) AppendBool(dst []byte, value bool) []byte {
	switch s.verb {
	case 's', 'r', 'a', 0:
		name := "False"
		if value {
			name = "True"
		}
		return s.fit(append(dst, name...), len(dst))
	}
	var n int64
	if value {
		n = 1
	}
	return s.AppendInt(dst, n)
}

// Pad formats a text that the caller has appended: dst[start:] is quoted, cut to
// the precision and padded to the width, as the spec asks. Invalid UTF-8 counts
// one code point per byte. The text is made in place because most fields are
// escaped or put together on their way into the line, not at hand as a string.
func (s Spec) Pad(dst []byte, start int) []byte {
	if s.Quotes() {
		// The quoted form is built behind the text, then moved down over it.
		end := len(dst)
		dst = appendQuoted(dst, dst[start:end], s.verb == 'a')
		dst = slices.Delete(dst, start, end)
	}
	return s.fit(dst, start)
}

// fit cuts dst[start:] to the precision and pads it.
func (s Spec) fit(dst []byte, start int) []byte {
	if s.has(precise) {
		dst = dst[:start+prefixLen(dst[start:], s.precision)]
	}
	return s.align(dst, start)
}

// align pads dst[start:] with spaces. The zero flag is for numbers only.
func (s Spec) align(dst []byte, start int) []byte {
	if s.width == 0 {
		return dst
	}
	missing := s.width - count(dst[start:], s.width)
	if s.has(left) {
		start = len(dst)
	}
	return fill(dst, start, missing, ' ')
}

// alignNumber pads the number dst[start:], whose sign and prefix end where its
// digits start. The number is ASCII.
func (s Spec) alignNumber(dst []byte, start, digits int) []byte {
	if s.has(zero) && !s.has(left) {
		return fill(dst, digits, s.width-(len(dst)-start), '0')
	}
	return s.align(dst, start)
}

// prefixLen returns the length in bytes of the first n code points of b.
func prefixLen(b []byte, n int) int {
	size := 0
	for ; n > 0 && size < len(b); n-- {
		_, w := utf8.DecodeRune(b[size:])
		size += w
	}
	return size
}

// count returns the number of code points in b, but at most limit: a long
// message costs no more than the width. (utf8.RuneCount allocates.)
func count(b []byte, limit int) int {
	n := 0
	for size := 0; n < limit && size < len(b); n++ {
		_, w := utf8.DecodeRune(b[size:])
		size += w
	}
	return n
}

// fill inserts n times c at dst[at:]; nothing if n is negative.
func fill(dst []byte, at, n int, c byte) []byte {
	if n <= 0 {
		return dst
	}
	end := len(dst)
	dst = slices.Grow(dst, n)[:end+n]
	copy(dst[at+n:], dst[at:end])
	for i := range n {
		dst[at+i] = c
	}
	return dst
}
