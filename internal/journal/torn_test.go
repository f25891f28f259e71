package journal

import (
	"bytes"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
)

// A step is something that an operation stores. That of an atomic store is there
// as a whole or not at all; the bytes of another may be there in any part and any
// order. Steps come one after the other, but others than atomic ones in a row
// come in any order.
type step struct {
	at     int // in the file
	bytes  []byte
	atomic bool
	late   bool // the operation counts before this
}

// count reports whether the operation counts in a state.
func count(steps []step, state []byte) bool {
	for _, s := range slices.Backward(steps) {
		if !s.late {
			return bytes.Equal(state[s.at:][:len(s.bytes)], s.bytes)
		}
	}
	return false
}

// appendSteps are those of Append for a record, by the state before it.
func appendSteps(j *Journal, record []byte) []step {
	ring := func(place int, b []byte) step { return step{at: headerSize + j.wrap(place), bytes: b} }
	size := RecordSize(len(record))
	steps := []step{
		ring(j.place+size, make([]byte, wordSize)),
		ring(j.place+wordSize, words(uint64(len(record))<<32|uint64(recordSum(j.header.salt, j.nextSeq, record)))),
	}
	payload := ring(j.place+recordHeader, record)
	if room := headerSize + len(j.ring) - payload.at; room < len(record) {
		payload.bytes = record[:room]
		steps = append(steps, ring(0, record[room:]))
	}
	commit := ring(j.place, words(commitWord(j.nextSeq)))
	commit.atomic = true
	newest := step{at: newestAt, bytes: words(newestWord(j.nextSeq)), atomic: true, late: true}
	return append(steps, payload, commit, newest)
}

// slotSteps are those of a checkpoint that is written to slot.
func slotSteps(slot int, b []byte) []step {
	return []step{
		{at: slot, bytes: make([]byte, wordSize), atomic: true},
		{at: slot + wordSize, bytes: b[wordSize:slotSize]},
		{at: slot, bytes: b[:wordSize], atomic: true},
	}
}

func words(values ...uint64) (b []byte) {
	for _, v := range values {
		b = order.AppendUint64(b, v)
	}
	return b
}

// torn returns the states of a file that a kill may leave while the steps are
// made, with a name for each, up to the state after the last step. The state is
// good until the next one.
func torn(before []byte, steps []step, r *rand.Rand) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		now := bytes.Clone(before)
		for i := 0; i < len(steps); {
			group := steps[i : i+1]
			for !steps[i].atomic && i+len(group) < len(steps) && !steps[i+len(group)].atomic {
				group = steps[i : i+len(group)+1]
			}
			if !steps[i].atomic && !tornGroup(now, i, group, r, yield) {
				return
			}
			for _, s := range group {
				copy(now[s.at:], s.bytes)
			}
			i += len(group)
			if !yield(fmt.Sprintf("after step %d", i), now) {
				return
			}
		}
	}
}

// tornGroup yields states in which some bytes of a group's steps are there: the
// first ones, the last ones, and any ones.
func tornGroup(now []byte, at int, group []step, r *rand.Rand, yield func(string, []byte) bool) bool {
	var places []int
	var values []byte
	for _, s := range group {
		for i, b := range s.bytes {
			places, values = append(places, s.at+i), append(values, b)
		}
	}
	with := func(name string, has func(i int) bool) bool {
		old := make([]byte, len(places))
		for i, place := range places {
			if old[i] = now[place]; has(i) {
				now[place] = values[i]
			}
		}
		more := yield(fmt.Sprintf("in step %d: %s", at+1, name), now)
		for i, place := range places {
			now[place] = old[i]
		}
		return more
	}
	stride := max(len(places)/40, 1)
	for n := 1; n < len(places); n += stride {
		if !with(fmt.Sprintf("the first %d bytes", n), func(i int) bool { return i < n }) ||
			!with(fmt.Sprintf("all but the first %d bytes", n), func(i int) bool { return i >= n }) {
			return false
		}
	}
	for n := range 8 {
		if !with(fmt.Sprintf("some bytes, %d", n), func(int) bool { return r.IntN(2) == 0 }) {
			return false
		}
	}
	return true
}

