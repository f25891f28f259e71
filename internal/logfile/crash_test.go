package logfile

import (
	"errors"
	"fmt"
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

// A step is one thing that happens in a model's life.
type step struct {
	do   string
	size int // of a record, or of the part of something
}

// A model is a log, through the deaths of its process, and what must be in it.
type model struct {
	t    testing.TB
	o    Options
	now  *trial
	dead bool // the disk: the process is dying in a write

	next  int          // number of the next line
	must  map[int]bool // acknowledged lines, and those that wait
	may   map[int]bool // lines that were neither acknowledged nor refused
	moved []string
	torn  map[string]bool // what somebody else has cut a line to
}

func newModel(t testing.TB, o Options) *model {
	m := &model{t: t, o: o, next: 1, must: map[int]bool{}, may: map[int]bool{}, torn: map[string]bool{}}
	m.start()
	return m
}

// start is a new process.
func (m *model) start() {
	m.dead = false
	m.now = open(m.t, m.o)
}

// write is a disk that takes nothing from a process that is dead.
func (m *model) write(f *os.File, b []byte, part int) (int, error) {
	if m.dead {
		return 0, syscall.EIO
	}
	m.dead = true
	n, err := f.Write(b[:len(b)*part/1000])
	return n, errors.Join(err, syscall.EIO)
}

// crash ends the process, and starts another one.
func (m *model) crash() {
	m.now.crash()
	m.start()
}

func (m *model) append(size int, at func(n int, b []byte) error) {
	n := m.next
	m.next++
	var waits *KeptError
	switch err := at(n, line(n, size)); {
	case err == nil:
		m.must[n] = true
	case errors.As(err, &waits):
		m.may[n] = true
	}
}

// gone notes that somebody has taken away this content of the log.
func (m *model) gone(content string) {
	for l := range strings.Lines(content) {
		n := number(l)
		delete(m.must, n)
	}
}

func (m *model) step(s step) {
	path := m.o.Path
	switch s.do {
	case "calm", "urgent":
		level := calm
		if s.do == "urgent" {
			level = urgent
		}
		m.append(s.size, func(_ int, b []byte) error { return m.now.Append(b, level) })
	case "flush":
		assert.NoError(m.t, m.now.Flush())
	case "reopen":
		assert.NoError(m.t, m.now.Reopen())
	case "delay":
		time.Sleep(150 * time.Millisecond)
	case "tick":
		time.Sleep(1100 * time.Millisecond)
	case "move":
		synctest.Wait()
		to := fmt.Sprintf("%s.moved%d", path, len(m.moved))
		if os.Rename(path, to) == nil {
			m.moved = append(m.moved, to)
		}
	case "delete":
		synctest.Wait()
		m.gone(content(m.t, path))
		_ = os.Remove(path)
	case "truncate":
		synctest.Wait()
		c := content(m.t, path)
		size := len(c) * s.size / 1000
		rest := c[size:]
		if at := strings.LastIndexByte(c[:size], '\n') + 1; at < size {
			m.torn[c[at:size]] = true
			rest = c[at:]
		}
		m.gone(rest)
		if len(c) > 0 {
			assert.NoError(m.t, os.Truncate(path, int64(size)))
		}
	case "lose journal":
		synctest.Wait()
		_ = os.Remove(m.o.journalPath())
		time.Sleep(1100 * time.Millisecond)
	case "cut journal":
		synctest.Wait()
		_ = os.Truncate(m.o.journalPath(), int64(s.size)*64)
		time.Sleep(1100 * time.Millisecond)
	case "crash":
		synctest.Wait()
		m.crash()
	case "die writing":
		m.now.set(func(l *Log) {
			l.write = func(f *os.File, b []byte) (int, error) { return m.write(f, b, s.size) }
		})
		m.append(s.size, func(_ int, b []byte) error { return m.now.Append(b, calm) })
		_ = m.now.Flush()
		m.crash()
	case "close":
		assert.NoError(m.t, m.now.end())
		m.append(s.size, func(_ int, b []byte) error { return m.now.Append(b, calm) })
		m.start()
	}
}

// check closes the log, and compares what is there with what must be. The first
// lines tell the order of the files.
func (m *model) check() {
	t := m.t
	assert.NoError(t, m.now.end())
	files := contents(t, m.o.Path, m.moved...)
	slices.SortFunc(files, func(a, b string) int { return firstNumber(a) - firstNumber(b) })
	var lines []string
	for _, c := range files {
		lines = slices.AppendSeq(lines, strings.Lines(c))
	}
	last := 0
	seen := make(map[int]int)
	for _, l := range lines {
		n := number(l)
		switch {
		case n == 0 && m.torn[strings.TrimSuffix(l, "\n")]:
			continue
		case n == 0:
			t.Errorf("not a whole line: %.80q", l)
			continue
		case n <= last:
			t.Errorf("line %d after %d", n, last)
		}
		last = n
		seen[n]++
	}
	for n := range m.must {
		if seen[n] == 0 {
			t.Errorf("line %d is lost", n)
		}
	}
	for n, times := range seen {
		if times > 1 {
			t.Errorf("line %d is there %d times", n, times)
		}
	}
}

// firstNumber is that of a content's first whole line.
func firstNumber(content string) int {
	for l := range strings.Lines(content) {
		if n := number(l); n > 0 {
			return n
		}
	}
	return 0
}

// drawSteps draws a life. Appending is what happens most.
func drawSteps(t *rapid.T, others ...string) []step {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		s := step{do: rapid.SampledFrom(append(others, "calm", "calm", "calm", "calm", "urgent")).Draw(t, "do")}
		sizes := []int{0, 50, 500, 5000, ringSize/2 - 100, ringSize/2 + 1, ringSize * 2}
		if s.do != "calm" && s.do != "urgent" {
			sizes = []int{0, 1, 100, 333, 500, 800, 999, 1000} // thousandths
		}
		s.size = rapid.SampledFrom(sizes).Draw(t, "size")
		return s
	}), 1, 50).Draw(t, "steps")
}

// TestModel: whatever happens to a log with a sole writer, all that was
// acknowledged is there once, in order, in whole lines, unless somebody has taken
// it away.
func TestModel(t *testing.T) {
	needJournal(t)
	property(t, func(rt *rapid.T) func(testing.TB) {
		steps := drawSteps(rt, "flush", "reopen", "delay", "tick", "move", "delete", "truncate", "lose journal", "cut journal", "crash", "die writing", "close")
		maxSize := rapid.SampledFrom([]int64{0, 4096, 100000}).Draw(rt, "MaxSize")
		compress := rapid.Bool().Draw(rt, "Compress")
		return func(t testing.TB) {
			o := options(t)
			o.MaxSize, o.Compress = maxSize, compress
			m := newModel(t, o)
			for _, s := range steps {
				m.step(s)
			}
			m.check()
		}
	})
}
