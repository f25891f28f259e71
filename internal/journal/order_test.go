//go:build darwin || dragonfly || freebsd || linux

package journal

import (
	"bytes"
	"fmt"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestOrderOfStores takes away one page of the mapping, so that the stores before
// the first one to that page are all that an operation makes: what the file then
// has is what a process leaves that is killed there, in the order in which the
// code that runs makes its stores.
func TestOrderOfStores(t *testing.T) {
	if pageSize != headerSize {
		t.Skip("made for pages of 4 KiB")
	}
	for _, tt := range []struct {
		name string
		at   int // of the record in the ring
		size int
	}{
		{"over some pages", 3*4096 - 24, 3*4096 + 500},
		{"its commit word alone on a page", 3*4096 - 8, 2*4096 + 500},
		{"its bytes on the next page", 3*4096 - 16, 2*4096 + 500},
		{"the word behind alone on a page", 3*4096 - 16 - 400, 400},
		{"around the end", MinCapacity - 48, 3*4096 + 500},
		{"around the end, its commit word alone", MinCapacity - 8, 2*4096 + 500},
		{"around the end, the word behind alone", MinCapacity - 16 - 400, 400},
	} {
		j, s := newJournal(t, MinCapacity), newScratch(t)
		// All of the ring has been written before, and two records are pending.
		f := fill(t, j).to(32_768).to(16).to(tt.at-48).add(8, 8)
		assert.Equal(t, tt.name, fmt.Sprint(j.place), fmt.Sprint(tt.at))
		want := f.want()
		for _, part := range []struct {
			name string
			at   int // from where the record begins
		}{
			{"the commit word", 0},
			{"the length", 8},
			{"the first bytes", 16},
			{"the bytes in the middle", 16 + tt.size/2},
			{"the last bytes", 16 + tt.size - 1},
			{"the word behind it", RecordSize(tt.size)},
		} {
			page := j.ring[j.wrap(tt.at+part.at)&^(pageSize-1):][:pageSize]
			assert.NoError(t, unix.Mprotect(page, unix.PROT_NONE))
			err := j.Append(line(f.next, tt.size))
			assert.NoError(t, unix.Mprotect(page, unix.PROT_READ|unix.PROT_WRITE))
			what := fmt.Sprintf("%s, without the page of %s", tt.name, part.name)
			isFault(t, what, err)
			assert.Equal(t, what, s.describe(t, fileBytes(t, j)), want)
			if order.Uint64(j.ring[tt.at:]) != 0 {
				t.Fatalf("%s: the commit word is there", what)
			}
		}
		f.add(tt.size)
		assert.Equal(t, tt.name+", with all pages", s.describe(t, fileBytes(t, j)), f.want())
	}
}

// A straddler is a journal in memory with the boundary of two pages at some place
// in it, of which either can be taken away.
type straddler struct {
	*Journal
	t          *testing.T
	page, next []byte // before the boundary, and behind it
}

func straddling(t *testing.T, boundary int) *straddler {
	t.Helper()
	at := (boundary/pageSize + 1) * pageSize
	size := (at + headerSize + MinCapacity + pageSize - 1) &^ (pageSize - 1)
	region, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	assert.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, unix.Munmap(region)) })
	mem := region[at-boundary:][:headerSize+MinCapacity]
	j := &Journal{
		header: header{capacity: MinCapacity, salt: 0x0123456789abcdef}, mem: mem, ring: mem[headerSize:],
		nextSeq: 1, slot: slotAt,
	}
	return &straddler{j, t, region[at-pageSize : at], region[at:][:pageSize]}
}

// fault makes an operation while a page is away, which it must come upon.
func (s *straddler) fault(page []byte, operate func() error) {
	s.t.Helper()
	assert.NoError(s.t, unix.Mprotect(page, unix.PROT_NONE))
	err := operate()
	assert.NoError(s.t, unix.Mprotect(page, unix.PROT_READ|unix.PROT_WRITE))
	isFault(s.t, "without a page", err)
}

// describe says what the next process would find.
func (s *straddler) describe() string {
	j := &Journal{header: s.header}
	return describe(j.pending(bytes.Clone(s.mem[:headerSize]), &reader{ring: s.ring, salt: s.header.salt}), nil)
}

// TestOrderOfCheckpointStores does the same to a checkpoint, which has one page
// only in a file.
func TestOrderOfCheckpointStores(t *testing.T) {
	for boundary := slotAt + wordSize; boundary < slotAt+slotSize; boundary += wordSize {
		s := straddling(t, boundary)
		assert.NoError(t, s.begin())
		f := fill(t, s.Journal).add(30, 40, 50, 60).begin(1).done(1)
		assert.Equal(t, "the slot that is written next", fmt.Sprint(s.slot), fmt.Sprint(slotCopyAt))
		i, size := f.intent(2)
		before := bytes.Clone(s.mem)
		s.fault(s.page, func() error { return s.Begin(i, size) })
		if !bytes.Equal(s.mem, before) {
			t.Fatalf("boundary %d: something is stored before the check word is cleared", boundary)
		}
		s.fault(s.next, func() error { return s.Begin(i, size) })
		if order.Uint64(s.mem[slotAt:]) != 0 {
			t.Fatalf("boundary %d: the check word is there before the rest of it", boundary)
		}
		assert.Equal(t, "half of it written", s.describe(), f.want())
		f.begin(2)
		assert.Equal(t, "all of it written", s.describe(), f.want())
	}
}

// TestOrderOfHeaderStores does the same to a new journal: its headers count when
// all of them is there.
func TestOrderOfHeaderStores(t *testing.T) {
	want := header{capacity: MinCapacity, salt: 0x0123456789abcdef}.encode()
	s := straddling(t, headerAt+wordSize)
	s.fault(s.page, s.begin)
	if order.Uint64(s.mem) != 0 || !bytes.Equal(s.mem[wordSize:staticHeaderSize], want[wordSize:]) {
		t.Errorf("before its first word, the header is %x", s.mem[:staticHeaderSize])
	}
	s = straddling(t, headerCopyAt+wordSize)
	s.fault(s.next, s.begin)
	if order.Uint64(s.mem[headerCopyAt:]) != 0 || !bytes.Equal(s.mem[:staticHeaderSize], want[:]) {
		t.Errorf("before the rest of it, the copy is %x", s.mem[headerCopyAt:][:staticHeaderSize])
	}
	assert.Equal(t, "with one header", s.describe(), "")
}
