package journal

import (
	"math/bits"
	"sync/atomic"
	"unsafe"
)

// store writes the word at off, after all that was written to mem before it.
func store(mem []byte, off int, word uint64) { atomic.StoreUint64(wordAt(mem, off), word) }

// commit is store for what nobody reads while this process lives. An atomic store waits until
// all that was written before has left the processor. A plain one does not, and is enough for
// whoever comes after a process that was killed: that has made its stores in the order of its
// instructions, and no compiler moves one to memory of unknown origin across a call.
//
//go:noinline
func commit(mem []byte, off int, word uint64) {
	if bits.UintSize == 64 {
		*wordAt(mem, off) = word // in one piece
	} else {
		store(mem, off, word)
	}
}

// wordAt is the word at off.
//
// This is the package's only use of unsafe: that of the standard library stores bytes, one at a
// time for all that it promises, and recovery relies on words. The pointer is good because off is
// a multiple of 8 in a mapping, which begins on a page; the slice expression has the bounds
// checked.
func wordAt(mem []byte, off int) *uint64 {
	b := mem[off : off+wordSize]
	return (*uint64)(unsafe.Pointer(unsafe.SliceData(b)))
}
