package journal

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestRecordSize(t *testing.T) {
	for _, tt := range []struct{ n, want int }{
		{0, 16}, {1, 24}, {7, 24}, {8, 24}, {9, 32}, {16, 32}, {17, 40}, {4096, 4112},
	} {
		if got := RecordSize(tt.n); got != tt.want {
			t.Errorf("RecordSize(%d) = %d, want %d", tt.n, got, tt.want)
		}
	}
}

// TestCommitWord shows that a commit word gives its number back, and that
// neither nothing nor a number is one damaged bit away from another word that
// counts at its place.
func TestCommitWord(t *testing.T) {
	for _, seq := range []uint64{1, 2, 3, 255, 256, 1 << 20, 1<<56 - 1} {
		word := commitWord(seq)
		if got := sequence(word); got != seq {
			t.Errorf("sequence(commitWord(%d)) = %d", seq, got)
		}
		for bit := range 64 {
			if damaged := word ^ 1<<bit; damaged == 0 || sequence(damaged) == seq {
				t.Errorf("number %d with bit %d flipped is the word %#x", seq, bit, damaged)
			}
		}
	}
	for bit := range 64 {
		if got := sequence(1 << bit); got != 0 {
			t.Errorf("nothing with bit %d flipped is number %d", bit, got)
		}
	}
}

// TestRecordSum shows that a record's checksum holds for one number, one length,
// one content and one journal.
func TestRecordSum(t *testing.T) {
	const salt, seq = 0x0123456789abcdef, 10_041
	base := recordSum(salt, seq, []byte("payload"))
	for _, tt := range []struct {
		name string
		sum  uint32
	}{
		{"the next number", recordSum(salt, seq+1, []byte("payload"))},
		{"the number a lap before", recordSum(salt, seq-4096, []byte("payload"))},
		{"another salt", recordSum(salt^1, seq, []byte("payload"))},
		{"another salt, by its upper half", recordSum(salt^1<<63, seq, []byte("payload"))},
		{"a shorter payload", recordSum(salt, seq, []byte("payloa"))},
		{"a zero more", recordSum(salt, seq, []byte("payload\x00"))},
		{"a byte changed", recordSum(salt, seq, []byte("paylosd"))},
		{"the plain checksum", Checksum([]byte("payload"))},
	} {
		if tt.sum == base {
			t.Errorf("%s has the same checksum", tt.name)
		}
	}
	// With this salt, zeros would not change a checksum that does not know how many
	// they are.
	const blind = 0xffffffff << 32
	seen := map[uint32]int{}
	for n := range 64 {
		sum := recordSum(blind, 0, make([]byte, n))
		if other, ok := seen[sum]; ok {
			t.Errorf("%d zeros have the checksum of %d", n, other)
		}
		seen[sum] = n
	}
}

func TestHeader(t *testing.T) {
	for _, tt := range []struct {
		name     string
		capacity uint64
		ok       bool
	}{
		{"smallest", MinCapacity, true},
		{"largest", MaxCapacity, true},
		{"between, not a power of two", MinCapacity + 4096, true},
		{"zero", 0, false},
		{"a word too small", MinCapacity - wordSize, false},
		{"a word too large", MaxCapacity + wordSize, false},
		{"not whole words", MinCapacity + 4, false},
		{"beyond all memory", math.MaxUint64 &^ 7, false},
	} {
		want := header{capacity: tt.capacity, salt: 42}
		b := want.encode()
		if got, ok := decodeHeader(b[:]); ok != tt.ok || ok && got != want {
			t.Errorf("%s: decoded as %+v, %t", tt.name, got, ok)
		}
	}
	b := header{capacity: MinCapacity, salt: 42}.encode()
	flips(b[:], func(bit int) {
		if h, ok := decodeHeader(b[:]); ok {
			t.Errorf("with bit %d flipped it is taken for %+v", bit, h)
		}
	})
}

// flips calls f with each bit of b flipped in turn.
func flips(b []byte, f func(bit int)) {
	for bit := range len(b) * 8 {
		b[bit/8] ^= 1 << (bit % 8)
		f(bit)
		b[bit/8] ^= 1 << (bit % 8)
	}
}

