package logline

// Looking up a key: whether it is a name, in any spelling and letter case. It is done for each
// key of each line, so it allocates nothing, and the key is not made lower case before it is
// looked up. A key is told by its first 16 bytes as two numbers, in which the case of all letters
// is changed at once; only keys that are longer are compared byte by byte.
//
// The table is made from names when the program starts: an entry for each spelling, and one for
// each object around one ("log" and "log.origin" for log.origin.file.name), which says that it is
// worth while to read what is in there.

import (
	"encoding/binary"
	"math/bits"
	"strings"
)

// An entry is one spelling of a name, or what stands before a dot of one.
type entry struct {
	key    word
	text   string // in lower case
	name   uint8  // in names, if role is not roleNone
	role   role
	prefix bool // of longer names
}

// A word is the first 16 bytes of a key, with zeros behind a shorter one.
type word struct{ first, second uint64 }

// The table is open: an entry is at its hash or in one of the slots behind it. It is not to be
// more than half full, which TestNamesMakeSense watches.
const (
	tableBits = 11
	tableSize = 1 << tableBits
)

var (
	entries []entry           // the first one is noEntry
	table   [tableSize]uint16 // where in entries
	longest int               // name, in bytes

	noEntry *entry // of what is no name: an empty slot leads to it
)

func init() {
	entries = append(make([]entry, 0, tableSize/2), entry{role: roleNone})
	noEntry = &entries[0]
	for i, n := range names {
		for _, text := range spellings(n.text) {
			e := insert(text)
			e.name, e.role = uint8(i), n.role
			for dot := range len(text) {
				if text[dot] == '.' {
					insert(text[:dot]).prefix = true
				}
			}
		}
	}
}

// spellings returns the spellings of a name, in lower case: for each underscore there are three.
func spellings(text string) []string {
	before, after, more := strings.Cut(text, "_")
	if !more {
		return []string{text}
	}
	var all []string
	for _, rest := range spellings(after) {
		all = append(all, before+"_"+rest, before+"-"+rest, before+rest)
	}
	return all
}

// insert returns the entry of a spelling, which it makes if there is none: a name can be the
// prefix of another one.
func insert(text string) *entry {
	key := wordAt([]byte(text), 0, len(text))
	slot := key.hash(len(text))
	for ; table[slot] != 0; slot = (slot + 1) % tableSize {
		if e := &entries[table[slot]]; e.text == text {
			return e
		}
	}
	table[slot] = uint16(len(entries))
	entries = append(entries, entry{key: key, text: text, role: roleNone})
	longest = max(longest, len(text))
	return &entries[table[slot]]
}

// find returns the entry of a key in any letter case, or one that has no role and is no prefix. w is
// the key's word. The hash takes any case, so the words are compared in lower case; a key of more
// than 16 bytes is compared whole as well.
func find(w word, key []byte) *entry {
	for slot := w.hash(len(key)); ; slot = (slot + 1) % tableSize {
		at := table[slot]
		e := &entries[at]
		if at == 0 || e.key == w.lower() && len(e.text) == len(key) && (len(key) <= 16 || equalFold(key, e.text)) {
			return e
		}
	}
}

// wordAt returns the word of a key in a line. Where 16 bytes are left in the line they are read at
// once, and what is behind the key is cleared: shifts by 64 and more are 0 in Go, and so all bits
// are kept of a key that fills a number.
func wordAt(b []byte, i, end int) (w word) {
	n := end - i
	if i <= len(b)-16 {
		w.first = binary.LittleEndian.Uint64(b[i:i+8]) & (1<<(8*n) - 1)
		if n > 8 {
			w.second = binary.LittleEndian.Uint64(b[i+8:i+16]) & (1<<(8*(n-8)) - 1)
		}
		return w
	}
	var padded [16]byte
	copy(padded[:], b[i:end])
	return word{binary.LittleEndian.Uint64(padded[:]), binary.LittleEndian.Uint64(padded[8:])}
}

// jsonKey returns where the closing quote is of a key whose first character is at i, its
// word, and whether it has no escapes. The end is -1 if there is none.
func jsonKey(b []byte, i int) (end int, w word, plain bool) {
	// The first special byte is mostly the closing quote, and all in front of it the key.
	// m&-m is the lowest bit of m, the top one of that byte; shifted down by 7 and less one,
	// it has the bits of all bytes before it.
	if i <= len(b)-16 {
		w.first = binary.LittleEndian.Uint64(b[i : i+8])
		end = i
		m := specialBytes(w.first)
		if m != 0 {
			w.first &= m&-m>>7 - 1
		} else {
			w.second = binary.LittleEndian.Uint64(b[i+8 : i+16])
			m = specialBytes(w.second)
			w.second &= m&-m>>7 - 1
			end += 8
		}
		if end += bits.TrailingZeros64(m) / 8; m != 0 && b[end] == '"' {
			return end, w, true
		}
	}
	if end, plain = stringEnd(b, i); end >= 0 {
		w = wordAt(b, i, end)
	}
	return end, w, plain
}

// hash does not see letter case. To it, other characters are the same as well, but not to
// lower.
func (w word) hash(n int) uint64 {
	const odd = 0x9E3779B97F4A7C15 // 2^64 by the golden ratio
	first, second := w.first|0x20*ones, w.second|0x20*ones
	return (first ^ bits.RotateLeft64(second, 23) ^ uint64(n)) * odd >> (64 - tableBits)
}

func (w word) lower() word { return word{lower(w.first), lower(w.second)} }

// equalFold reports whether key is text in any letter case.
func equalFold(key []byte, text string) bool {
	for i, c := range key {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != text[i] {
			return false
		}
	}
	return true
}

const (
	ones = 0x0101010101010101
	tops = 0x80 * ones
)

// lower turns the upper-case letters among eight bytes into lower-case ones. In each byte, the top
// bit of one sum is set from A on, that of the other behind Z: where they differ is a letter, and
// that bit, moved to 0x20, is what makes it lower case. Bytes beyond ASCII stay as they are.
func lower(x uint64) uint64 {
	low := x & ^uint64(tops)
	fromA, aboveZ := low+(0x80-'A')*ones, low+(0x7f-'Z')*ones
	return x | (fromA^aboveZ)&^x&tops>>2
}
