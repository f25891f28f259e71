package logfile

import (
	"errors"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/spanlog/spanlog/internal/assert"
)

// A pair are two processes that log to one path. Each of them dies now and then,
// and another one takes its place.
type pair struct {
	t    testing.TB
	o    Options
	logs [2]*trial

	next    int
	births  int
	process [2]int       // how many were born before those that live
	by      map[int]int  // by which process a line was appended
	size    map[int]int  // of each line
	must    map[int]bool // acknowledged lines
	lastOf  map[int]int  // by process, the last line found
}

func newPair(t testing.TB, o Options) *pair {
	p := &pair{t: t, o: o, next: 1, by: map[int]int{}, size: map[int]int{}, must: map[int]bool{}, lastOf: map[int]int{}}
	p.start(0)
	p.start(1)
	return p
}

func (p *pair) start(which int) {
	p.births++
	p.process[which] = p.births
	p.logs[which] = open(p.t, p.o)
}

func (p *pair) append(which, size int, level string) {
	n := p.next
	p.next++
	p.by[n], p.size[n] = p.process[which], size
	at := calm
	if level == "urgent" {
		at = urgent
	}
	if p.logs[which].Append(line(n, size), at) == nil {
		p.must[n] = true
	}
}

func (p *pair) step(which int, s step) {
	l := p.logs[which]
	switch s.do {
	case "calm", "urgent":
		p.append(which, s.size, s.do)
	case "flush":
		assert.NoError(p.t, l.Flush())
	case "delay":
		time.Sleep(150 * time.Millisecond)
	case "tick":
		time.Sleep(1100 * time.Millisecond)
	case "crash":
		synctest.Wait()
		l.crash()
		p.start(which)
	case "close":
		assert.NoError(p.t, l.end())
		p.start(which)
	case "die writing":
		synctest.Wait() // the other one does not write at the same moment
		dead := false
		l.set(func(l *Log) {
			l.write = func(f *os.File, b []byte) (n int, err error) {
				if !dead {
					dead = true
					n, err = f.Write(b[:len(b)*s.size/1000])
				}
				return n, errors.Join(err, syscall.EIO)
			}
		})
		p.append(which, s.size, "calm")
		_ = l.Flush()
		l.crash()
		p.start(which)
	}
}

// check closes both, and compares what is there with what must be.
func (p *pair) check(diesWriting bool) {
	t := p.t
	assert.NoError(t, p.logs[1].end())
	time.Sleep(1100 * time.Millisecond)
	assert.NoError(t, p.logs[0].end())
	assert.NoError(t, open(t, p.o).end()) // for what is left if none was the owner
	seen := make(map[int]int)
	var lines []string
	for _, c := range contents(t, p.o.Path) {
		lines = slices.AppendSeq(lines, strings.Lines(c))
	}
	for _, l := range lines {
		n := number(l)
		if n == 0 {
			if !diesWriting || !p.beginsOne(strings.TrimSuffix(l, "\n")) {
				t.Errorf("neither a line nor the beginning of one: %.80q", l)
			}
			continue
		}
		seen[n]++
		if diesWriting {
			continue
		}
		if seen[n] > 1 {
			t.Errorf("line %d is there %d times", n, seen[n])
		}
		if process := p.by[n]; n <= p.lastOf[process] {
			t.Errorf("line %d after %d, of the same process", n, p.lastOf[process])
		}
		p.lastOf[p.by[n]] = n
	}
	for n := range p.must {
		if seen[n] == 0 {
			t.Errorf("line %d is lost", n)
		}
	}
}

// beginsOne reports whether one of the lines begins so.
func (p *pair) beginsOne(text string) bool {
	for n, size := range p.size {
		if strings.HasPrefix(string(line(n, size)), text) {
			return true
		}
	}
	return false
}

// TestModelPair: with two writers, all that was acknowledged is there, in whole
// lines; and once and in order, if none of them has died in the middle of a write.
func TestModelPair(t *testing.T) {
	needLocks(t)
	for _, diesWriting := range []bool{false, true} {
		name, others := "dying between writes", []string{"flush", "delay", "tick", "crash", "close"}
		if diesWriting {
			name, others = "dying in writes", append(others, "die writing")
		}
		t.Run(name, func(t *testing.T) {
			property(t, func(rt *rapid.T) func(testing.TB) {
				steps := drawSteps(rt, slices.Clip(others)...)
				which := rapid.SliceOfN(rapid.IntRange(0, 1), len(steps), len(steps)).Draw(rt, "which")
				maxSize := rapid.SampledFrom([]int64{0, 20000, 300000}).Draw(rt, "MaxSize")
				return func(t testing.TB) {
					o := options(t)
					o.MaxSize = maxSize
					p := newPair(t, o)
					for i, s := range steps {
						p.step(which[i], s)
					}
					p.check(diesWriting)
				}
			})
		})
	}
}
