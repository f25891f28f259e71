package journal

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestEarlierLaps shows that what an earlier lap left never comes back, wherever
// the ring's beginning and end are, and however much of it there is.
func TestEarlierLaps(t *testing.T) {
	j, s := newJournal(t, MinCapacity), newScratch(t)
	f := fill(t, j)
	for i := range 600 {
		f.add(100+i%5*400, 30+i%7) // their boundaries are others in each lap
		switch i % 3 {
		case 1:
			f.begin(len(f.lines) - 1).done(len(f.lines) - 1)
		case 2:
			f.begin(len(f.lines) / 2)
		}
		assert.Equal(t, fmt.Sprintf("after %d bytes", j.head), s.describe(t, fileBytes(t, j)), f.want())
		if f.begun > 0 {
			f.done(f.begun)
		}
	}
	if j.head < 5*MinCapacity {
		t.Fatalf("only %d bytes", j.head)
	}
}

// stale is a journal whose ring is full of an earlier lap's records, which are
// drained. The lines last to last+4 are pending; behind them, the one that was
// last-63 begins.
func stale(t *testing.T) (f *filler, last int) {
	t.Helper()
	f = fill(t, newJournal(t, MinCapacity))
	for range 2 * 64 {
		f.add(MinCapacity/64 - recordHeader).drain()
	}
	last = f.next
	for range 5 {
		f.add(MinCapacity/64 - recordHeader)
	}
	return f, last
}

// TestDamageBeforeEarlierLap damages what keeps the reader from an earlier lap,
// or from its own last records.
func TestDamageBeforeEarlierLap(t *testing.T) {
	f, n := stale(t)
	s := newScratch(t)
	put := func(b []byte, at int, word uint64) { order.PutUint64(b[at:], word) }
	for _, tt := range []struct {
		name   string
		damage func(b []byte)
		want   string
	}{
		{"nothing", func([]byte) {}, numbers(n, n+4)},
		{"the word behind the last is the one of the lap before", func(b []byte) {
			put(b, f.place(n-59), commitWord(uint64(n-59)))
		}, numbers(n, n+4) + " -1"},
		{"the word behind the last has the next number", func(b []byte) {
			put(b, f.place(n-59), commitWord(uint64(n+5)))
		}, numbers(n, n+4) + " -1"},
		{"the last one's commit word is garbage", func(b []byte) {
			put(b, f.place(n+4), 0x1234567)
		}, numbers(n, n+3) + " -1"},
		{"the last one's commit word is that of the lap before", func(b []byte) {
			put(b, f.place(n+4), commitWord(uint64(n-60)))
		}, numbers(n, n+3) + " -1"},
		{"one in the middle has no commit word", func(b []byte) {
			put(b, f.place(n+2), 0)
		}, fmt.Sprint(n, n+1, n+3, n+4, -1)},
		{"the first has no commit word", func(b []byte) {
			put(b, f.place(n), 0)
		}, numbers(n+1, n+4) + " -1"},
		{"all have none", func(b []byte) {
			for i := range 5 {
				put(b, f.place(n+i), 0)
			}
		}, "-5"}, // which the number of the newest tells
		{"all have none, and the number of the newest is damaged", func(b []byte) {
			for i := range 5 {
				put(b, f.place(n+i), 0)
			}
			b[newestAt+3] ^= 0x40
		}, ""}, // which nothing can tell
		{"the number of the newest is damaged", func(b []byte) { b[newestAt] ^= 1 }, numbers(n, n+4)},
		{"the number of the newest is absurd", func(b []byte) { put(b, newestAt, newestWord(1<<40)) }, numbers(n, n+4)},
		{"the number of the newest is not there yet", func(b []byte) { put(b, newestAt, newestWord(uint64(n+3))) }, numbers(n, n+4)},
		{"there is no number of the newest", func(b []byte) { put(b, newestAt, 0) }, numbers(n, n+4)},
		{"the first three are garbage", func(b []byte) {
			for i := range b[f.place(n):f.place(n+3)] {
				b[f.place(n)+i] = 0xA5
			}
		}, fmt.Sprint(n+3, n+4, -3)},
		{"one has the length of the ring", func(b []byte) {
			put(b, f.place(n+1)+wordSize, MinCapacity<<32)
		}, fmt.Sprint(n, n+2, n+3, n+4, -1)},
		{"one has a length beyond all memory", func(b []byte) {
			put(b, f.place(n+1)+wordSize, 1<<64-1)
		}, fmt.Sprint(n, n+2, n+3, n+4, -1)},
		{"two have changed places", func(b []byte) {
			size := f.place(n+2) - f.place(n+1)
			one := bytes.Clone(b[f.place(n+1):][:size])
			copy(b[f.place(n+1):], b[f.place(n+2):][:size])
			copy(b[f.place(n+2):], one)
		}, fmt.Sprint(n, n+3, n+4, -2)},
		{"one is there twice, in its place and behind the last", func(b []byte) {
			size := f.place(n+2) - f.place(n+1)
			copy(b[f.place(n-59):], b[f.place(n+1):][:size])
		}, numbers(n, n+4) + " -1"},
	} {
		b := fileBytes(t, f.j)
		tt.damage(b)
		assert.Equal(t, tt.name, s.describe(t, b), tt.want)
	}
}