// someCheckpoint has a different value in every field.
func someCheckpoint() checkpoint {
	return checkpoint{
		generation: 9, pos: 1 << 40, seq: 77, end: 1<<40 + 4096, hasIntent: true,
		intent: Intent{
			Target: Target{
				Device: math.MaxUint64, Inode: math.MaxUint64 - 1, Offset: math.MaxInt64,
				Before: math.MaxUint32, BeforeLength: BeforeMax,
			},
			Records: math.MaxInt32, Length: math.MaxInt64 - 2, Sum: math.MaxUint32 - 1,
		},
	}
}

func encoded(c checkpoint, salt uint64) []byte {
	var b [slotSize]byte
	c.encode(&b, salt)
	return b[:]
}

func TestCheckpoint(t *testing.T) {
	const salt = 0x0f1e2d3c4b5a6978
	for _, tt := range []struct {
		name   string
		change func(c *checkpoint)
		ok     bool
	}{
		{"all fields", func(*checkpoint) {}, true},
		{"the first of a journal", func(c *checkpoint) { *c = checkpoint{seq: 1} }, true},
		{"without an intent", func(c *checkpoint) { *c = checkpoint{generation: 3, pos: 64, end: 64, seq: 4} }, true},
		{"a record past the ring", func(c *checkpoint) { c.intent.Records, c.end = 0, c.pos }, true},
		{"nothing before the offset", func(c *checkpoint) { c.intent.Offset, c.intent.BeforeLength = 0, 0 }, true},
		{"number 0", func(c *checkpoint) { c.seq = 0 }, false},
		{"position within a word", func(c *checkpoint) { c.pos += 4 }, false},
		{"end within a word", func(c *checkpoint) { c.end += 4 }, false},
		{"end before the position", func(c *checkpoint) { c.end = c.pos - 8 }, false},
		{"negative offset", func(c *checkpoint) { c.intent.Offset = -1 }, false},
		{"negative length", func(c *checkpoint) { c.intent.Length = -1 }, false},
		{"negative length before", func(c *checkpoint) { c.intent.BeforeLength = -1 }, false},
		{"more before the offset than is kept", func(c *checkpoint) { c.intent.BeforeLength = BeforeMax + 1 }, false},
		{"more before the offset than there is", func(c *checkpoint) { c.intent.Offset = 9; c.intent.BeforeLength = 10 }, false},
	} {
		want := someCheckpoint()
		tt.change(&want)
		b := encoded(want, salt)
		if got, ok := decodeCheckpoint(b, salt); ok != tt.ok || ok && got != want {
			t.Errorf("%s: decoded as %+v, %t", tt.name, got, ok)
		}
		if _, ok := decodeCheckpoint(b, salt^1); ok {
			t.Errorf("%s: taken for one of another journal", tt.name)
		}
	}
	var zeros [slotSize]byte
	if c, ok := decodeCheckpoint(zeros[:], salt); ok {
		t.Errorf("an empty slot is taken for %+v", c)
	}
	b := encoded(someCheckpoint(), salt)
	flips(b, func(bit int) {
		if c, ok := decodeCheckpoint(b, salt); ok {
			t.Errorf("with bit %d flipped it is taken for %+v", bit, c)
		}
	})
}

// TestSlotCheckIsNever0 shows that a checkpoint is never taken for an empty slot,
// whatever its checksum: it is what tells one that is damaged from one that was
// being written.
func TestSlotCheckIsNever0(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		c := checkpoint{generation: r.Uint64(), pos: r.Uint64(), seq: r.Uint64()}
		if b := encoded(c, r.Uint64()); order.Uint64(b)&(1<<63) == 0 {
			t.Fatalf("%+v has the check word %#x", c, order.Uint64(b))
		}
	}
}

// TestPlaces shows that the parts of the header page do not overlap.
func TestPlaces(t *testing.T) {
	used := make([]string, headerSize)
	for _, part := range []struct {
		name     string
		at, size int
	}{
		{"header", headerAt, staticHeaderSize},
		{"copy of the header", headerCopyAt, staticHeaderSize},
		{"slot", slotAt, slotSize},
		{"other slot", slotCopyAt, slotSize},
	} {
		for i := range part.size {
			if other := used[part.at+i]; other != "" {
				t.Fatalf("byte %d is of the %s and of the %s", part.at+i, other, part.name)
			}
			used[part.at+i] = part.name
		}
	}
}
