package journal

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/race"
)

// TestDamagedSlots says what the checkpoints promise when one of them is damaged.
func TestDamagedSlots(t *testing.T) {
	for _, tt := range []struct {
		name string
		fill func(f *filler)
		// What is found with all whole, with a bit of the newest one flipped, with
		// one of the other flipped, and with both.
		whole, newest, other, both string
	}{
		// An older checkpoint without an intent has all that the newest has, and more.
		{"an intent", func(f *filler) { f.add(30, 40, 50, 60, 70).begin(2) },
			"[1 2] 3 4 5", "1 2 3 4 5 again", "[1 2] 3 4 5 again", "1 2 3 4 5 again"},
		// The older one has the intent still, and the log tells that it has come about.
		{"an intent done", func(f *filler) { f.add(30, 40, 50, 60, 70).begin(2).done(2) },
			"3 4 5", "[1 2] 3 4 5 again", "3 4 5 again", "1 2 3 4 5 again"},
		{"an intent done, another one begun", func(f *filler) { f.add(30, 40, 50, 60, 70).begin(2).done(2).begin(1) },
			"[3] 4 5", "3 4 5 again", "[3] 4 5 again", "1 2 3 4 5 again"},
		{"an intent done in part", func(f *filler) { f.add(30, 40, 50, 60, 70).begin(2).done(1) },
			"2 3 4 5", "[1 2] 3 4 5 again", "2 3 4 5 again", "1 2 3 4 5 again"},
		{"all done", func(f *filler) { f.add(30, 40).drain() },
			"", "[1 2] again", "again", "1 2 again"},
		{"around the end", func(f *filler) { f.to(MinCapacity-72).add(30, 40, 50).begin(2) }, // behind 63 lines
			"[64 65] 66", "64 65 66 again", "[64 65] 66 again", numbers(2, 66) + " again"},
		// The room of what was done is taken, but the lines in it were in the log.
		{"an intent done, its room taken", func(f *filler) {
			f.add(20_000, 20_000, 20_000).begin(2).done(2).add(30_000)
		}, "3 4", "[-2] 3 4 again", "3 4 again", "3 4 again"},
	} {
		j, s := newJournal(t, MinCapacity), newScratch(t)
		f := fill(t, j)
		tt.fill(f)
		b := fileBytes(t, j)
		assert.Equal(t, tt.name, s.describe(t, b), tt.whole)
		newest, other := j.slot, slotAt+slotCopyAt-j.slot
		// Every bit has its turn in TestEveryBitOfTheHeader.
		for bit := 0; bit < slotSize*8; bit += 7 {
			with := func(slots ...int) string {
				for _, at := range slots {
					b[at+bit/8] ^= 1 << (bit % 8)
				}
				defer func() {
					for _, at := range slots {
						b[at+bit/8] ^= 1 << (bit % 8)
					}
				}()
				return s.describe(t, b)
			}
			assert.Equal(t, fmt.Sprintf("%s, bit %d of the newest", tt.name, bit), with(newest), tt.newest)
			assert.Equal(t, fmt.Sprintf("%s, bit %d of the other", tt.name, bit), with(other), tt.other)
			assert.Equal(t, fmt.Sprintf("%s, bit %d of both", tt.name, bit), with(newest, other), tt.both)
		}
		// One whose check word is 0 is one that was being written, and no damage.
		order.PutUint64(b[newest:], 0)
		assert.Equal(t, tt.name+", the newest half written", s.describe(t, b), strings.TrimSuffix(tt.newest, " again"))
	}
}

// TestEveryBitOfTheHeader flips each bit of the first page. Only in the two
// checkpoints does it matter, which TestDamagedSlots is about.
func TestEveryBitOfTheHeader(t *testing.T) {
	s := newScratch(t)
	f := fill(t, newJournal(t, MinCapacity)).add(30, 40, 50, 60, 70).begin(2)
	b := fileBytes(t, f.j)
	_, _, err := s.load(t, b)
	assert.NoError(t, err)
	stride := 1
	if race.Enabled {
		stride = 13
	}
	for bit := 0; bit < headerSize*8; bit += stride {
		at, flipped := bit/8, b[bit/8]^1<<(bit%8)
		want := f.want()
		switch {
		case at >= f.j.slot && at < f.j.slot+slotSize:
			want = "1 2 3 4 5 again"
		case at >= slotAt && at < slotAt+slotSize || at >= slotCopyAt && at < slotCopyAt+slotSize:
			want += " again"
		}
		_, err := s.j.file.WriteAt([]byte{flipped}, int64(at))
		assert.NoError(t, err)
		_, p, err := s.again()
		assert.Equal(t, fmt.Sprintf("bit %d of byte %d", bit%8, at), describe(p, err), want)
		_, err = s.j.file.WriteAt(b[at:at+1], int64(at))
		assert.NoError(t, err)
	}
	// With both copies of the header damaged there is nothing to go by.
	for bit := range staticHeaderSize * 8 {
		damaged := bytes.Clone(b)
		damaged[headerAt+bit/8] ^= 1 << (bit % 8)
		damaged[headerCopyAt+(bit+77)%256/8] ^= 1 << (bit % 8)
		assert.Equal(t, fmt.Sprintf("bit %d of both headers", bit), s.describe(t, damaged), "damaged")
	}
}