// checkTorn makes an operation, and demands that what a kill on the way leaves is
// the state before it, and at the end the one after it. Every state that is tried
// ends in the real one, so that the steps are those that the operation makes.
func checkTorn(t *testing.T, f *filler, s scratch, name string, steps func() []step, operate func()) {
	t.Helper()
	before := fileBytes(t, f.j)
	first := s.describe(t, before)
	assert.Equal(t, name+": before", first, f.want())
	todo := steps()
	operate()
	after := fileBytes(t, f.j)
	last := s.describe(t, after)
	assert.Equal(t, name+": after", last, f.want())
	if first == last {
		t.Fatalf("%s changes nothing: %s", name, first)
	}
	var ends []byte
	states := 0
	for state, b := range torn(before, todo, rand.New(rand.NewPCG(7, 11))) {
		want := first
		if count(todo, b) {
			want = last
		}
		assert.Equal(t, name+" "+state, s.describe(t, b), want)
		ends = b
		states++
	}
	if !bytes.Equal(ends, after) {
		t.Fatalf("%s makes other steps than are tried here", name)
	}
	if states < len(todo) {
		t.Fatalf("%s: only %d states", name, states)
	}
}

func TestKilledInAppend(t *testing.T) {
	for _, tt := range []struct {
		name string
		size int
		fill func(f *filler)
	}{
		{"the first record", 40, func(*filler) {}},
		{"a short one behind others", 9, func(f *filler) { f.add(30, 40) }},
		{"a long one", 5000, func(f *filler) { f.add(30) }},
		{"over records of earlier laps", 100, func(f *filler) { f.to(0).to(40_000).to(64).add(33, 34) }},
		{"its bytes around the end", 200, func(f *filler) { f.to(MinCapacity - 96).add(40) }},
		{"its commit word alone before the end", 24, func(f *filler) { f.to(MinCapacity - 64).add(40) }},
		{"its bytes all behind the end", 24, func(f *filler) { f.to(MinCapacity - 72).add(40) }},
		{"the word behind it around the end", 16, func(f *filler) { f.to(MinCapacity - 72).add(24) }},
		{"the last room of the ring", MinCapacity - 2*recordHeader - 24 - wordSize, func(f *filler) { f.to(800).add(24) }},
		{"with an intent", 40, func(f *filler) { f.add(20, 21, 22).begin(2) }},
		{"behind drained ones", 40, func(f *filler) { f.add(20, 21, 22).begin(2).done(2) }},
	} {
		j, s := newJournal(t, MinCapacity), newScratch(t)
		f := fill(t, j)
		tt.fill(f)
		checkTorn(t, f, s, tt.name,
			func() []step { return appendSteps(j, line(f.next, tt.size)) },
			func() { f.add(tt.size) })
	}
}

func TestKilledInCheckpoint(t *testing.T) {
	for _, tt := range []struct {
		name    string
		fill    func(f *filler)
		operate func(f *filler)
	}{
		{"the first intent", func(f *filler) { f.add(30, 40) }, func(f *filler) { f.begin(1) }},
		{"an intent for all", func(f *filler) { f.add(30, 40) }, func(f *filler) { f.begin(2) }},
		{"done", func(f *filler) { f.add(30, 40).begin(1) }, func(f *filler) { f.done(1) }},
		{"all done", func(f *filler) { f.add(30, 40).begin(2) }, func(f *filler) { f.done(2) }},
		{"part of it done", func(f *filler) { f.add(30, 40, 50).begin(2) }, func(f *filler) { f.done(1) }},
		{"another intent instead", func(f *filler) { f.add(30, 40, 50).begin(2) }, func(f *filler) { f.begin(1) }},
		{"a later intent, over an old one", func(f *filler) { f.add(30, 40, 50).begin(1).done(1) }, func(f *filler) { f.begin(1) }},
		{"around the end", func(f *filler) { f.to(MinCapacity-64).add(30, 40, 50) }, func(f *filler) { f.begin(2) }},
		{"done without an intent", func(f *filler) { f.add(30, 40) }, func(f *filler) { f.done(1) }},
	} {
		j, s := newJournal(t, MinCapacity), newScratch(t)
		f := fill(t, j)
		tt.fill(f)
		slot := slotAt + slotCopyAt - j.slot
		var after []byte
		// The bytes of a checkpoint are known when it is written, so another
		// journal of the same content writes it.
		twin := &Journal{file: s.j.file, header: j.header, last: j.last, slot: j.slot}
		checkTorn(t, f, s, tt.name,
			func() []step {
				twinned := *f
				twinned.j = twin
				tt.operate(&twinned)
				after = make([]byte, slotSize)
				_, err := s.j.file.ReadAt(after, int64(slot))
				assert.NoError(t, err)
				return slotSteps(slot, after)
			},
			func() { tt.operate(f) })
	}
}

