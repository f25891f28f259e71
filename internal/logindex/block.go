package logindex

// Blocks: what the index knows of a log, in pieces. A block is small enough to be read and
// judged at once, and large enough that what is known of it takes little memory: some 90
// bytes for 128 KiB of log, and its postings.

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
	// blockSlack is how many times larger a block gets for the sake of that. Beyond it,
	// the lines go on in a block that has an owner.
	blockSlack = 8
	// maxBlocks is how many blocks a log may have: a posting has room for their number.
	// With blocks of the usual size that is 2 TiB.
	maxBlocks = 1 << blockBits
)

// A block is some lines of one file that follow each other, without a gap: so they can be
// read by offset and size alone. It is known by its number, its index among its log's blocks.
// The indexer's own is written to; what others see is a copy, and does not change.
type block struct {
	file   *file
	offset int64 // of the first line, in the decoded file
	size   int32 // up to the end of the last line, without its newline
	lines  int32 // 0: it is none
	sum    uint64
	before int64 // how many bytes of the log are before it, as [Counts] count them
	// torn is a block of one line that is not whole. Nothing follows it in the block, since
	// there is no newline behind it that would tell the two apart.
	torn bool

	// at and atEnd are the merger's time before the block and at its end. No line in it is
	// outside of the two, so a block need not be read while other logs have lines before it.
	at, atEnd int64
	// The times of records. The first is without those that have none, MaxInt64 if that is
	// all; the last is 0 if only such are there.
	first, last int64
	level       int32 // the highest, or noLevel
	// owner is the block with the record to which the first lines belong, or -1. That is
	// where one has to begin reading to know whether they are wanted. What is known of the
	// record (times, level) counts in this block, too.
	owner int32
}

// noLevel is below all levels, so that max works. clampLevel keeps others from it.
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

// addHead takes in what of a record can be asked for without reading it: see wantsBlock.
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
// another one. It is the process's own: an index is never stored.
var seed = maphash.MakeSeed()

// addSum adds a line to a block's checksum. It is of lines rather than of all bytes, because
// the indexer gets no more than that of a file: newlines and carriage returns are gone. The
// order of the lines counts.
func addSum(sum uint64, text []byte) uint64 {
	const odd = 0x9E3779B97F4A7C15 // 2^64 by the golden ratio
	return (bits.RotateLeft64(sum, 29) ^ maphash.Bytes(seed, text)) * odd
}

// each calls do with the lines in raw, which was read from where the block is. It has to cut
// lines as package logsource does, or the sums would differ.
func (b *block) each(raw []byte, do func(n int, offset int64, text []byte)) {
	offset := b.offset
	for n := 0; ; n++ {
		i := bytes.IndexByte(raw, '\n')
		if i < 0 {
			do(n, offset, raw) // the block ends with its text, so a carriage return here is in it
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