// TestEveryBitOfTheRing flips each bit of some records, and ones elsewhere. The
// record that has it is lost and counted, and nothing else happens.
func TestEveryBitOfTheRing(t *testing.T) {
	f, _ := stale(t)
	f.to(MinCapacity-104).add(30, 31, 0, 33, 40) // around the end
	n := f.next - 5
	s := newScratch(t)
	b := fileBytes(t, f.j)
	assert.Equal(t, "whole", s.describe(t, b), f.want())

	// What each byte of the ring belongs to: a line, the word behind, or nothing.
	const behind = -1
	owner := make([]int, MinCapacity)
	for i, l := range f.lines {
		for k := range recordHeader + len(l) {
			owner[(f.places[n+i-1]+k)%MinCapacity] = n + i
		}
	}
	for k := range wordSize {
		owner[f.j.place+k] = behind
	}
	check := func(bit int) {
		t.Helper()
		b[headerSize+bit/8] ^= 1 << (bit % 8)
		defer func() { b[headerSize+bit/8] ^= 1 << (bit % 8) }()
		var want []string
		for i := range 5 {
			if n+i != owner[bit/8] {
				want = append(want, strconv.Itoa(n+i))
			}
		}
		if owner[bit/8] != 0 {
			want = append(want, "-1") // behind the last there may be a record, for all that is known
		}
		assert.Equal(t, fmt.Sprintf("bit %d of byte %d, of %d", bit%8, bit/8, owner[bit/8]), s.describe(t, b), strings.Join(want, " "))
	}
	stride, random := 1, 2000
	if race.Enabled {
		stride, random = 7, 200
	}
	for bit := 0; bit < len(owner)*8; bit += stride {
		if owner[bit/8] != 0 {
			check(bit)
		}
	}
	r := rand.New(rand.NewPCG(17, 19))
	for range random {
		check(r.IntN(MinCapacity * 8))
	}
}

// TestKilledInRecoveryOfDamage writes what is left in a damaged journal line by
// line, and dies after each step, or does not. Every line that is whole is
// written, once.
func TestKilledInRecoveryOfDamage(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fill   func(f *filler)
		damage []int // the bytes
		lines  []int // how they are hit: the commit words of these lines
		want   string
	}{
		{"both checkpoints", func(f *filler) { f.add(30, 40, 50).begin(1) },
			[]int{slotAt, slotCopyAt}, nil, "1 2 3"},
		{"both checkpoints, numbers beyond a lap of the least records", func(f *filler) {
			for range 5000 {
				f.add(48).drain()
			}
			f.add(50_000, 40, 50).begin(1)
		}, []int{slotAt, slotCopyAt}, nil, "LAP"},
		{"the first of an intent", func(f *filler) { f.add(30, 40, 50, 60, 70, 80).begin(3) }, nil, []int{1}, "2 3 4 5 6"},
		{"the last of an intent", func(f *filler) { f.add(30, 40, 50, 60, 70, 80).begin(3) }, nil, []int{3}, "1 2 4 5 6"},
		{"the last two of an intent", func(f *filler) { f.add(30, 40, 50, 60, 70, 80).begin(3) }, nil, []int{2, 3}, "1 4 5 6"},
		{"all of an intent", func(f *filler) { f.add(30, 40, 50, 60, 70, 80).begin(3) }, nil, []int{1, 2, 3}, "4 5 6"},
		{"around an intent's end", func(f *filler) { f.add(30, 40, 50, 60, 70, 80).begin(3) }, nil, []int{3, 4}, "1 2 5 6"},
		{"in the middle of the rest", func(f *filler) { f.add(30, 40, 50, 60, 70, 80) }, nil, []int{3, 5}, "1 2 4 6"},
		{"the end of the rest", func(f *filler) { f.add(30, 40, 50, 60, 70, 80) }, nil, []int{1, 6}, "2 3 4 5"},
	} {
		for _, dies := range []bool{true, false} {
			j := newJournal(t, MinCapacity)
			f := fill(t, j)
			tt.fill(f)
			b := fileBytes(t, j)
			for _, at := range tt.damage {
				b[at] ^= 1
			}
			for _, n := range tt.lines {
				b[f.place(n)] ^= 1
			}
			_, err := j.file.WriteAt(b, 0)
			assert.NoError(t, err)
			lines := recoverDamaged(t, fmt.Sprintf("%s, dies %t", tt.name, dies), j, dies)
			if got := strings.Join(lines, " "); tt.want != "LAP" {
				assert.Equal(t, tt.name, got, tt.want)
			} else if len(lines) < 100 || !strings.HasSuffix(got, " 5001 5002 5003") {
				t.Fatalf("%s: got %s", tt.name, got)
			}
		}
	}
}

