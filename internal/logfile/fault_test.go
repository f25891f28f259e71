package logfile

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/spanlog/spanlog/internal/assert"
)

// A fault is what becomes of one write: so many thousandths of it are written,
// and then it fails, or says nothing.
type fault struct {
	part   int
	silent bool
}

// faulty returns a write function for which these are the faults, in this order;
// a nil one is none. Afterwards all goes well.
func faulty(faults []*fault) func(*os.File, []byte) (int, error) {
	return func(f *os.File, b []byte) (int, error) {
		if len(faults) == 0 || faults[0] == nil {
			faults = faults[min(1, len(faults)):]
			return f.Write(b)
		}
		now := *faults[0]
		faults = faults[1:]
		n, err := f.Write(b[:len(b)*now.part/1000])
		if err == nil && !now.silent {
			err = syscall.EIO
		}
		return n, err
	}
}

// drawFaults are for a disk on which many writes fail.
func drawFaults(t *rapid.T) []*fault {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) *fault {
		if rapid.IntRange(0, 3).Draw(t, "ok") == 0 {
			return nil
		}
		return &fault{rapid.SampledFrom([]int{0, 1, 20, 333, 500, 900, 999}).Draw(t, "part"), rapid.Bool().Draw(t, "silent")}
	}), 0, 30).Draw(t, "faults")
}

// TestFaultyDisk: whatever fails, and wherever a write is cut off, all that is
// accepted is there in the end, once, in order, in whole lines.
func TestFaultyDisk(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode.name, func(t *testing.T) {
			property(t, func(rt *rapid.T) func(testing.TB) {
				faults := drawFaults(rt)
				type step struct {
					do   string
					size int
				}
				steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
					return step{
						rapid.SampledFrom([]string{"calm", "calm", "calm", "urgent", "flush", "reopen", "move", "wait", "a second"}).Draw(t, "do"),
						rapid.SampledFrom([]int{0, 100, 3000, 20000, ringSize/2 + 1, 3 * ringSize}).Draw(t, "size"),
					}
				}), 1, 40).Draw(rt, "steps")
				maxSize := rapid.SampledFrom([]int64{0, 4096, 50000}).Draw(rt, "MaxSize")

				return func(t testing.TB) {
					o := options(t)
					o.WriteThrough, o.MaxSize = mode.through, maxSize
					tr := open(t, o)
					tr.set(func(l *Log) { l.write = faulty(faults) })
					var accepted []int
					var moved []string
					for n, s := range steps {
						level := calm
						switch s.do {
						case "urgent":
							level = urgent
							fallthrough
						case "calm":
							var waits *KeptError
							if err := tr.Append(line(n+1, s.size), level); err == nil || errors.As(err, &waits) {
								accepted = append(accepted, n+1)
							}
						case "flush":
							_ = tr.Flush()
						case "reopen":
							_ = tr.Reopen()
						case "move":
							to := fmt.Sprintf("%s.%d", o.Path, n)
							if os.Rename(o.Path, to) == nil {
								moved = append(moved, to)
							}
						case "wait":
							time.Sleep(tr.opts.Delay + 20*time.Millisecond)
						default:
							time.Sleep(time.Second)
						}
					}
					time.Sleep(time.Minute) // all faults are over then
					tr.flush()
					assert.NoError(t, tr.end())
					wantSorted(t, o.Path, moved, accepted)
					written, _, lost := tr.counts()
					assert.Equal(t, "written", written, len(accepted))
					assert.Equal(t, "lost", lost, 0)
				}
			})
		})
	}
}

