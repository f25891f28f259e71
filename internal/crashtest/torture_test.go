//go:build unix

package crashtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// perWriter is how many records each goroutine writes: so many that files are
// rotated and compressed meanwhile.
func perWriter(t testing.TB) int { return max(1000, number(t, tortureVar, 5000)) }

// A torture is a log that is written as fast as can be, while it is rotated and
// compressed, its files are moved by somebody else, and a reader follows it.
type torture struct {
	testing.TB
	dir    string
	base   task
	reader *child
	moves  int
	end    func() // of moving
}

// hours bounds what takes as long as there are records.
const hours = 5 * time.Hour

// newTorture begins a log that as many children write, each with as many writers.
func newTorture(t testing.TB, children, writers int) *torture {
	t.Helper()
	each := perWriter(t)
	x := &torture{TB: t, dir: kept(t)}
	x.base = task{
		Dir: x.dir, Writers: writers, Records: each, Quiet: true, Size: 200,
		MaxSize: 64 << 10, Compress: true, Gens: children,
	}
	if each > 20_000 {
		x.base.MaxSize = 256 << 10
	}
	return x
}

// follow starts the reader.
func (x *torture) follow() {
	x.Helper()
	do := x.base
	do.Follow = true
	x.reader = startFor(x, hours, do, "")
	if !x.reader.await(event(eventOpen)) {
		x.Fatal("the reader does not begin")
	}
}

// writer starts a child that writes.
func (x *torture) writer(gen, gate int) *child {
	x.Helper()
	do := x.base
	do.Gen, do.Gate, do.Seed = gen, gate, uint64(gen)
	return startFor(x, hours, do, "")
}

// move moves the log away now and then, as a foreign rotation would, until end is
// called. Whoever writes makes it again.
func (x *torture) move() {
	stop := make(chan struct{})
	var mover sync.WaitGroup
	mover.Go(func() {
		for x.moves < 40 {
			select {
			case <-stop:
				return
			case <-time.After(rand.N(40 * time.Millisecond)):
			}
			to := filepath.Join(x.dir, fmt.Sprintf("app.moved-%02d", x.moves))
			err := os.Rename(filepath.Join(x.dir, logName), to)
			switch {
			case err == nil:
				x.moves++
			case !errors.Is(err, fs.ErrNotExist): // it is not there just now
				x.Error(err)
				return
			}
		}
	})
	x.end = func() {
		close(stop)
		mover.Wait()
	}
}

// check ends the reader and checks the files themselves.
func (x *torture) check() {
	x.Helper()
	x.reader.stop()
	x.reader.mustEnd()
	var seen followReport
	if err := json.Unmarshal(x.reader.stdout.Bytes(), &seen); err != nil {
		x.Errorf("the reader says %q: %v", &x.reader.stdout, err)
	}
	if seen.Live == 0 || x.moves == 0 {
		x.Errorf("%d records were read while they were written, and the log was moved %d times", seen.Live, x.moves)
	}
	b := newBook()
	b.readDir(x.dir)
	b.checkTiles()
	want := account{}
	for gen := 1; gen <= x.base.Gens; gen++ {
		for g := range x.base.Writers {
			want[stream{gen, g}] = x.base.Records
		}
	}
	b.checkAll(want)
	// Moved files have no place among the others.
	var rest []*page
	for _, p := range b.pages {
		if !movedName.MatchString(p.name) {
			rest = append(rest, p)
		}
	}
	all := len(b.pages)
	b.pages = rest
	b.checkOrder(true)
	b.report(x)
	x.Logf("%d records, %d of them twice, in %d files; moved %d times; the reader saw %d records in %d files while they were written, and %d compressed",
		b.records, b.twice, all, x.moves, seen.Live, seen.Files, seen.Compressed)
}

// TestTorture has eight goroutines write, and every record is there once and in
// order. The reader comes late, when the first files are compressed already.
func TestTorture(t *testing.T) {
	x := newTorture(t, 1, 8)
	w := x.writer(1, x.base.Records/3)
	if !w.await(event(eventJournal)) {
		t.Fatal("the process has no journal")
	}
	x.move()
	for compressed := false; !compressed; time.Sleep(time.Millisecond) {
		names, err := filepath.Glob(filepath.Join(x.dir, "app-*.gz"))
		if err != nil || w.ctx.Err() != nil {
			t.Fatal("nothing is compressed: ", err)
		}
		compressed = len(names) > 0
	}
	x.follow()
	w.openGate()
	w.mustEnd()
	x.end()
	x.check()
}

// TestTortureTwo has two processes write, and the one end before the other that
// owns the log, or that does not.
func TestTortureTwo(t *testing.T) {
	for _, test := range []struct {
		name       string
		ownerFirst bool
	}{
		{"the owner ends first", true},
		{"the other one ends first", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newTorture(t, 2, 4)
			x.follow()
			// Whoever is to end last waits in the middle.
			gates := []int{0, x.base.Records / 2}
			if !test.ownerFirst {
				gates = []int{x.base.Records / 2, 0}
			}
			owner := x.writer(1, gates[0])
			if !owner.await(event(eventJournal)) {
				t.Fatal("the first process has no journal")
			}
			other := x.writer(2, gates[1])
			x.move()
			first, last := owner, other
			if !test.ownerFirst {
				first, last = other, owner
			}
			first.mustEnd()
			if !last.await(event(eventJournal)) {
				t.Error("the process that is left has no journal")
			}
			last.openGate()
			last.mustEnd()
			x.end()
			x.check()
		})
	}
}
