package logfile

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestDrainDelay: a record is in the file after the delay at the latest, and not
// before, without a reason.
func TestDrainDelay(t *testing.T) {
	needJournal(t)
	for _, test := range []struct{ set, want time.Duration }{
		{0, 100 * time.Millisecond},
		{time.Millisecond, time.Millisecond},
		{5 * time.Second, 5 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			o := options(t)
			o.Delay = test.set
			tr := open(t, o)
			for n := 2; n <= 10; n += 2 {
				time.Sleep(377 * time.Millisecond)
				before := content(t, o.Path)
				tr.add(calm, n-1, n-1)
				time.Sleep(test.want - 1)
				tr.add(calm, n, n)
				synctest.Wait()
				assert.Equal(t, "just before", content(t, o.Path), before)
				time.Sleep(time.Nanosecond)
				synctest.Wait()
				wantFile(t, o.Path, fmt.Sprintf("1-%d", n))
			}
		})
	}
}

// TestDrainDelayAlways: however records come, and whoever writes them, none is kept from
// the file for longer than the delay.
func TestDrainDelayAlways(t *testing.T) {
	needJournal(t)
	property(t, func(rt *rapid.T) func(testing.TB) {
		type step struct {
			do    string
			pause time.Duration
		}
		steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
			return step{
				rapid.SampledFrom([]string{"calm", "calm", "calm", "long", "urgent", "flush"}).Draw(t, "do"),
				time.Duration(rapid.SampledFrom([]int{0, 0, 1, 30, 99, 100, 101, 250}).Draw(t, "pause")) * time.Millisecond,
			}
		}), 1, 60).Draw(rt, "steps")
		return func(t testing.TB) {
			o := options(t)
			o.Delay = 100 * time.Millisecond
			tr := open(t, o)
			var since []time.Time
			for _, s := range steps {
				switch n := len(since) + 1; s.do {
				case "flush":
					tr.flush()
				case "urgent":
					tr.add(urgent, n, n)
					since = append(since, time.Now())
				case "long":
					tr.addLong(calm, 10_000, n, n) // three of these press
					since = append(since, time.Now())
				default:
					tr.add(calm, n, n)
					since = append(since, time.Now())
				}
				time.Sleep(s.pause)
				synctest.Wait()
				due := 0
				for due < len(since) && time.Since(since[due]) >= o.Delay {
					due++
				}
				if got := strings.Count(content(t, o.Path), "\n"); got < due {
					t.Fatalf("%d of %d records are in the file, and %d are due", got, len(since), due)
				}
			}
		}
	})
}

// TestDrainPressing: when much has gathered, it is written without delay.
func TestDrainPressing(t *testing.T) {
	needJournal(t)
	synctest.Test(t, func(t *testing.T) {
		o := options(t)
		o.Delay = time.Hour
		tr := open(t, o)
		tr.addLong(calm, 1000, 1, 20)
		synctest.Wait()
		wantFile(t, o.Path, "")
		for n := 21; n <= 25; n++ { // more than a third of 64 KiB
			assert.NoError(t, tr.Append(line(n, 1000), calm))
			synctest.Wait()
		}
		wantFile(t, o.Path, "1-22") // once, and what came later waits
	})
}

// TestDrainUrgent: an urgent record is in the file when Append returns, and all
// before it are.
func TestDrainUrgent(t *testing.T) {
	o := options(t)
	o.Delay = time.Hour
	tr := open(t, o)
	tr.add(calm, 1, 5)
	tr.add(urgent, 6, 6)
	wantFile(t, o.Path, "1-6")
	written, _, _ := tr.counts()
	assert.Equal(t, "written", written, 6)
}

// TestDrainFull: more than the journal has room for goes through it, however
// long records are.
func TestDrainFull(t *testing.T) {
	o := options(t)
	o.Delay = time.Hour
	tr := open(t, o)
	sizes := []int{0, 100, ringSize / 2, ringSize/2 - 100, ringSize/2 - 15, 3 * ringSize, maxWrite + 1, 10}
	for n := 1; n <= 80; n++ {
		assert.NoError(t, tr.Append(line(n, sizes[n%len(sizes)]), calm))
	}
	assert.NoError(t, tr.end())
	wantFile(t, o.Path, "1-80")
}

// TestDrainRest: what a drain has taken over and not written, because its caller
// did not wait for it, is written after the delay as well.
func TestDrainRest(t *testing.T) {
	needJournal(t)
	synctest.Test(t, func(t *testing.T) {
		o := options(t)
		tr := open(t, o)
		tr.drainMu.Lock()
		done := make(chan error)
		go func() { done <- tr.Append(line(1, ringSize), calm) }() // too long for the journal
		for tr.accepted() == 0 {
			runtime.Gosched()
		}
		tr.add(calm, 2, 3) // into the same batch, and not into the same write
		tr.drainMu.Unlock()
		assert.NoError(t, <-done)
		time.Sleep(o.Delay + 200*time.Millisecond)
		wantFile(t, o.Path, "1-3")
	})
}

// TestDrainGathers: of many that wait, one writes for all.
func TestDrainGathers(t *testing.T) {
	inModes(t, func(t *testing.T, o Options) {
		tr := open(t, o)
		writes := 0
		tr.set(func(l *Log) {
			l.write = func(f *os.File, b []byte) (int, error) {
				writes++
				return f.Write(b)
			}
		})
		const many = 20
		tr.drainMu.Lock()
		done := make(chan error)
		for n := 1; n <= many; n++ {
			go func() { done <- tr.Append(line(n, 0), urgent) }()
			for tr.accepted() < uint64(n) {
				runtime.Gosched()
			}
		}
		tr.drainMu.Unlock()
		for range many {
			assert.NoError(t, <-done)
		}
		wantFile(t, o.Path, "1-20")
		tr.set(func(*Log) { assert.Equal(t, "writes", writes, 1) })
	})
}