// TestFaultyBackoff: a disk that fails is not asked all the time, and its trouble
// is told as often as it is asked.
func TestFaultyBackoff(t *testing.T) {
	inModes(t, func(t *testing.T, o Options) {
		synctest.Test(t, func(t *testing.T) {
			tr := open(t, o)
			var at []time.Duration
			start := time.Now()
			tr.set(func(l *Log) {
				l.write = func(*os.File, []byte) (int, error) {
					at = append(at, time.Since(start))
					return 0, syscall.EIO
				}
			})
			_ = tr.Append(line(1, 0), urgent)
			for n := 2; n <= 100; n++ {
				_ = tr.Append(line(n, 0), urgent)
			}
			for range 1000 {
				_ = tr.Append(line(101, 0), calm)
				time.Sleep(10 * time.Millisecond)
			}
			tr.set(func(l *Log) { l.write = (*os.File).Write })
			if len(at) < 10 || len(at) > 20 {
				t.Errorf("%d attempts in 10 seconds: %v", len(at), at)
			}
			for i := 1; i < len(at); i++ {
				if gap := at[i] - at[i-1]; gap < minBackoff || gap > time.Second {
					t.Errorf("attempts after %v and %v", at[i-1], at[i])
				}
			}
			if n := len(tr.told()); n > len(at) {
				t.Errorf("%d reports of %d attempts", n, len(at))
			}
		})
	})
}

// TestFaultyRetried: who finds out that a write fails does not matter, nor how long records may
// wait: it is tried again within a second.
func TestFaultyRetried(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(tr *trial)
		want string
	}{
		{"an urgent record", func(tr *trial) { _ = tr.Append(line(1, 0), urgent) }, "1"},
		{"an urgent record behind another one", func(tr *trial) {
			_ = tr.Append(line(1, 0), calm)
			synctest.Wait() // the delay has begun
			_ = tr.Append(line(2, 0), urgent)
		}, "1-2"},
		{"a flush", func(tr *trial) {
			_ = tr.Append(line(1, 0), calm)
			synctest.Wait()
			_ = tr.Flush()
		}, "1"},
		{"a reopening", func(tr *trial) {
			_ = tr.Append(line(1, 0), calm)
			synctest.Wait()
			_ = tr.Reopen()
		}, "1"},
		{"the keeper, as much has gathered", func(tr *trial) {
			for n := 1; n <= 30; n++ {
				_ = tr.Append(line(n, 1000), calm)
				synctest.Wait()
			}
		}, "1-30"},
	} {
		t.Run(test.name, func(t *testing.T) {
			inModes(t, func(t *testing.T, o Options) {
				o.Delay = time.Hour
				synctest.Test(t, func(t *testing.T) {
					tr := open(t, o)
					tr.set(func(l *Log) { l.write = func(*os.File, []byte) (int, error) { return 0, syscall.EIO } })
					test.do(tr)
					time.Sleep(10 * time.Second)
					tr.set(func(l *Log) { l.write = (*os.File).Write })
					time.Sleep(time.Second)
					synctest.Wait()
					wantFile(t, o.Path, test.want)
				})
			})
		})
	}
}

// TestFaultyLevels: a record says that it waits if it is in neither the file nor
// the journal; and so does one that should be in the file and is not.
func TestFaultyLevels(t *testing.T) {
	for _, test := range []struct {
		name    string
		through bool
		level   slog.Level
		size    int
		kept    bool
	}{
		{"calm, in the journal", false, calm, 0, false},
		{"urgent, in the journal", false, urgent, 0, true},
		{"calm, too long for the journal", false, calm, ringSize, true},
		{"calm, without a journal", true, calm, 0, true},
		{"urgent, without a journal", true, urgent, 0, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := options(t)
			o.WriteThrough = test.through
			tr := open(t, o)
			tr.set(func(l *Log) { l.write = func(*os.File, []byte) (int, error) { return 0, syscall.EIO } })
			err := tr.Append(line(1, test.size), test.level)
			var waits *KeptError
			if errors.As(err, &waits) != test.kept || (err == nil) == test.kept || test.kept && !errors.Is(err, syscall.EIO) {
				t.Errorf("got %v", err)
			}
			if test.kept && err.Error() != "not written yet, and tried again: input/output error" {
				t.Errorf("got %q", err)
			}
			tr.set(func(l *Log) { l.write = (*os.File).Write })
			tr.flush()
			wantFile(t, o.Path, "1")
		})
	}
}
