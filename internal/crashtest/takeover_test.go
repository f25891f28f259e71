//go:build unix

package crashtest

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestTakeover kills the log's owner while another process writes to the same
// log. The other one becomes the owner, and writes what the first has left.
//
// What is promised for two writers is at least once. A record is there twice if
// the first process died within a write of several, and the other one has written
// behind the part that got into the file. Then there is half a line as well.
func TestTakeover(t *testing.T) {
	t.Parallel()
	takeOver(t, "", "")
}

// TestTakeoverAtPoints is TestTakeover with the owner killed at a point.
func TestTakeoverAtPoints(t *testing.T) {
	needPoints(t)
	t.Parallel()
	f := takeOver(t, "after-commit", "before-intent", "after-intent", "before-write", midWrite, midWrite,
		"after-write", "before-cursor", "after-cursor", "mid-rotate", "after-rotate", "compress-before-unlink")
	if f.torn == 0 {
		t.Error("no line is torn: no process was killed within one")
	}
}

const midWrite = "mid-write"

// takeOver does it with the owner killed at each of the points, or at some time
// if the point is "".
func takeOver(t *testing.T, points ...string) *figures {
	r, f := random(t), new(figures)
	for range rounds(t) {
		for _, name := range points {
			l, b := newLife(t, r), newBook()
			b.mayRepeat = true
			if outsideDrain(name) || name == midWrite {
				b.mayTear = 1
			}
			l.takeOver(name)
			l.end(f, b, true)
		}
	}
	f.log(t)
	return f
}

// outsideDrain reports whether the process may be within a write at the point: in
// another goroutine than the one that comes to the point.
func outsideDrain(point string) bool {
	return point == "" || strings.HasSuffix(point, "-commit") || strings.HasPrefix(point, "compress")
}

// takeOver has one child take over from another.
func (l *life) takeOver(crash string) {
	l.Helper()
	do := l.writer()
	do.Gate = 1 // the owner has no more to do until the other one writes, too
	switch {
	case crash == midWrite:
		do.Delay = time.Hour // and writes nothing until then
	case strings.HasPrefix(crash, "compress"):
	case crash != "":
		crash += fmt.Sprintf(":%d", 6+l.IntN(30))
	}
	owner := start(l, do, crash)
	if !owner.await(event(eventJournal)) {
		l.Fatal("the first process has no journal")
	}
	do = l.writer()
	do.Pause = l.N(time.Millisecond)
	other := start(l, do, "")
	if !other.await(event(eventThrough)) || !other.await(taken(100)) {
		l.Fatal("the second process does not write")
	}
	owner.openGate()
	if owner.crash == "" {
		owner.await(taken(l.IntN(3000)))
		time.Sleep(l.N(3 * time.Millisecond))
		owner.kill()
	}
	l.killed(owner)
	if !other.await(event(eventJournal)) {
		l.Error("the second process does not take over")
	}
	before, total := rotated(l, l.dir), other.count()
	other.await(taken(total + 1000))
	other.stop()
	other.mustEnd()
	l.total += l.taken.add(other)
	if after := rotated(l, l.dir); after <= before {
		l.Errorf("the second process does not rotate: %d rotated files before and %d after it wrote %d records", before, after, other.count()-total)
	}
}
