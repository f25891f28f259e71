//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package journal

import (
	"bytes"
	"errors"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/spanlog/spanlog/internal/assert"
)

// A world is a log and its journal, and a model of both: what has been
// acknowledged, and how much of it must be where.
type world struct {
	t   *rapid.T
	j   *Journal
	log *testLog

	next    int      // number of the next record
	older   []byte   // what the files have that are not called log any more
	current []byte   // what the file log has
	waiting []Record // what is acknowledged, and only in the journal

	steps  int // until the process dies, counted down
	deaths int
}

// die makes the process die after a number of steps.
func (w *world) die(label string) { w.steps = rapid.IntRange(0, 8).Draw(w.t, label) }

// forever is more steps than there are.
const forever = 1 << 30

func (w *world) dies() bool {
	w.steps--
	return w.steps == -1
}

// record makes the next one.
func (w *world) record(size int) Record {
	b := append(line(w.next, size), '\n')
	w.next++
	return Record{Line: b, Size: RecordSize(len(b)), Numbers: 1}
}

// append has a record acknowledged. If there is no room, the oldest are drained
// first.
func (w *world) append(size int) {
	r := w.record(size)
	if !w.j.HasRoom(r.Size) {
		w.drain(len(w.waiting))
	}
	assert.NoError(w.t, w.j.Append(r.Line))
	w.waiting = append(w.waiting, r)
}

// drain writes the n oldest records to the log. The process may die on the way.
func (w *world) drain(n int) {
	switch err := w.log.drain(w.j, w.waiting[:n]); {
	case errors.Is(err, errDied):
		w.restart(nil)
	case err != nil:
		w.t.Fatal(err)
	default:
		w.drained(n)
	}
}

// drained notes that the n oldest records are in the log.
func (w *world) drained(n int) {
	for _, r := range w.waiting[:n] {
		w.current = append(w.current, r.Line...)
	}
	w.waiting = slices.Clone(w.waiting[n:])
}

// long writes a record to the log that is too long for the ring. It is
// acknowledged if the process lives.
func (w *world) long(size int) {
	r := w.record(size)
	switch err := w.log.write(w.j, r.Line, 0, 0); {
	case errors.Is(err, errDied):
		w.restart(nil)
	case err != nil:
		w.t.Fatal(err)
	default:
		w.current = append(w.current, r.Line...)
	}
}

// torn has the process die within an operation of the journal, which is given by
// its steps, or right behind it, which it reports.
func (w *world) torn(steps []step, operate func()) (whole bool) {
	before := fileBytes(w.t, w.j)
	operate()
	after := fileBytes(w.t, w.j)
	seed := rapid.Uint64().Draw(w.t, "seed")
	states := func() iter.Seq2[string, []byte] { return torn(before, steps, rand.New(rand.NewPCG(seed, 0))) }
	most := 0
	for range states() {
		most++
	}
	n := rapid.IntRange(1, most).Draw(w.t, "state")
	left := n
	var end []byte
	for _, state := range states() {
		if left--; left == 0 {
			_, err := w.j.file.WriteAt(state, 0)
			assert.NoError(w.t, err)
			whole = count(steps, state)
		}
		end = state
	}
	if !bytes.Equal(end, after) {
		w.t.Fatal("the operation makes other steps")
	}
	return whole
}

// restart drops the journal and has the next process recover what is there. It
// may die several times at that. Meanwhile somebody may do something to the log.
func (w *world) restart(somebody func()) {
	drop(w.j)
	w.deaths++
	if somebody != nil {
		somebody()
	}
	for {
		w.j = acquire(w.t, w.j.path)
		p, err := w.j.Load()
		assert.NoError(w.t, err)
		w.die("until recovery dies")
		if err := w.log.recover(w.j, p); err == nil {
			break
		} else if !errors.Is(err, errDied) {
			w.t.Fatal(err)
		}
		drop(w.j)
		w.deaths++
	}
	w.steps = forever
	want := slices.Concat(w.older, w.current)
	for _, r := range w.waiting {
		want = append(want, r.Line...)
	}
	w.compare("recovered", want)
	w.waiting = nil
	w.look()
	w.remap()
}

// remap begins a new ring.
func (w *world) remap() {
	capacity := rapid.SampledFrom([]int{MinCapacity, MinCapacity + 4096, 2 * MinCapacity}).Draw(w.t, "capacity")
	assert.NoError(w.t, w.j.Map(capacity))
}

// look takes the model's files from the real ones, which have been compared.
func (w *world) look() {
	all := w.log.content()
	w.current, _ = os.ReadFile(w.log.path())
	w.older = all[:len(all)-len(w.current)]
}

// compare demands that the log has these bytes.
func (w *world) compare(what string, want []byte) {
	w.t.Helper()
	got := w.log.content()
	if !bytes.Equal(got, want) {
		n := 0
		for n < len(got) && n < len(want) && got[n] == want[n] {
			n++
		}
		w.t.Fatalf("%s: the log has %d bytes, want %d; from %d on it has %.60q, want %.60q",
			what, len(got), len(want), n, got[n:], want[n:])
	}
}

// Sizes of records: most are short.
var sizes = rapid.OneOf(rapid.IntRange(0, 40), rapid.IntRange(0, 400), rapid.IntRange(0, 12_000))

