package flight

import (
	"encoding/binary"
	"slices"
	"unsafe"
)

// A Batch is records of one trace, in order. While they are held it is the trace's, under the
// lock of its shard. Release and Next give it away with its memory: then it is the caller's
// alone, and needs no lock.
type Batch[M any] struct {
	// Evicted is how many records of the trace were held before these, and had to go.
	Evicted int

	items []item[M] // from first on
	first int
	lines []byte // of all items, each with its length before it; from start on
	start int
	extra int // bytes that the items refer to elsewhere
}

// An item is a record but for its lines.
type item[M any] struct {
	meta  M
	bytes int // of its lines, with their lengths
	extra int // bytes that meta refers to, as its caller says
}

// Len is how many records there are.
func (b *Batch[M]) Len() int { return len(b.items) - b.first }

// Meta returns what the i-th oldest record is.
func (b *Batch[M]) Meta(i int) *M { return &b.items[b.first+i].meta }

// Take removes the oldest record and returns it with its lines, which are valid until the
// batch is gone. It returns nil if there is none.
func (b *Batch[M]) Take() (meta *M, lines Lines) {
	if b.Len() == 0 {
		return nil, nil
	}
	it := &b.items[b.first]
	lines = Lines(b.lines[b.start : b.start+it.bytes])
	b.first++
	b.start += it.bytes
	return &it.meta, lines
}

// Lines are the lines of one record, in the order in which Put was given them.
type Lines []byte

const lengthSize = 4

// Next returns the first line and those behind it.
func (l Lines) Next() (line []byte, rest Lines) {
	n := int(binary.NativeEndian.Uint32(l))
	return l[lengthSize : lengthSize+n], l[lengthSize+n:]
}

// linesSize is how many bytes lines take up.
func linesSize(lines [][]byte) int {
	n := 0
	for _, l := range lines {
		n += lengthSize + len(l)
	}
	return n
}

// itemSize is what a record takes up beside its lines.
func itemSize[M any]() int { return int(unsafe.Sizeof(item[M]{})) }

// used is what the records take up: the limit of a trace is about that.
func (b *Batch[M]) used() int {
	return b.Len()*itemSize[M]() + len(b.lines) - b.start + b.extra
}

// reserved is the memory that the batch has, used or not: the limit of all is about that.
func (b *Batch[M]) reserved() int {
	return cap(b.items)*itemSize[M]() + cap(b.lines) + b.extra
}

// add appends a record. The batch grows to no more than limit bytes, for which it has to
// have room.
func (b *Batch[M]) add(meta *M, lines [][]byte, extra, limit int) {
	bytes := linesSize(lines)
	if len(b.items) == cap(b.items) || len(b.lines)+bytes > cap(b.lines) {
		b.grow(bytes, limit)
	}
	b.items = append(b.items, item[M]{*meta, bytes, extra})
	b.extra += extra
	for _, l := range lines {
		b.lines = append(binary.NativeEndian.AppendUint32(b.lines, uint32(len(l))), l...)
	}
}

// grow makes room for one more record: at the front, if much of it is empty, else at the end.
func (b *Batch[M]) grow(bytes, limit int) {
	if b.first > 0 {
		b.items = slices.Delete(b.items, 0, b.first) // clears what is behind
		b.lines = append(b.lines[:0], b.lines[b.start:]...)
		b.first, b.start = 0, 0
	}
	if len(b.items) == cap(b.items) {
		b.items = enlarge(b.items, 1, limit/itemSize[M]())
	}
	if len(b.lines)+bytes > cap(b.lines) {
		b.lines = enlarge(b.lines, bytes, limit)
	}
}

// enlarge doubles the capacity of s, and sees to it that n more fit: up to most,
// but for n. append would grow beyond what a trace can ever use. What the allocator
// gives on top of that is part of the capacity.
func enlarge[E any](s []E, n, most int) []E {
	size := max(min(2*cap(s), most), len(s)+n)
	return append(slices.Grow([]E(nil), size), s...)
}

// drop removes the n oldest records.
func (b *Batch[M]) drop(n int) {
	oldest := b.items[b.first : b.first+n]
	for i := range oldest {
		b.start += oldest[i].bytes
		b.extra -= oldest[i].extra
	}
	clear(oldest)
	b.first += n
}

// oldest is how many records have to go so that the rest uses no more than size bytes.
func (b *Batch[M]) oldest(size int) int {
	used, n := b.used(), 0
	for ; used > size && n < b.Len(); n++ {
		it := &b.items[b.first+n]
		used -= itemSize[M]() + it.bytes + it.extra
	}
	return n
}

// clear removes all records. The memory stays, unless it is large.
func (b *Batch[M]) clear() {
	clear(b.items)
	*b = Batch[M]{items: b.items[:0], lines: b.lines[:0]}
	if cap(b.lines) > maxSpare {
		b.lines = nil
	}
	if cap(b.items)*itemSize[M]() > maxSpare {
		b.items = nil
	}
}

// maxSpare is how much memory of a kind a trace that has ended leaves to the next.
const maxSpare = 16 << 10
