package encode

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// Integers in decimal, as strconv has them (TestInts compares). Digits are taken from tables, three
// at a time up to nine of them, and two at a time beyond, and go right where they belong: how many
// there are is asked first.

// AppendInt appends v in decimal.
func AppendInt(dst []byte, v int64) []byte {
	return putInt(slices.Grow(dst, maxDigits), v)
}

// AppendUint appends v in decimal.
func AppendUint(dst []byte, v uint64) []byte {
	return putUint(slices.Grow(dst, maxDigits), v)
}

// maxDigits is the length of the longest integer: -1<<63, or 1<<64-1.
const maxDigits = len("-9223372036854775808")

// putInt is AppendInt for a dst that has room for maxDigits more bytes.
func putInt(dst []byte, v int64) []byte {
	if uint64(v) < 1e9 {
		return putSmall(dst, uint32(v))
	}
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

// putUint is AppendUint for a dst that has room for maxDigits more bytes.
func putUint(dst []byte, v uint64) []byte {
	if v < 1e9 {
		return putSmall(dst, uint32(v))
	}
	n := len(dst)
	dst = dst[:n+decimalDigits(v)]
	putDecimal(dst[n:], v)
	return dst
}

// putSmall is putUint for up to nine digits, three at a time. Three are written as a word of four
// bytes, so it needs room for twelve; what comes next is written over the fourth.
func putSmall(dst []byte, v uint32) []byte {
	n := len(dst)
	b := (*[12]byte)(dst[n : n+12])
	if v < 1000 {
		return dst[:n+putFirst(b, v)]
	}
	if v < 1e6 {
		high := v / 1000
		k := putFirst(b, high)
		binary.LittleEndian.PutUint32(b[k:], digitTriples[v-1000*high])
		return dst[:n+k+3]
	}
	high, low := v/1e6, v%1e6
	middle := low / 1000
	k := putFirst(b, high)
	binary.LittleEndian.PutUint32(b[k:], digitTriples[middle])
	binary.LittleEndian.PutUint32(b[k+3:], digitTriples[low-1000*middle])
	return dst[:n+k+6]
}

// putFirst writes the digits of v, which is less than 1000, and returns how many they are.
func putFirst(b *[12]byte, v uint32) int {
	k := 1
	if v >= 10 {
		k++
	}
	if v >= 100 {
		k++
	}
	// The shift is 0, 8 or 16; by &31 the compiler knows that it is less than 32.
	binary.LittleEndian.PutUint32(b[:], digitTriples[v]>>((24-8*k)&31))
	return k
}

// digitTriples has three digits of each number below 1000, the first one in the low bits. The
// highest byte is 0.
var digitTriples = func() (triples [1000]uint32) {
	for v := range triples {
		triples[v] = uint32('0'+v/100) | uint32('0'+v/10%10)<<8 | uint32('0'+v%10)<<16
	}
	return triples
}()

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

// decimalDigits is how many digits v has: its length in bits gives the number, or one
// less, as the numbers of one length have a power of ten among them at the most. A
// comparison with that tells which.
func decimalDigits(v uint64) int {
	n := bits.Len64(v|1) * 1233 >> 12 // log10(2) is about 1233/4096
	if v >= powersOfTen[n] {
		n++
	}
	return n
}

// powersOfTen are all that fit into 64 bits; the index is the number of zeros.
var powersOfTen = func() (powers [20]uint64) {
	powers[0] = 1
	for i := 1; i < len(powers); i++ {
		powers[i] = 10 * powers[i-1]
	}
	powers[0] = 0 // so that 0 has one digit as well
	return powers
}()

// digitPairs has the two digits of the numbers below 100, the first one in the low bits: stored as
// a little-endian word, it comes first.
var digitPairs = func() (pairs [100]uint16) {
	for v := range pairs {
		pairs[v] = uint16('0'+v/10) | uint16('0'+v%10)<<8
	}
	return pairs
}()
