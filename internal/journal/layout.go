package journal

import (
	"encoding/binary"
	"hash/crc32"
)

// The layout of a journal's file; doc.go explains it. All numbers are of 8 bytes
// in the machine's own byte order: a journal is read where it was written.
const (
	magic = "spnlogJ1"

	headerSize = 4096 // one page; the ring begins behind it

	// The static header is there twice, in case one is damaged.
	headerAt, headerCopyAt = 0, 2048

	// Checkpoints are written to these in turn.
	slotAt, slotCopyAt = 512, 1024

	// The number of the newest record is here, so that it is known how many there
	// should be even where nothing is left of them.
	newestAt = 1536

	recordHeader = 16 // a commit word, and a word of length and checksum
	wordSize     = 8

	// A commit word is the record's sequence number with this mark behind it, so
	// that no single damaged bit makes one of nothing, or nothing of one.
	commitMark, commitShift = 0xA5, 8
)

// MinCapacity and MaxCapacity bound the size of a journal's ring, in bytes. Package
// spanlog refuses a File.JournalSize beyond them. The bounds are for Load as well,
// which allocates what a header says.
const (
	MinCapacity = 64 << 10
	MaxCapacity = 1 << 30
)

var (
	order = binary.NativeEndian
	// Castagnoli's polynomial is the one that processors have an instruction for.
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

// Checksum is the checksum that intents are made with.
func Checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// RecordSize is the room that a record of n bytes takes in the ring.
func RecordSize(n int) int { return recordHeader + (n+wordSize-1)&^(wordSize-1) }

// recordSum is a record's checksum. It begins with what the record's place in
// this very journal is, so that no other bytes can pass for it: not those of an
// earlier lap, and not those that somebody has logged.
func recordSum(salt, seq uint64, payload []byte) uint32 {
	seed := salt ^ seq*0x9e3779b97f4a7c15 ^ uint64(len(payload))
	return crc32.Update(uint32(seed>>32)^uint32(seed), castagnoli, payload)
}

func commitWord(seq uint64) uint64 { return seq<<commitShift | commitMark }

// sequence is the number of a commit word, or 0.
func sequence(word uint64) uint64 {
	if word&(1<<commitShift-1) != commitMark {
		return 0
	}
	return word >> commitShift
}

// newestWord is a record's number with a check of its own.
func newestWord(seq uint64) uint64 { return seq<<16 | seq*0x9e3779b97f4a7c15>>48 }

// newest is the number of a newestWord, or 0.
func newest(word uint64) uint64 {
	if seq := word >> 16; newestWord(seq) == word {
		return seq
	}
	return 0
}

// A header says what the file is. It is written once.
type header struct {
	capacity uint64 // of the ring, in bytes
	salt     uint64 // random: ties the checksums to this journal
}

const staticHeaderSize = 4 * wordSize

func (h header) encode() (b [staticHeaderSize]byte) {
	copy(b[:], magic)
	order.PutUint64(b[8:], h.capacity)
	order.PutUint64(b[16:], h.salt)
	order.PutUint64(b[24:], uint64(Checksum(b[:24])))
	return b
}

func decodeHeader(b []byte) (h header, ok bool) {
	h = header{capacity: order.Uint64(b[8:]), salt: order.Uint64(b[16:])}
	want := h.encode()
	ok = string(b[:staticHeaderSize]) == string(want[:]) &&
		MinCapacity <= h.capacity && h.capacity <= MaxCapacity && h.capacity%wordSize == 0
	return h, ok
}

// A Target is the place in a file where the next write goes.
type Target struct {
	Device, Inode uint64
	Offset        int64
	// Before is the checksum of the BeforeLength bytes before Offset. Device and
	// inode are not enough: a file system gives the inode of a deleted file to
	// the next one at once.
	Before       uint32
	BeforeLength int64
}

// An Intent says what is about to be written, and where.
type Intent struct {
	Target
	// Records is how many records from the oldest on are written, or 0 for a
	// record that is too long for the ring and is written past it.
	Records int
	Length  int64  // of what is written
	Sum     uint32 // of what is written
}

// A checkpoint says which records are in the log, and with an intent, which are
// perhaps. The newest one counts.
type checkpoint struct {
	generation uint64
	pos        uint64 // of the oldest record that is not known to be in the log
	seq        uint64 // its number
	end        uint64 // with an intent of records: the position behind them
	hasIntent  bool
	intent     Intent
}

// slotSize is a check word and the checkpoint's fields.
const slotSize = 13 * wordSize

func (c *checkpoint) encode(b *[slotSize]byte, salt uint64) {
	flag := uint64(0)
	if c.hasIntent {
		flag = 1
	}
	for i, v := range [...]uint64{
		c.generation, c.pos, c.seq, c.end, flag,
		c.intent.Device, c.intent.Inode, uint64(c.intent.Offset),
		uint64(c.intent.Before), uint64(c.intent.BeforeLength),
		uint64(c.intent.Records)<<32 | uint64(c.intent.Sum), uint64(c.intent.Length),
	} {
		order.PutUint64(b[(i+1)*wordSize:], v)
	}
	order.PutUint64(b[:], slotCheck(salt, b[wordSize:]))
}

// slotCheck is a checkpoint's check word. It is never 0, which is an empty slot.
func slotCheck(salt uint64, fields []byte) uint64 {
	return uint64(recordSum(salt, 0, fields)) | 1<<63
}

func decodeCheckpoint(b []byte, salt uint64) (c checkpoint, ok bool) {
	if order.Uint64(b) != slotCheck(salt, b[wordSize:slotSize]) {
		return c, false
	}
	field := func(i int) uint64 { return order.Uint64(b[i*wordSize:]) }
	c = checkpoint{
		generation: field(1), pos: field(2), seq: field(3), end: field(4), hasIntent: field(5) == 1,
		intent: Intent{
			Target: Target{
				Device: field(6), Inode: field(7), Offset: int64(field(8)),
				Before: uint32(field(9)), BeforeLength: int64(field(10)),
			},
			Records: int(field(11) >> 32), Sum: uint32(field(11)), Length: int64(field(12)),
		},
	}
	// The checksum holds, so these were written by us; what is then computed with
	// them must still not run astray.
	ok = c.seq != 0 && c.pos%wordSize == 0 && c.end%wordSize == 0 && c.end >= c.pos &&
		c.intent.Offset >= 0 && c.intent.Length >= 0 &&
		0 <= c.intent.BeforeLength && c.intent.BeforeLength <= min(c.intent.Offset, BeforeMax)
	return c, ok
}

// BeforeMax is how many bytes before its offset an intent has the checksum of.
const BeforeMax = 4096