// TestOtherSalt gives a journal the ring of another one that has the same numbers
// at the same places.
func TestOtherSalt(t *testing.T) {
	s := newScratch(t)
	var files [2][]byte
	for i := range files {
		f := fill(t, newJournal(t, MinCapacity)).add(30, 40, 50)
		files[i] = fileBytes(t, f.j)
	}
	for i, b := range files {
		assert.Equal(t, "its own ring", s.describe(t, b), "1 2 3")
		other := append(bytes.Clone(b[:headerSize]), files[1-i][headerSize:]...)
		assert.Equal(t, "the ring of another", s.describe(t, other), "-3")
		slots := bytes.Clone(b)
		copy(slots[slotAt:headerCopyAt], files[1-i][slotAt:headerCopyAt])
		assert.Equal(t, "the checkpoint of another", s.describe(t, slots), "1 2 3 again")
	}
	// Half a ring of each, the later half of the other.
	mixed := bytes.Clone(files[0])
	f := fill(t, newJournal(t, MinCapacity)).add(30, 40, 50)
	copy(mixed[f.place(2):], files[1][f.place(2):])
	assert.Equal(t, "the other's from the second on", s.describe(t, mixed), "1 -2")
}

// forge returns a record's bytes, as somebody makes them who knows all but the
// salt, who takes one instead.
func forge(salt uint64, seq int, payload []byte) []byte {
	b := words(commitWord(uint64(seq)), uint64(len(payload))<<32|uint64(recordSum(salt, uint64(seq), payload)))
	b = append(b, payload...)
	return append(b, make([]byte, RecordSize(len(payload))-len(b))...)
}

// TestForgedRecords logs bytes that look like records, and then damages the record
// that has them, so that they are come upon when the next one is looked for.
func TestForgedRecords(t *testing.T) {
	const trap = 3 // the record with the forgery
	payload := []byte("0000:forged line\n")
	for _, tt := range []struct {
		name  string
		bytes func(salt uint64) []byte
	}{
		{"the record's own number", func(uint64) []byte { return forge(0, trap, payload) }},
		{"the next number", func(uint64) []byte { return forge(0, trap+1, payload) }},
		{"the number after the last", func(uint64) []byte { return forge(0, trap+3, payload) }},
		{"a far number", func(uint64) []byte { return forge(0, trap+1000, payload) }},
		{"another salt", func(salt uint64) []byte { return forge(salt+1, trap+1, payload) }},
		{"the sum of the payload alone", func(uint64) []byte {
			b := forge(0, trap+1, payload)
			order.PutUint64(b[wordSize:], uint64(len(payload))<<32|uint64(Checksum(payload)))
			return b
		}},
		{"the sum 0", func(uint64) []byte {
			return append(words(commitWord(trap+1), uint64(len(payload))<<32), payload...)
		}},
		{"a record without bytes", func(uint64) []byte { return forge(0, trap+1, nil) }},
		{"every number, one after the other", func(uint64) (b []byte) {
			for seq := range 500 {
				b = append(b, forge(0, seq, nil)...)
			}
			return b
		}},
		{"the longest record there is", func(uint64) []byte {
			return words(commitWord(trap+1), (MinCapacity-recordHeader-wordSize)<<32|0x12345678)
		}},
		{"a header and checkpoints", func(uint64) []byte {
			h := header{capacity: MinCapacity, salt: 1}.encode()
			return append(h[:], encoded(someCheckpoint(), 1)...)
		}},
	} {
		j, s := newJournal(t, MinCapacity), newScratch(t)
		f := fill(t, j).add(40, 40)
		// Its bytes are followed by a number that no line has.
		assert.NoError(t, j.Append(tt.bytes(j.header.salt)))
		f.next++
		f.places = append(f.places, f.j.place)
		f.add(40, 40)
		b := fileBytes(t, j)
		assert.Equal(t, tt.name, s.describe(t, b), "1 2 0 4 5")
		at := headerSize + 2*RecordSize(40)
		for _, bit := range []int{0, 7, 8, 40, 64, 96} { // of commit word, sum and length
			damaged := bytes.Clone(b)
			damaged[at+bit/8] ^= 1 << (bit % 8)
			assert.Equal(t, fmt.Sprintf("%s, bit %d flipped", tt.name, bit), s.describe(t, damaged), "1 2 4 5 -1")
		}
	}
}

// TestForgedWithSalt shows that the test above would see a record that is believed:
// who knows the salt can make one.
func TestForgedWithSalt(t *testing.T) {
	j, s := newJournal(t, MinCapacity), newScratch(t)
	assert.NoError(t, j.Append(line(1, 40)))
	assert.NoError(t, j.Append(forge(j.header.salt, 3, line(3, 40))))
	b := fileBytes(t, j)
	b[headerSize+RecordSize(40)] ^= 1
	assert.Equal(t, "with the salt", s.describe(t, b), "1 3 -1")
}
