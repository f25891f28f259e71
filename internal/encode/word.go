package encode

import "encoding/binary"

// Strings are looked at eight bytes at a time, and copied on the way, without a second pass
// or a call of memmove: most are short.
//
// The arithmetic tests all bytes of a word at once, by the top bit of each: x - 1 in a byte
// sets that for 0, and x - c for all that is below c. A subtraction borrows from the next
// higher byte, so only the lowest hit can be relied on; here, whether there is any is all that
// is asked. Words are loaded with the first byte as the lowest, on every machine. TestCopyPlain,
// TestPlainRune and FuzzStrings compare with a loop over bytes, and with slog.

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
		// The upper half of the word is filled with spaces, which are not special.
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

// plainRune spares most text beyond ASCII the full decoding of UTF-8. What it does not know is
// decoded, so it may know less than there is, and must not know too much.
//
// It returns the length of the character that s begins with if it is one of two or
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

// textMarks looks at a string for the text form, in one pass for all that is asked: whether s
// has bytes that could need to be escaped within quotes, DEL among them, and whether it has
// such that need quotes around it and no more. With no bytes of the first kind, all others are
// plain ASCII, and quotes are all that there is to add.
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
// that equals c is 0 when xored with c, and so below 1. The quote is two above the space:
// xored with 2 it comes right behind what is below the space, so that one test finds both.
// A borrow from the byte before can make one look special that is not: only if that one is
// special.
func specialBytes(x uint64) uint64 { return specialMarks(x) & tops }

// specialMarks is specialBytes with other bits set besides, for who puts several words together.
func specialMarks(x uint64) uint64 {
	return ((x ^ 2*ones) - (' '+1)*ones) | ((x ^ '\\'*ones) - ones) | x
}

// The compiler makes one load of each of these, where the machine has such loads; encoding/binary
// has the same for slices, and not for strings.

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