// TestKilledInMap has a process killed while it makes a journal: there is nothing
// in it yet, and nobody must think that it is damaged.
func TestKilledInMap(t *testing.T) {
	j, s := newJournal(t, MinCapacity), newScratch(t)
	after := fileBytes(t, j)
	before := make([]byte, len(after))
	steps := slotSteps(slotCopyAt, after[slotCopyAt:])
	for _, at := range []int{headerAt, headerCopyAt} {
		steps = append(steps,
			step{at: at + wordSize, bytes: after[at+wordSize : at+staticHeaderSize]},
			step{at: at, bytes: after[at : at+wordSize], atomic: true})
	}
	var ends []byte
	for state, b := range torn(before, steps, rand.New(rand.NewPCG(3, 5))) {
		assert.Equal(t, state, s.describe(t, b), "")
		ends = b
	}
	if !bytes.Equal(ends, after) {
		t.Fatal("Map makes other steps than are tried here")
	}
	for size := 0; size <= len(before); size += headerSize { // while zeros are written
		assert.Equal(t, fmt.Sprintf("%d zeros", size), s.describe(t, before[:size]), "")
	}
}

// TestKilledInRecovery has a process die at each point of what recovery writes,
// which goes to the file and not to a mapping.
func TestKilledInRecovery(t *testing.T) {
	j := newJournal(t, MinCapacity)
	f := fill(t, j).add(30, 40, 50, 60, 70).begin(2)
	for _, tt := range []struct {
		name string
		do   func(p *Pending)
		want string
	}{
		{"as it was left", func(*Pending) {}, "[1 2] 3 4 5"},
		{"begun again, elsewhere", func(p *Pending) {
			i, size := f.intent(2)
			i.Inode = 99
			assert.NoError(t, j.Begin(i, size))
		}, "[1 2] 3 4 5"},
		{"done", func(p *Pending) { assert.NoError(t, j.Done(p.BegunSize, p.BegunNumbers)) }, "3 4 5"},
		{"nothing more", func(*Pending) {}, "3 4 5"},
		{"the next begun", func(p *Pending) {
			assert.NoError(t, j.Begin(Intent{Records: 2}, p.Rest[0].Size+p.Rest[1].Size))
		}, "[3 4] 5"},
		{"part of it done", func(p *Pending) { assert.NoError(t, j.Done(p.Begun[0].Size, p.Begun[0].Numbers)) }, "4 5"},
		{"the rest done", func(p *Pending) {
			assert.NoError(t, j.Done(p.Rest[0].Size+p.Rest[1].Size, 2))
		}, ""},
	} {
		var p *Pending
		j, p = reopen(t, j)
		tt.do(p)
		j, p = reopen(t, j)
		assert.Equal(t, tt.name, describe(p, nil), tt.want)
	}
	// A new journal in the same file begins with nothing of the old one.
	assert.NoError(t, j.Map(MinCapacity))
	assert.NoError(t, j.Append(line(1, 20)))
	j, p := reopen(t, j)
	assert.Equal(t, "mapped anew", describe(p, nil), "1")
	drop(j)
}

// TestIntent shows that an intent comes back as it was given.
func TestIntent(t *testing.T) {
	j := newJournal(t, MinCapacity)
	f := fill(t, j).add(30, 40, 50).begin(2)
	want, size := f.intent(2)
	j, p := reopen(t, j)
	if *p.Intent != want {
		t.Errorf("got %+v, want %+v", *p.Intent, want)
	}
	if p.BegunSize != size || p.BegunNumbers != 2 {
		t.Errorf("for Done there are %d bytes and %d numbers", p.BegunSize, p.BegunNumbers)
	}
	assert.Equal(t, "its content", string(p.Content()), string(line(1, 30))+string(line(2, 40)))

	// What is not the content is not taken for it.
	for _, tt := range []struct {
		name   string
		change func(p *Pending)
	}{
		{"another checksum", func(p *Pending) { p.Intent.Sum++ }},
		{"another length", func(p *Pending) { p.Intent.Length++ }},
		{"a record is damaged", func(p *Pending) { p.Begun = p.Begun[1:] }},
	} {
		changed, intent := *p, *p.Intent
		changed.Intent = &intent
		tt.change(&changed)
		if content := changed.Content(); content != nil {
			t.Errorf("%s: the content is %q", tt.name, content)
		}
	}

	// A record past the ring.
	past := Intent{Target: Target{Device: 1, Inode: 2, Offset: 3}, Length: 1 << 30, Sum: 5}
	assert.NoError(t, j.Done(size, 2))
	assert.NoError(t, j.Begin(past, 0))
	_, p = reopen(t, j)
	assert.Equal(t, "with a record past the ring", describe(p, nil), "[] 3")
	if *p.Intent != past || p.Content() != nil || p.BegunSize != 0 || p.BegunNumbers != 0 {
		t.Errorf("got %+v with the content %q", *p.Intent, p.Content())
	}
}
