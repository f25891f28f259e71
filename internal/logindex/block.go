package logindex

import (
	"bytes"
	"hash/maphash"
	"math"
	"math/bits"

	"github.com/spanlog/spanlog/internal/logline"
)

const (
	// blockSize and blockLines are when a block is full. It is closed before the next
	// record, so that the lines of a stack trace stay with theirs.
	blockSize  = 128 << 10
	blockLines = 4096
	// blockSlack is how many times larger a block gets for the sake of that.
	blockSlack = 8
	// maxBlocks is how many blocks a log may have: a posting has room for their number.
	maxBlocks = 1 << blockBits
)

// A block is some lines of one file that follow each other.
type block struct {
	file   *file
	offset int64 // of the first line, in the decoded file
	size   int32 // up to the end of the last line, without its newline
	lines  int32
	sum    uint64
	before int64 // how much of the log is before it
	// single is a block of one line that is torn, and may have any bytes.
	single bool

	// at and atEnd are the merger's time before the block and at its end.
	at, atEnd int64
	// The first of the times is without records that have none; the last is 0 then.
	first, last int64
	level       int32 // the highest, or noLevel
	// owner is the block with the record to which the first lines belong, or -1.
	owner int32
}

const noLevel = math.MinInt32

func newBlock(f *file, offset, before, at int64) block {
	return block{file: f, offset: offset, before: before, at: at, atEnd: at, first: math.MaxInt64, last: math.MinInt64, level: noLevel, owner: -1}
}

// add takes in a line's place and text.
func (b *block) add(offset int64, text []byte) {
	b.size = int32(offset + int64(len(text)) - b.offset)
	b.lines++
	b.sum = addSum(b.sum, text)
}

// addHead takes in what of a line can be asked for.
func (b *block) addHead(h *logline.Head) {
	if h.Time != 0 {
		b.first = min(b.first, h.Time)
	}
	b.last = max(b.last, h.Time)
	if h.HasLevel {
		b.level = max(b.level, clampLevel(h.Level))
	}
}

// full reports whether the block is to be closed before a line.
func (b *block) full(text []byte, continued bool, most int) bool {
	size, lines := int(b.size)+len(text), int(b.lines)+1
	if continued {
		size, lines = size/blockSlack, lines/blockSlack
	}
	return size > most || lines > blockLines
}

// seed makes sums that nobody can foresee, so that no file can be made to pass for
// another one.
var seed = maphash.MakeSeed()

func addSum(sum uint64, text []byte) uint64 {
	const odd = 0x9E3779B97F4A7C15 // 2^64 by the golden ratio
	return (bits.RotateLeft64(sum, 29) ^ maphash.Bytes(seed, text)) * odd
}

// each calls do with the lines in raw, which was read from where the block is.
func (b *block) each(raw []byte, do func(n int, offset int64, text []byte)) {
	offset := b.offset
	if b.single {
		do(0, offset, raw)
		return
	}
	for n := 0; ; n++ {
		i := bytes.IndexByte(raw, '\n')
		if i < 0 {
			do(n, offset, raw) // its end is known
			return
		}
		text := raw[:i]
		if i > 0 && raw[i-1] == '\r' {
			text = raw[:i-1]
		}
		do(n, offset, text)
		raw, offset = raw[i+1:], offset+int64(i)+1
	}
}

// is reports whether what was read is the block.
func (b *block) is(raw []byte) bool {
	lines, sum := int32(0), uint64(0)
	b.each(raw, func(_ int, _ int64, text []byte) {
		lines++
		sum = addSum(sum, text)
	})
	return lines == b.lines && sum == b.sum
}
