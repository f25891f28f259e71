package encode

import (
	"encoding/binary"
	"slices"
)

// Ids in hexadecimal. The W3C's Trace Context has them in lower case, and so do all formats
// here. encoding/hex does the same a digit at a time.

const hexDigits = "0123456789abcdef"

// hexPairs has the two digits of every byte, the first one in the low bits.
var hexPairs = func() (pairs [256]uint16) {
	for b := range pairs {
		pairs[b] = uint16(hexDigits[b>>4]) | uint16(hexDigits[b&0xF])<<8
	}
	return pairs
}()

// AppendHex appends src as lower-case hexadecimal digits.
func AppendHex(dst, src []byte) []byte {
	n := len(dst)
	dst = slices.Grow(dst, 2*len(src))[:n+2*len(src)]
	putHex(dst[n:], src)
	return dst
}

// putHex writes src to dst as lower-case hexadecimal digits. dst must be twice as long.
func putHex(dst, src []byte) {
	for len(src) >= 4 && len(dst) >= 8 {
		putHex4((*[8]byte)(dst), (*[4]byte)(src))
		dst, src = dst[8:], src[4:]
	}
	for i, b := range src {
		binary.LittleEndian.PutUint16(dst[2*i:], hexPairs[b])
	}
}

// PutHex16 is putHex for a trace id. Ids are in every record, and where the lengths
// are known, nothing has to be checked.
func PutHex16(dst *[32]byte, src *[16]byte) {
	putHex4((*[8]byte)(dst[:8]), (*[4]byte)(src[:4]))
	putHex4((*[8]byte)(dst[8:16]), (*[4]byte)(src[4:8]))
	putHex4((*[8]byte)(dst[16:24]), (*[4]byte)(src[8:12]))
	putHex4((*[8]byte)(dst[24:]), (*[4]byte)(src[12:]))
}

// PutHex8 is putHex for a span id.
func PutHex8(dst *[16]byte, src *[8]byte) {
	putHex4((*[8]byte)(dst[:8]), (*[4]byte)(src[:4]))
	putHex4((*[8]byte)(dst[8:]), (*[4]byte)(src[4:]))
}

// PutHex1 is putHex for one byte.
func PutHex1(dst *[2]byte, b byte) { binary.LittleEndian.PutUint16(dst[:], hexPairs[b]) }

// putHex4 writes four bytes at once, which is one store of a word.
func putHex4(dst *[8]byte, src *[4]byte) {
	binary.LittleEndian.PutUint64(dst[:], uint64(hexPairs[src[0]])|uint64(hexPairs[src[1]])<<16|
		uint64(hexPairs[src[2]])<<32|uint64(hexPairs[src[3]])<<48)
}
