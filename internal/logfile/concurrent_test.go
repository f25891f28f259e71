package logfile

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
)

// perWorker is how many lines a worker has: those of worker w are numbered from
// w*perWorker+1 on.
const perWorker = 1000

// A crew are goroutines that log at the same time.
type crew struct {
	wg   sync.WaitGroup
	done atomic.Bool // all have logged
}

// start has workers from first to last log, each its lines in order, of random
// sizes and levels.
func (c *crew) start(t testing.TB, tr *trial, first, last int) {
	for w := first; w <= last; w++ {
		c.wg.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(w)))
			for i := 1; i <= perWorker; i++ {
				size, level := random.IntN(200), calm
				switch random.IntN(100) {
				case 0:
					level = urgent
				case 1:
					size = random.IntN(ringSize)
				}
				if err := tr.Append(line(w*perWorker+i, size), level); err != nil {
					t.Errorf("worker %d, line %d: %v", w, i, err)
				}
			}
		})
	}
}

// during does something again and again while the crew is at work, and once at
// least.
func (c *crew) during(do func(round int)) {
	go func() {
		c.wg.Wait()
		c.done.Store(true)
	}()
	for round := 0; ; round++ {
		do(round)
		if c.done.Load() {
			return
		}
	}
}

// wantCrew fails the test unless each line of the workers from first to last is
// there once, whole, and each worker's are in order if the files are.
func wantCrew(t *testing.T, content string, first, last int, ordered bool) {
	t.Helper()
	byWorker := make(map[int][]int)
	for l := range strings.Lines(content) {
		n := number(l)
		if n == 0 {
			t.Fatalf("not a whole line: %.80q", l)
		}
		w := (n - 1) / perWorker
		byWorker[w] = append(byWorker[w], n)
	}
	for w := first; w <= last; w++ {
		got := byWorker[w]
		if !ordered {
			slices.Sort(got)
		}
		assert.Equal(t, fmt.Sprintf("worker %d", w), series(got), fmt.Sprintf("%d-%d", w*perWorker+1, (w+1)*perWorker))
	}
}

// TestConcurrent: goroutines log while all that a log can do is done to it.
func TestConcurrent(t *testing.T) {
	for _, test := range []struct {
		name    string
		ordered bool // the rotated files' names tell the order of all
		maxSize int64
		through bool
		do      func(t *testing.T, tr *trial, round int)
	}{
		{"nothing else", true, 0, false, func(*testing.T, *trial, int) { time.Sleep(time.Millisecond) }},
		{"flush", true, 0, false, func(t *testing.T, tr *trial, _ int) { assert.NoError(t, tr.Flush()) }},
		{"reopen", true, 0, false, func(t *testing.T, tr *trial, _ int) { assert.NoError(t, tr.Reopen()) }},
		{"rotation", true, 32 << 10, false, func(t *testing.T, tr *trial, _ int) { assert.NoError(t, tr.Flush()) }},
		{"rotation, write-through", true, 32 << 10, true, func(t *testing.T, tr *trial, _ int) { assert.NoError(t, tr.Reopen()) }},
		{"the journal removed", true, 32 << 10, false, func(_ *testing.T, tr *trial, _ int) {
			_ = os.Remove(tr.opts.journalPath())
			tr.attention()
		}},
		{"the journal cut off", true, 0, false, func(t *testing.T, tr *trial, round int) {
			_ = os.Truncate(tr.opts.journalPath(), int64(round%20)*4096)
			if round%3 == 0 {
				assert.NoError(t, tr.Flush())
			}
			tr.attention()
		}},
		{"moved", false, 64 << 10, false, func(_ *testing.T, tr *trial, round int) {
			_ = os.Rename(tr.opts.Path, fmt.Sprintf("%s.moved%d", tr.opts.Path, round))
			tr.attention()
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := options(t)
			o.MaxSize, o.WriteThrough, o.Delay = test.maxSize, test.through, time.Millisecond
			tr := open(t, o)
			var c crew
			c.start(t, tr, 0, 3)
			c.during(func(round int) { test.do(t, tr, round) })
			assert.NoError(t, tr.end())
			content := all(t, o.Path)
			moved, err := filepath.Glob(o.Path + ".moved*")
			assert.NoError(t, err)
			for _, name := range moved {
				b, err := os.ReadFile(name)
				assert.NoError(t, err)
				content += string(b)
			}
			wantCrew(t, content, 0, 3, test.ordered)
			written, _, lost := tr.counts()
			assert.Equal(t, "written", written, 4*perWorker)
			assert.Equal(t, "lost", lost, 0)
		})
	}
}

// TestConcurrentClose: what is appended while the log is being closed, and later,
// is there, in order.
func TestConcurrentClose(t *testing.T) {
	inModes(t, func(t *testing.T, o Options) {
		o.Delay = time.Millisecond
		tr := open(t, o)
		var c crew
		c.start(t, tr, 0, 3)
		c.during(func(round int) {
			written, _, _ := tr.counts()
			if written > perWorker {
				assert.NoError(t, tr.end())
			}
		})
		assert.NoError(t, tr.end())
		wantCrew(t, content(t, o.Path), 0, 3, true)
	})
}

// TestConcurrentTakeover: of two logs on one path, the owner ends, the other
// becomes the owner while it is logged to, and there is another one; and so on.
// Half of them crash, after all that their callers had to say.
func TestConcurrentTakeover(t *testing.T) {
	needLocks(t)
	const logs = 6
	o := options(t)
	o.MaxSize, o.Compress, o.Delay = 32<<10, true, time.Millisecond
	owner := open(t, o)
	var crews [2 * logs]crew
	crews[0].start(t, owner, 0, 0)
	for w := 1; w < logs; w++ {
		next := open(t, o)
		crews[2*w-1].start(t, next, w, w)
		crews[2*w].start(t, next, logs+w, logs+w)
		crews[2*w-2].wg.Wait()
		if w%2 == 0 {
			assert.NoError(t, owner.end())
		} else {
			owner.crash()
		}
		next.tick()
		next.wantState(journaled)
		crews[2*w-1].wg.Wait()
		owner = next
	}
	for w := range crews {
		crews[w].wg.Wait()
	}
	assert.NoError(t, owner.end())
	assert.NoError(t, open(t, o).end())
	wantCrew(t, all(t, o.Path), 0, logs-1, false)
	wantCrew(t, all(t, o.Path), logs+1, 2*logs-1, false)
	if len(rotated(t, o.Path)) == 0 {
		t.Error("nothing was rotated")
	}
}
