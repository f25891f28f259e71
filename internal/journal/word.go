package journal

import (
	"sync/atomic"
	"unsafe"
)

// store writes the word at off, after all that was written to mem before it.
//
// This is the only use of unsafe: Go's plain stores promise no order, and the
// order is what recovery relies on. The pointer is good because off is a multiple
// of 8 in a mapping, which begins on a page; the slice expression has the bounds
// checked.
func store(mem []byte, off int, word uint64) {
	b := mem[off : off+wordSize]
	atomic.StoreUint64((*uint64)(unsafe.Pointer(unsafe.SliceData(b))), word)
}
