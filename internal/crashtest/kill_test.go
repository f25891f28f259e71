//go:build unix

package crashtest

import (
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

// generations is how many processes write to a log, one after the other, before
// its files are checked.
const generations = 10

// figures are what a test has seen, for its log.
type figures struct{ kills, taken, records, twice, torn int }

func (f *figures) log(t testing.TB) {
	t.Logf("%d kills; records: %d taken, %d in the files, %d of them twice; %d torn lines", f.kills, f.taken, f.records, f.twice, f.torn)
}

// A life is a log's directory and what happens in it.
type life struct {
	testing.TB
	*rand.Rand
	dir   string
	base  task // what all children have in common
	taken account
	gen   int
	kills int
	total int // records taken
}

// newLife begins a log that rotates often.
func newLife(t testing.TB, r *rand.Rand) *life {
	t.Helper()
	dir := kept(t)
	return &life{TB: t, Rand: r, dir: dir, taken: account{}, base: task{
		Dir: dir, MaxSize: 16 << 10, Compress: true, JournalSize: 64 << 10,
		Delay: []time.Duration{0, time.Millisecond, 5 * time.Millisecond}[r.IntN(3)],
	}}
}

// writer is the task of the next child that writes.
func (l *life) writer() task {
	t := l.base
	l.gen++
	t.Gen, t.Seed = l.gen, l.Uint64()
	t.Writers, t.Records, t.Size, t.Oversize = 4, endless, 1024, 300
	return t
}

// killed waits for a child that is killed, and adds what it did.
func (l *life) killed(c *child) {
	l.Helper()
	c.mustBeKilled()
	l.total += l.taken.add(c)
	l.kills++
}

// end has a process open and close the log, and checks what is in it then. The
// test ends with a failure.
// together says that processes wrote at the same time.
func (l *life) end(f *figures, b *book, together bool) {
	l.Helper()
	start(l, l.base, "").mustEnd()
	b.readDir(l.dir)
	b.checkOrder(together)
	b.checkTaken(l.taken)
	b.report(l)
	if l.Failed() {
		l.FailNow() // with what is left on disk
	}
	if err := os.RemoveAll(l.dir); err != nil {
		l.Error(err)
	}
	f.kills += l.kills
	f.taken += l.total
	f.records += b.records
	f.twice += b.twice
	f.torn += b.torn
}

// TestKillAtRandom kills processes at any time: while they write, and also while
// they open the log and write what the one before has left.
func TestKillAtRandom(t *testing.T) {
	t.Parallel()
	r, f := random(t), new(figures)
	for range rounds(t) {
		l := newLife(t, r)
		for range generations {
			l.killAtRandom(l.writer())
		}
		l.end(f, newBook(), false)
	}
	f.log(t)
}

// killAtRandom starts a child and kills it at some time.
func (l *life) killAtRandom(do task) {
	slow := l.IntN(3) == 0
	if slow {
		do.Pause = time.Millisecond
	}
	c := start(l, do, "")
	switch n := l.IntN(3000); {
	case l.IntN(5) == 0: // at its beginning
		time.Sleep(l.N(40 * time.Millisecond))
	case slow:
		c.await(taken(n / 10))
	default:
		c.await(taken(n))
	}
	time.Sleep(l.N(3 * time.Millisecond))
	c.kill()
	l.killed(c)
}

// N is a random duration.
func (l *life) N(d time.Duration) time.Duration { return time.Duration(l.Int64N(int64(d))) }

// TestKillWriteThrough kills processes that have no journal. A record that was
// being written may be torn: nobody was told that it is there, and no journal has
// the rest. The next process ends its line. Everything else is as with a journal.
func TestKillWriteThrough(t *testing.T) {
	t.Parallel()
	r, f := random(t), new(figures)
	for range rounds(t) {
		l := newLife(t, r)
		l.base.WriteThrough = true
		for range generations {
			l.killAtRandom(l.writer())
		}
		b := newBook()
		b.mayTear = l.kills
		l.end(f, b, false)
	}
	f.log(t)
}
