package spanlog

import "sync/atomic"

// A sourceCache has what an encoder writes for the source of a record, by program counter:
// to find out file and line takes time, and memory for each. Two counters that share a slot
// take it from each other, so that its size is fixed.
type sourceCache [1 << sourceBits]atomic.Pointer[sourceText]

const sourceBits = 9

type sourceText struct {
	pc   uintptr
	text []byte
}

// text returns the text for pc, which write makes at need. The texts of two goroutines that
// make one at the same time are equal: either will do.
func (c *sourceCache) text(pc uintptr, write func(pc uintptr) []byte) []byte {
	slot := &c[slotOf(pc, sourceBits)]
	t := slot.Load()
	if t == nil || t.pc != pc {
		t = &sourceText{pc, write(pc)}
		slot.Store(t)
	}
	return t.text
}

// slotOf returns the slot of a program counter in a table of 1<<bits. Calls are some bytes apart:
// the multiplication has all bits of the counter count.
func slotOf(pc uintptr, bits int) uint64 { return uint64(pc) * 0x9e3779b97f4a7c15 >> (64 - bits) }
