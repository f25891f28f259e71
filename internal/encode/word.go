package encode

import (
	"encoding/binary"
	"math/bits"
)

// Strings are looked at eight bytes at a time, and copied on the way: most are short, so
// that a call of memmove and a second pass would take longer than the work itself.

// copyPlain copies s to dst, which has room for it, and reports whether all its bytes
// stand for themselves in a JSON string. If not, what dst holds is of no use.
func copyPlain(dst []byte, s string) bool {
	n := len(s)
	if len(dst) < n {
		return false // never; it spares the bounds checks below
	}
	switch { // the last bytes may overlap those before
	case n >= 8:
		var special uint64
		for i := 0; i < n-8; i += 8 {
			x := load64(s[i : i+8])
			binary.LittleEndian.PutUint64(dst[i:i+8], x)
			special |= specialBytes(x)
		}
		x := load64(s[n-8:])
		binary.LittleEndian.PutUint64(dst[n-8:n], x)
		return special|specialBytes(x) == 0
	case n >= 4:
		first, last := load32(s), load32(s[n-4:])
		binary.LittleEndian.PutUint32(dst, first)
		binary.LittleEndian.PutUint32(dst[n-4:n], last)
		return specialBytes(uint64(first)|uint64(last)<<32) == 0
	case n >= 2:
		first, last := load16(s), load16(s[n-2:])
		binary.LittleEndian.PutUint16(dst, first)
		binary.LittleEndian.PutUint16(dst[n-2:n], last)
		return specialBytes(uint64(first)|uint64(last)<<16|' '*ones&^0xffffffff) == 0
	case n == 1:
		dst[0] = s[0]
		return jsonSafe[s[0]]
	}
	return true
}

// plainRune returns the length of the character that s begins with if it is one of two or
// three bytes that needs no escape in JSON, as most beyond ASCII are. 0 means to look closer.
func plainRune(s string) int {
	const continues = 0x80 // what a byte that continues a character has for its first two bits
	if len(s) < 3 || s[1]&0xc0 != continues {
		return 0
	}
	switch b := s[0]; {
	case 0xc2 <= b && b <= 0xdf:
		return 2
	case b < 0xe1 || b > 0xef || s[2]&0xc0 != continues:
	case b == 0xed && s[1] >= 0xa0: // surrogates
	case b == 0xe2 && s[1] == 0x80 && s[2]&^1 == 0xa8: // U+2028 and U+2029
	default:
		return 3
	}
	return 0
}

// textMarks reports whether s has bytes that could need to be escaped within quotes,
// DEL among them, and whether it has such that need quotes around it and no more.
func textMarks(s string) (special, separators bool) {
	var odd, apart uint64
	for len(s) >= 8 {
		x := load64(s)
		odd |= specialBytes(x) | equalBytes(x, 0x7f)
		apart |= equalBytes(x, ' ') | equalBytes(x, '=')
		s = s[8:]
	}
	for i := range len(s) {
		b := s[i]
		if !jsonSafe[b] || b == 0x7f {
			odd = 1
		}
		if b == ' ' || b == '=' {
			apart = 1
		}
	}
	return odd != 0, apart != 0
}

// equalBytes is 0 if, and only if, none of the eight bytes of x is b.
func equalBytes(x uint64, b byte) uint64 {
	x ^= uint64(b) * ones
	return (x - ones) & ^x & tops
}

const (
	ones = 0x0101010101010101
	tops = 0x80 * ones
)

// specialBytes is 0 if none of the eight bytes of x is special in a JSON string. A
// byte is below c, or has its top bit, if it or it minus c has the top bit; a byte
// that equals c is 0 when xored with c, and so below 1. A borrow from the byte
// before can make one look special that is not: only if that one is special.
func specialBytes(x uint64) uint64 {
	return ((x - ' '*ones) | ((x ^ '"'*ones) - ones) | ((x ^ '\\'*ones) - ones) | x) & tops
}

// The compiler makes one load of each of these.

func load64(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func load32(s string) uint32 {
	_ = s[3]
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

func load16(s string) uint16 {
	_ = s[1]
	return uint16(s[0]) | uint16(s[1])<<8
}

// AppendInt appends v in decimal.
func AppendInt(dst []byte, v int64) []byte {
	return putInt(grow(dst, maxDigits), v)
}

// AppendUint appends v in decimal.
func AppendUint(dst []byte, v uint64) []byte {
	return putUint(grow(dst, maxDigits), v)
}

// maxDigits is the length of the longest integer: -1<<63, or 1<<64-1.
const maxDigits = len("-9223372036854775808")

// putInt is AppendInt for a dst that has room.
func putInt(dst []byte, v int64) []byte {
	n, u := len(dst), uint64(v)
	if v < 0 {
		dst = dst[:n+1]
		dst[n] = '-'
		n, u = n+1, -u
	}
	dst = dst[:n+decimalDigits(u)]
	putDecimal(dst[n:], u)
	return dst
}

// putUint is AppendUint for a dst that has room.
func putUint(dst []byte, v uint64) []byte {
	n := len(dst)
	dst = dst[:n+decimalDigits(v)]
	putDecimal(dst[n:], v)
	return dst
}

// putDecimal writes v to b, which is as long as v has digits. They are written where
// they belong, two at a time, rather than to the end of an array and copied from there.
func putDecimal(b []byte, v uint64) {
	for i := len(b) - 2; v >= 10 && i >= 0; i -= 2 {
		rest := v / 100
		binary.LittleEndian.PutUint16(b[i:], digitPairs[v-100*rest])
		v = rest
	}
	if len(b)%2 == 1 {
		b[0] = '0' + byte(v)
	}
}

// decimalDigits is how many digits v has: its length in bits gives the number, but
// for those that a power of ten divides.
func decimalDigits(v uint64) int {
	n := bits.Len64(v|1) * 1233 >> 12 // log10(2) is about 1233/4096
	if v >= powersOfTen[n] {
		n++
	}
	return n
}

var powersOfTen = func() (powers [20]uint64) {
	powers[0] = 1
	for i := 1; i < len(powers); i++ {
		powers[i] = 10 * powers[i-1]
	}
	powers[0] = 0 // so that 0 has one digit as well
	return powers
}()

// grow returns dst with room for n bytes more behind its end.
func grow(dst []byte, n int) []byte {
	if cap(dst)-len(dst) < n {
		return append(dst, make([]byte, n)...)[:len(dst)]
	}
	return dst
}
