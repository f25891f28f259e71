package logline

import "encoding/binary"

// A seenKey is a key of at most 16 bytes that was in a line before. The lines of a program
// mostly have the same keys in the same order. So what comes behind a key is compared with
// what came there the last time: that takes less than to look for its end and its name. It is a
// guess that is checked, so it has no effect on what is found (TestSeenKeys).
type seenKey struct {
	key   word
	mask  word   // has all bits of the key's bytes
	entry *entry // nil: there is none here yet
	size  uint8
	next  uint8 // the place of the key that came behind it
}

// seenKeys has each key at its hash, or in one of the places behind it. At the first place
// there is never one: it stands for the beginning of a line. A key has one successor, the last
// one that it had; where two kinds of lines come in turns, some guesses fail, and are made anew.
type seenKeys struct {
	seen [256]seenKey
	last uint8 // the place of the key that was read last
}

// expected returns the key whose first character is at i, and its entry, if it is the one
// that came here the last time.
func (s *seenKeys) expected(b []byte, i int) (key []byte, e *entry) {
	if i >= len(b)-16 { // so short is only the end of a line; b[end] below is within, too
		return nil, nil
	}
	at := s.seen[s.last].next
	k := &s.seen[at]
	first, second := binary.LittleEndian.Uint64(b[i:i+8]), binary.LittleEndian.Uint64(b[i+8:i+16])
	end := i + int(k.size)
	// Bytes that differ are left by the exclusive or, and those behind the key masked out. It is the
	// key only if it ends there: with the quote that a longer one does not have.
	if (first^k.key.first)&k.mask.first|(second^k.key.second)&k.mask.second != 0 || b[end] != '"' || k.entry == nil {
		return nil, nil
	}
	s.last = at
	return b[i:end], k.entry
}

// note notes a key that was not expected: that it is there, and behind which one. The mask is for
// expected, which loads 16 bytes, of which the key may be less.
func (s *seenKeys) note(w word, size int, e *entry) {
	if size > 16 {
		return
	}
	at, k := s.place(w, size)
	if k.key != w || k.entry == nil {
		const all = ^uint64(0)
		mask := word{all >> (64 - 8*min(size, 8)), all >> (64 - 8*max(size-8, 0))}
		*k = seenKey{key: w, mask: mask, entry: e, size: uint8(size)}
	}
	s.seen[s.last].next, s.last = at, at
}

// place returns the place of a key: its own, a free one, or that of a key that has to go.
func (s *seenKeys) place(w word, size int) (at uint8, k *seenKey) {
	hash := w.hash(size)
	for i := range uint64(4) {
		at = uint8((hash+i)%(uint64(len(s.seen))-1) + 1)
		k = &s.seen[at]
		if k.key == w || k.entry == nil {
			break
		}
	}
	return at, k
}
