package journal

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/race"
)

func TestRoundTrip(t *testing.T) {
	j := newJournal(t, MinCapacity)
	for _, s := range []string{"one\n", "", "two\n", "\x00\x00", "thirteen bytes"} {
		assert.NoError(t, j.Append([]byte(s)))
	}
	_, p := reopen(t, j)
	var got []string
	for _, r := range p.Rest {
		got = append(got, string(r.Line))
		if r.Size != RecordSize(len(r.Line)) || r.Numbers != 1 {
			t.Errorf("%q takes %d bytes and %d numbers", r.Line, r.Size, r.Numbers)
		}
	}
	assert.Equal(t, "records", strings.Join(got, "|"), "one\n||two\n|\x00\x00|thirteen bytes")
	if p.Intent != nil || p.Begun != nil || p.BegunLost != 0 || p.Lost != 0 || p.Again {
		t.Errorf("and besides %+v", p)
	}
}

// TestEverySize appends records of every size, over many laps, with a part of
// them drained now and then, and looks at the file as the next process would.
func TestEverySize(t *testing.T) {
	j, s := newJournal(t, MinCapacity), newScratch(t)
	most := 3000
	if race.Enabled {
		most = 1000
	}
	var ring [][]byte // what must be there
	var total uint64
	check := func(begun int) {
		t.Helper()
		_, p, err := s.load(t, fileBytes(t, j))
		assert.NoError(t, err)
		if p.Lost+p.BegunLost > 0 || p.Again || len(p.Begun) != begun {
			t.Fatalf("after %d bytes: %d begun, want %d; %d and %d lost; again: %t",
				total, len(p.Begun), begun, p.BegunLost, p.Lost, p.Again)
		}
		wantLines(t, ring, append(p.Begun, p.Rest...))
	}
	for size := range most {
		record := bytes.Repeat([]byte{byte(size), byte(size >> 8), 0xA5}, size/3+1)[:size]
		if !j.HasRoom(RecordSize(size)) {
			n := len(ring) - len(ring)/3
			room := 0
			for _, b := range ring[:n] {
				room += RecordSize(len(b))
			}
			assert.NoError(t, j.Begin(Intent{Records: n}, room))
			check(n)
			assert.NoError(t, j.Done(room, n))
			ring = ring[n:]
			check(0)
		}
		assert.NoError(t, j.Append(record))
		ring = append(ring, record)
		total += uint64(RecordSize(size))
		if size%31 == 0 {
			check(0)
		}
	}
	check(0)
	if laps := total / MinCapacity; laps < 5 {
		t.Fatalf("only %d laps", laps)
	}
}

func wantLines(t assert.T, want [][]byte, got []Record) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d records, want %d", len(got), len(want))
	}
	for i := range want {
		if !bytes.Equal(got[i].Line, want[i]) {
			t.Fatalf("record %d of %d is %.40q, want %.40q", i, len(want), got[i].Line, want[i])
		}
	}
}

// TestAroundTheEnd has the end of the ring come at every word of a record, of the
// one before and of the word behind.
func TestAroundTheEnd(t *testing.T) {
	j, s := newJournal(t, MinCapacity), newScratch(t)
	f := fill(t, j)
	for distance := 0; distance <= 96; distance += 8 {
		for _, size := range []int{8, 15, 16, 17, 31, 40, 64, 79, 80, 81} {
			f.to(j.Capacity()-distance).add(size, size+1)
			assert.Equal(t, "at "+strconv.Itoa(distance)+" before the end", s.describe(t, fileBytes(t, j)), f.want())
			f.drain()
		}
	}
}

func TestLongestRecord(t *testing.T) {
	j, s := newJournal(t, MinCapacity), newScratch(t)
	longest := j.Capacity() - recordHeader - wordSize
	for _, at := range []int{0, 8, 4096, j.Capacity() - 8, j.Capacity() - 16, j.Capacity() - 24} {
		f := fill(t, j).to(at)
		if j.HasRoom(RecordSize(longest + 1)) {
			t.Errorf("there is room for %d bytes in a ring of %d", longest+1, j.Capacity())
		}
		f.add(longest)
		assert.Equal(t, "the longest", s.describe(t, fileBytes(t, j)), f.want())
		if j.HasRoom(RecordSize(0)) {
			t.Error("a full ring has room for an empty record")
		}
		f.drain()
		assert.Equal(t, "drained", s.describe(t, fileBytes(t, j)), "")
		assert.NoError(t, j.Map(MinCapacity))
	}
}