// TestExactlyOnce has processes write, die at every point and recover, in any
// order, and demands that each record that was acknowledged is in the log once,
// in order, and nothing else is.
func TestExactlyOnce(t *testing.T) {
	needMap(t)
	dir := t.TempDir()
	var deaths, written int
	rapid.Check(t, func(t *rapid.T) {
		at, err := os.MkdirTemp(dir, "")
		assert.NoError(t, err)
		defer os.RemoveAll(at)
		w := &world{t: t, log: &testLog{t: t, dir: at}, next: 1, steps: forever}
		w.log.dies = w.dies
		w.j = acquire(t, filepath.Join(at, "journal"))
		defer func() { drop(w.j) }()
		w.remap()
		w.run(t)
		w.compare("at the end", slices.Concat(w.older, w.current))
		w.restart(nil)
		deaths += w.deaths
		written += w.next
	})
	if !t.Failed() && (deaths < 100 || written < 1000) {
		t.Errorf("only %d deaths and %d records", deaths, written)
	}
}

func (w *world) run(t *rapid.T) {
	t.Repeat(map[string]func(*rapid.T){
		"append": func(t *rapid.T) {
			for range rapid.IntRange(1, 20).Draw(t, "records") {
				w.append(sizes.Draw(t, "size"))
			}
		},
		"drain": func(t *rapid.T) { w.drain(rapid.IntRange(0, len(w.waiting)).Draw(t, "records")) },
		"drain and die": func(t *rapid.T) {
			w.die("step")
			w.drain(rapid.IntRange(0, len(w.waiting)).Draw(t, "records"))
			w.restart(nil)
		},
		"write past the ring": func(t *rapid.T) {
			w.drain(len(w.waiting))
			w.long(rapid.IntRange(0, 9_000).Draw(t, "size"))
		},
		"write past the ring and die": func(t *rapid.T) {
			w.drain(len(w.waiting))
			w.die("step")
			w.long(9_000)
			w.restart(nil)
		},
		"rotate": func(*rapid.T) { w.rotate() },
		"delete": func(*rapid.T) { w.delete() },
		"die":    func(*rapid.T) { w.restart(nil) },
		"die in append": func(t *rapid.T) {
			r := w.record(sizes.Draw(t, "size"))
			if !w.j.HasRoom(r.Size) {
				t.Skip()
			}
			if w.torn(appendSteps(w.j, r.Line), func() { assert.NoError(t, w.j.Append(r.Line)) }) {
				w.waiting = append(w.waiting, r)
			}
			w.restart(nil)
		},
		"die in the checkpoint before a write": func(t *rapid.T) {
			intent, size := w.intent(rapid.IntRange(0, len(w.waiting)).Draw(t, "records"))
			c := w.j.last
			c.generation++
			c.hasIntent, c.intent, c.end = true, intent, c.pos+uint64(size)
			w.torn(w.slotSteps(c), func() { assert.NoError(t, w.j.Begin(intent, size)) })
			w.restart(nil)
		},
		"die in the checkpoint behind a write": func(t *rapid.T) {
			n := rapid.IntRange(0, len(w.waiting)).Draw(t, "records")
			intent, size := w.intent(n)
			assert.NoError(t, w.j.Begin(intent, size))
			for _, r := range w.waiting[:n] {
				assert.NoError(t, w.log.append(w.log.path(), r.Line))
			}
			c := checkpoint{generation: w.j.last.generation + 1, pos: w.j.last.end, seq: w.j.last.seq + uint64(n), end: w.j.last.end}
			w.torn(w.slotSteps(c), func() { assert.NoError(t, w.j.Done(size, n)) })
			w.restart(nil)
		},
		"die in a write, and somebody renames the log": func(t *rapid.T) { w.drainDieAnd(w.rotate) },
		"die in a write, and somebody deletes the log": func(t *rapid.T) { w.drainDieAnd(w.delete) },
		"": func(t *rapid.T) {
			w.compare("now", slices.Concat(w.older, w.current))
			used := 0
			for _, r := range w.waiting {
				used += r.Size
			}
			if w.j.Used() != used {
				t.Fatalf("%d bytes are used, want %d", w.j.Used(), used)
			}
		},
	})
}

// intent is one for the first n of the records that wait.
func (w *world) intent(n int) (i Intent, size int) {
	var content []byte
	for _, r := range w.waiting[:n] {
		content = append(content, r.Line...)
		size += r.Size
	}
	return Intent{Target: w.log.target(), Records: n, Length: int64(len(content)), Sum: Checksum(content)}, size
}

func (w *world) rotate() {
	w.log.rotate()
	w.older, w.current = slices.Concat(w.older, w.current), nil
}

// delete takes the file away, and all that is in it and acknowledged.
func (w *world) delete() {
	_ = os.Remove(w.log.path())
	w.current = nil
}

// drainDieAnd writes records to the log, perhaps dies at it, and if not, then
// afterwards. Before the next process comes, somebody does something.
func (w *world) drainDieAnd(somebody func()) {
	n := rapid.IntRange(0, len(w.waiting)).Draw(w.t, "records")
	w.die("step")
	switch err := w.log.drain(w.j, w.waiting[:n]); {
	case errors.Is(err, errDied): // so they wait still
	case err != nil:
		w.t.Fatal(err)
	default:
		w.drained(n)
	}
	w.restart(somebody)
}

// slotSteps are those of the next checkpoint, if it is c.
func (w *world) slotSteps(c checkpoint) []step {
	return slotSteps(slotAt+slotCopyAt-w.j.slot, encoded(c, w.j.header.salt))
}