// recoverDamaged writes what is left line by line, in one process or in one for
// each step, and returns the lines.
func recoverDamaged(t *testing.T, what string, j *Journal, dies bool) (written []string) {
	t.Helper()
	s := newScratch(t)
	j, p := reopen(t, j)
	defer func() { drop(j) }()
	left := append(p.Begun, p.Rest...)
	var names []string
	for _, r := range left {
		names = append(names, strconv.Itoa(number(r.Line)))
	}
	// look demands that the next process finds what is left, and lets it be the
	// next one.
	look := func(step string) *Pending {
		t.Helper()
		_, next, err := s.load(t, fileBytes(t, j))
		assert.NoError(t, err)
		var found []string
		for _, r := range append(next.Begun, next.Rest...) {
			found = append(found, strconv.Itoa(number(r.Line)))
		}
		assert.Equal(t, what+": "+step, strings.Join(found, " "), strings.Join(names[len(written):], " "))
		if dies {
			j, next = reopen(t, j)
			left = append(next.Begun, next.Rest...)
		}
		return next
	}
	if p.Intent != nil && len(p.Begun) == 0 {
		assert.NoError(t, j.Done(p.BegunSize, p.BegunNumbers)) // there is nothing of it to write
		look("nothing begun")
	}
	for len(left) > 0 {
		r := left[0]
		assert.NoError(t, j.Begin(Intent{Records: r.Numbers, Length: int64(len(r.Line)), Sum: Checksum(r.Line)}, r.Size))
		if begun := look("begun"); string(begun.Content()) != string(r.Line) {
			t.Fatalf("%s: %.40q is begun, but its content is %.40q", what, r.Line, begun.Content())
		}
		assert.NoError(t, j.Done(r.Size, r.Numbers))
		written = append(written, strconv.Itoa(number(r.Line)))
		left = left[1:]
		look("done")
	}
	return written
}

// TestSparseDamage sets a bit in every 31st byte, from a random one on, over and
// over, as disks and memories do not, but as journald is tested.
func TestSparseDamage(t *testing.T) {
	for _, tt := range []struct {
		name string
		from int // what is before is not damaged
	}{
		{"the whole file", 0},
		{"the ring", headerSize},
	} {
		f, n := stale(t)
		f.begin(2)
		s := newScratch(t)
		r := rand.New(rand.NewPCG(23, 29))
		for round := range 100 {
			b := fileBytes(t, f.j)
			for i := tt.from + r.IntN(31); i < len(b); i += 31 {
				b[i] |= 1 << r.IntN(8)
			}
			checkDamaged(t, fmt.Sprintf("%s, round %d", tt.name, round), s, b, n, n+4, tt.from > 0)
		}
	}
}

// TestDenseDamage overwrites parts of the file, and demands as little as
// TestSparseDamage.
func TestDenseDamage(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 37))
	s := newScratch(t)
	for round := range 40 {
		f := fill(t, newJournal(t, MinCapacity))
		for range 200 {
			f.add(r.IntN(500)).drain()
		}
		first := f.next
		for range 100 {
			f.add(r.IntN(500))
		}
		clean := fileBytes(t, f.j)
		for range 20 {
			b := bytes.Clone(clean)
			for range 1 + r.IntN(4) {
				at := r.IntN(len(b))
				part := b[at:min(at+1+r.IntN(3000), len(b))]
				switch r.IntN(4) {
				case 0:
					clear(part)
				case 1:
					copy(part, bytes.Repeat([]byte{0xFF}, len(part)))
				case 2:
					for i := range part {
						part[i] = byte(r.Uint32())
					}
				case 3:
					from := headerSize + r.IntN(len(b)-headerSize)
					copy(part, b[from:])
				}
			}
			header := bytes.Equal(b[:headerSize], clean[:headerSize])
			checkDamaged(t, fmt.Sprintf("round %d", round), s, b, first, f.next-1, header)
		}
	}
}

// checkDamaged demands of a damaged journal what holds whatever is damaged: no
// panic, no record that was not appended, none twice or out of order. If its
// header page is whole, then also none that is in the log, and where a number is
// missing before another, that is counted.
func checkDamaged(t *testing.T, what string, s scratch, b []byte, first, last int, header bool) {
	t.Helper()
	_, p, err := s.load(t, b)
	got := describe(p, err)
	if got == "damaged" && !header {
		return
	}
	assert.NoError(t, err)
	before, lost := 0, p.BegunLost+p.Lost
	for i, r := range append(p.Begun, p.Rest...) {
		n := number(r.Line)
		switch {
		case n == 0:
			t.Fatalf("%s: %s: line %d was never appended: %.40q", what, got, i, r.Line)
		case n <= before:
			t.Fatalf("%s: %s: line %d comes after %d", what, got, n, before)
		case header && (n < first || n > last):
			t.Fatalf("%s: %s: line %d is not pending", what, got, n)
		case header && i == 0:
			lost -= n - first
		case header:
			lost -= n - before - 1
		}
		before = n
	}
	if header && lost < 0 {
		t.Fatalf("%s: %s: %d more are lost than are counted", what, got, -lost)
	}
}
