package journal

import (
	"bytes"
	"errors"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
)

// memoryJournal is a journal that is not in a file, with a salt that is always
// the same.
func memoryJournal() *Journal {
	mem := make([]byte, headerSize+MinCapacity)
	j := &Journal{
		header: header{capacity: MinCapacity, salt: 0x0123456789abcdef}, mem: mem, ring: mem[headerSize:],
		nextSeq: 1, slot: slotAt,
	}
	if err := j.begin(); err != nil {
		panic(err)
	}
	return j
}

// fuzzBase is the file of a journal in its second lap, with an intent and more
// records around the end of the ring.
func fuzzBase(t assert.T) []byte {
	j := memoryJournal()
	fill(t, j).to(0).add(9000, 9000).to(MinCapacity-160).add(30, 40, 50, 0, 60, 400).begin(2)
	return j.mem
}

// edit changes some bytes: four bytes for each say where, and what is flipped.
func edit(b, edits []byte) {
	for ; len(edits) >= 4 && len(b) > 0; edits = edits[4:] {
		at := int(edits[0])<<16 | int(edits[1])<<8 | int(edits[2])
		b[at%len(b)] ^= edits[3]
	}
}

// What seal makes good after an edit. No input would get through the checksums by
// luck, and what is behind them must be safe, too.
const (
	sealHeader = 1 << iota
	sealSlots
	sealRecords
	sealCopy // the second slot is like the first, but older
)

func seal(b []byte, what byte) {
	if len(b) < headerSize {
		return
	}
	salt := order.Uint64(b[headerAt+16:])
	if what&sealHeader != 0 {
		h := header{capacity: MinCapacity, salt: salt}.encode()
		copy(b[headerAt:], h[:])
	}
	if what&sealCopy != 0 {
		copy(b[slotCopyAt:][:slotSize], b[slotAt:][:slotSize])
		order.PutUint64(b[slotCopyAt+wordSize:], order.Uint64(b[slotAt+wordSize:])-1)
	}
	for _, at := range []int{slotAt, slotCopyAt} {
		slot := b[at:][:slotSize]
		if what&sealSlots != 0 {
			order.PutUint64(slot, slotCheck(salt, slot[wordSize:]))
		}
		c, ok := decodeCheckpoint(slot, salt)
		if what&sealRecords == 0 || !ok {
			continue
		}
		sealRing(b[headerSize:], salt, c.pos, c.seq)
	}
}

// sealRing gives the next records their numbers and sums, whatever lengths they
// have.
func sealRing(ring []byte, salt, pos, seq uint64) {
	for range 8 {
		at := pos % MinCapacity
		if at+recordHeader > uint64(len(ring)) {
			return
		}
		n := order.Uint64(ring[at+wordSize:]) >> 32 % (MinCapacity / 2)
		if at+recordHeader+n > uint64(len(ring)) {
			return
		}
		payload := ring[at+recordHeader:][:n]
		order.PutUint64(ring[at:], commitWord(seq))
		order.PutUint64(ring[at+wordSize:], n<<32|uint64(recordSum(salt, seq, payload)))
		pos, seq = pos+uint64(RecordSize(int(n))), seq+1
	}
}

// FuzzLoad loads arbitrary bytes, or if there are none, a good journal. Then it is
// cut off or made longer to a size, if that is not 0, edited, and sealed again.
func FuzzLoad(f *testing.F) {
	base := fuzzBase(f)
	s := newScratch(f)
	f.Fuzz(func(t *testing.T, file, edits []byte, size uint32, what byte) {
		if len(file) == 0 {
			file = base
		}
		b := make([]byte, len(file))
		if size != 0 {
			b = make([]byte, size%(3*MinCapacity))
		}
		copy(b, file)
		edit(b, edits)
		seal(b, what)
		// A checkpoint or record that was never written may say anything, such as
		// that two records have the same place.
		checkLoad(t, s, b, what&(sealSlots|sealRecords|sealCopy) == 0)
	})
}

// checkLoad demands what holds for any bytes, and if they are honest, which means
// that each checksum is of something that was written, more than that.
func checkLoad(t *testing.T, s scratch, b []byte, honest bool) {
	j, p, err := s.load(t, b)
	if err != nil {
		if !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
		return
	}
	_, again, err := s.again()
	assert.Equal(t, "loaded again", describe(again, err), describe(p, nil))
	if !bytes.Equal(fileBytes(t, s.j), b) {
		t.Fatal("Load has changed the file")
	}
	if p.Lost < 0 || p.BegunLost < 0 || p.Intent == nil && p.Begun != nil {
		t.Fatalf("%d and %d lost, %d begun", p.Lost, p.BegunLost, len(p.Begun))
	}
	all := append(p.Begun, p.Rest...)
	for _, r := range all {
		if RecordSize(len(r.Line)) > int(j.header.capacity)-wordSize || r.Numbers <= 0 {
			t.Fatalf("a record has %d bytes and %d numbers", len(r.Line), r.Numbers)
		}
	}
	if p.Intent != nil {
		_ = p.Content()
	}
	if honest && j.header.capacity != 0 {
		writeAll(t, s, j, p, all)
	}
}

// writeAll notes all records as begun and done, and demands that none is found any
// more.
func writeAll(t *testing.T, s scratch, j *Journal, p *Pending, all []Record) {
	if p.Intent != nil && len(p.Begun) == 0 {
		assert.NoError(t, j.Done(p.BegunSize, p.BegunNumbers))
	}
	size, numbers := 0, 0
	for _, r := range all {
		size, numbers = size+r.Size, numbers+r.Numbers
	}
	assert.NoError(t, j.Begin(Intent{Records: numbers}, size))
	_, begun, err := s.again()
	assert.NoError(t, err)
	if begun.Intent == nil || begun.BegunSize != size || begun.BegunNumbers != numbers || len(begun.Begun) != len(all) || len(begun.Rest) > 0 {
		t.Fatalf("%d records of %d bytes and %d numbers are begun, and found are\n%s\n%+v", len(all), size, numbers, describe(begun, nil), begun.Intent)
	}
	for i, r := range begun.Begun {
		if !bytes.Equal(r.Line, all[i].Line) {
			t.Fatalf("record %d is %.40q, and then %.40q", i, all[i].Line, r.Line)
		}
	}
	assert.NoError(t, j.Done(size, numbers))
	_, done, err := s.again()
	assert.NoError(t, err)
	if done.Intent != nil || len(done.Rest) > 0 {
		t.Fatalf("all is done, and found are %s", describe(done, nil))
	}
}