// TestRoom follows the room that records take and give back.
func TestRoom(t *testing.T) {
	j := newJournal(t, MinCapacity)
	f := fill(t, j)
	for _, tt := range []struct {
		name string
		do   func()
		used int
	}{
		{"nothing", func() {}, 0},
		{"an empty record", func() {
			assert.NoError(t, j.Append(nil))
			f.lines = append(f.lines, nil)
			f.places = append(f.places, 0)
			f.next++
		}, 16},
		{"three more", func() { f.add(8, 9, 16) }, 16 + 24 + 32 + 32},
		{"an intent frees nothing", func() { f.begin(2) }, 104},
		{"what was begun is done", func() { f.done(2) }, 64},
		{"an intent for the rest", func() { f.begin(2) }, 64},
		{"only one of the two is done", func() { f.done(1) }, 32},
		{"a record past the ring", func() { assert.NoError(t, j.Begin(Intent{Length: 1 << 20}, 0)); assert.NoError(t, j.Done(0, 0)) }, 32},
		{"all is done", func() { f.drain() }, 0},
	} {
		tt.do()
		if j.Used() != tt.used {
			t.Errorf("%s: %d bytes are used, want %d", tt.name, j.Used(), tt.used)
		}
		free := j.Capacity() - tt.used - wordSize
		if !j.HasRoom(free) || j.HasRoom(free+wordSize) {
			t.Errorf("%s: room for %d: %t, for %d: %t", tt.name, free, j.HasRoom(free), free+wordSize, j.HasRoom(free+wordSize))
		}
	}
}

func TestCapacity(t *testing.T) {
	j := newJournal(t, MinCapacity)
	for _, tt := range []struct{ ask, least int }{
		{-1, MinCapacity}, {0, MinCapacity}, {1, MinCapacity}, {MinCapacity, MinCapacity},
		{MinCapacity + 1, MinCapacity + 1}, {1 << 20, 1 << 20},
	} {
		assert.NoError(t, j.Map(tt.ask))
		if c := j.Capacity(); c < tt.least || c >= tt.least+pageSize || c%pageSize != 0 {
			t.Errorf("Map(%d) makes %d bytes", tt.ask, c)
		}
		if size := len(fileBytes(t, j)); size != headerSize+j.Capacity() {
			t.Errorf("Map(%d) makes a file of %d bytes", tt.ask, size)
		}
	}
	// What Load would not take must not be made.
	f := fill(t, j)
	for _, ask := range []int{MaxCapacity + 1, math.MaxInt} {
		f.add(40)
		err := j.Map(ask)
		if err == nil || !strings.Contains(err.Error(), strconv.Itoa(ask)) {
			t.Errorf("Map(%d) has the error %v, which does not name it", ask, err)
		}
		if !j.Mapped() {
			t.Fatalf("after Map(%d), the ring is gone", ask)
		}
	}
	_, p := reopen(t, j)
	assert.Equal(t, "after the errors", describe(p, nil), f.want())
}

// TestTwoGoroutines has one goroutine append while another drains, over many
// laps: the room that one frees the other takes at once.
func TestTwoGoroutines(t *testing.T) {
	j := newJournal(t, MinCapacity)
	const records = 20_000
	sizes := make(chan int, 64)
	freed := make(chan struct{}, 1)
	ended := make(chan error, 1)
	go func() {
		var err error
		for n := range sizes {
			// The content does not matter here.
			if err = j.Begin(Intent{Records: 1, Length: int64(n)}, RecordSize(n)); err != nil {
				break
			}
			if err = j.Done(RecordSize(n), 1); err != nil {
				break
			}
			select {
			case freed <- struct{}{}:
			default:
			}
		}
		ended <- err
	}()
	for n := 1; n <= records; n++ {
		b := line(n, n*37%2000)
		for !j.HasRoom(RecordSize(len(b))) {
			select {
			case <-freed:
			case err := <-ended:
				t.Fatal(err)
			}
		}
		assert.NoError(t, j.Append(b))
		if n > records-10 {
			continue // these stay
		}
		select {
		case sizes <- len(b):
		case err := <-ended:
			t.Fatal(err)
		}
	}
	close(sizes)
	assert.NoError(t, <-ended)
	_, p := reopen(t, j)
	assert.Equal(t, "what stays", describe(p, nil), numbers(records-9, records))
}
