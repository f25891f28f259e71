//go:build unix

package crashtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spanlog/spanlog/internal/crashpoint"
)

// A point is one of package crashpoint's, with how often it is passed at most
// before the process dies there.
type point struct {
	name string
	most int
	do   func(*task) // what else the child is like
}

// oversize has every third record written past the journal.
func oversize(t *task) { t.Oversize = 3 }

// points are all points. A child that writes reaches each of them.
var points = []point{
	{"before-commit", 1500, nil}, // for each record
	{"mid-copy", 1500, nil},
	{"after-commit", 1500, nil},
	{"before-intent", 100, nil}, // for each write
	{"after-intent", 100, nil},
	{"before-write", 100, nil},
	{"mid-write", 100, nil},
	{"after-write", 100, nil},
	{"before-cursor", 100, nil},
	{"after-cursor", 100, nil},
	{"before-rotate", 25, nil},
	{"mid-rotate", 25, nil},
	{"after-rotate", 25, nil},
	{"compress-begin", 8, nil},
	{"compress-middle", 8, nil},
	{"compress-before-rename", 8, nil},
	{"compress-before-unlink", 8, nil},
	{"compress-end", 8, nil},
	{"mid-write", 60, oversize},
	{"after-write", 60, oversize},
}

func needPoints(t *testing.T) {
	t.Helper()
	if !crashpoint.Enabled {
		t.Skip("needs the build tag crashpoint")
	}
}

// killAtPoint runs a child until it dies at the point.
func (l *life) killAtPoint(p point) {
	l.Helper()
	do := l.writer()
	if p.do != nil {
		p.do(&do)
	}
	l.killed(start(l, do, fmt.Sprintf("%s:%d", p.name, l.IntN(p.most+1))))
}

// TestKillAtPoints kills processes that write, at each point.
func TestKillAtPoints(t *testing.T) {
	needPoints(t)
	t.Parallel()
	r, f := random(t), new(figures)
	for range rounds(t) {
		all := slices.Clone(points)
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		for these := range slices.Chunk(all, generations) {
			l := newLife(t, r)
			for _, p := range these {
				l.killAtPoint(p)
			}
			l.end(f, newBook(), false)
		}
	}
	f.log(t)
}

// TestKillInRecovery kills processes while they write what another one has left,
// and the next ones as well, which write what both have left.
func TestKillInRecovery(t *testing.T) {
	needPoints(t)
	t.Parallel()
	r, f := random(t), new(figures)
	again := map[string]int{} // kills of second recoveries
	for range rounds(t) {
		var first []string
		for _, p := range points {
			switch p.name {
			case "before-commit", "mid-copy", "after-commit": // there are no new records
			default:
				if !slices.Contains(first, p.name) {
					first = append(first, p.name)
				}
			}
		}
		r.Shuffle(len(first), func(i, j int) { first[i], first[j] = first[j], first[i] })
		for these := range slices.Chunk(first, generations) {
			l := newLife(t, r)
			for _, name := range these {
				l.killRecovery(name, first[r.IntN(len(first))], again)
			}
			l.end(f, newBook(), false)
		}
	}
	f.log(t)
	t.Logf("second recoveries: %v", again)
	// Whether the second one has anything to do depends on the first. Of so many,
	// some had.
	if n := total(again); n == 0 {
		t.Error("no second recovery was killed")
	}
}

func total(m map[string]int) (n int) {
	for v := range maps.Values(m) {
		n += v
	}
	return n
}

// killRecovery has a child leave records in the journal and files that are not
// compressed. So the next one certainly comes to the first point. The one after
// it may come to the second point.
func (l *life) killRecovery(first, second string, again map[string]int) {
	l.Helper()
	do := l.writer()
	do.Compress, do.Delay = false, time.Hour
	do.Oversize = 0 // in a write of one, the journal may have no records
	leave := "before-intent"
	if strings.HasSuffix(first, "-rotate") {
		leave = "before-rotate" // which is then still to be done
	}
	l.killed(start(l, do, fmt.Sprintf("%s:%d", leave, 20+l.IntN(60))))

	l.killed(start(l, l.base, first+":0"))

	c := start(l, l.base, fmt.Sprintf("%s:%d", second, l.IntN(2)))
	if c.wait() {
		l.kills++
		again[second]++
	} else if !c.cmd.ProcessState.Success() {
		l.Errorf("recovery%s: %v", c.at(), c.cmd.ProcessState)
	}
}

// TestKillWriteThroughAtPoints is TestKillWriteThrough, where a process is killed
// between two parts of a write.
func TestKillWriteThroughAtPoints(t *testing.T) {
	needPoints(t)
	t.Parallel()
	r, f := random(t), new(figures)
	for range rounds(t) {
		l := newLife(t, r)
		l.base.WriteThrough = true
		for _, p := range []point{
			{"before-write", 100, nil},
			{"mid-write", 100, nil},
			{"after-write", 100, nil},
			{"mid-write", 0, nil},
			{"mid-write", 60, oversize},
			{"mid-rotate", 25, nil},
		} {
			l.killAtPoint(p)
		}
		b := newBook()
		b.mayTear = l.kills
		l.end(f, b, false)
	}
	f.log(t)
	if f.torn == 0 {
		t.Error("no line is torn: no process was killed within one")
	}
}
