package logfile

import (
	"errors"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/filelock"
)

// needLocks skips the test where processes do not know of each other. Two Logs
// with one path are like two processes: a lock belongs to the open file.
func needLocks(t testing.TB) {
	t.Helper()
	needJournal(t)
	o := options(t)
	tr := open(t, o)
	f, err := os.OpenFile(o.Path, os.O_RDWR, 0)
	assert.NoError(t, err)
	defer f.Close()
	if alone, err := filelock.TryExclusive(f); alone || err != nil {
		t.Skip("no locks here: ", err)
	}
	assert.NoError(t, tr.end())
}

const held = "write-through: journal: another process has it"

// TestTakeover: when the owner ends, another process is the owner within a tick,
// and writes what the owner has left.
func TestTakeover(t *testing.T) {
	needLocks(t)
	for _, test := range []struct {
		name string
		end  func(*trial)
		want string // what the other has written and found
	}{
		{"closed", func(tr *trial) { assert.NoError(tr.t, tr.end()) }, "1-20 101-120"},
		{"crashed", func(tr *trial) { tr.crash() }, "1-10 101-110 11-20 111-120"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := options(t)
				o.Delay = time.Hour
				owner := open(t, o)
				owner.wantState(journaled)
				other := open(t, o)
				other.wantState(held)
				owner.add(calm, 1, 10)
				owner.flush()
				owner.add(calm, 11, 20)
				if test.name == "closed" {
					test.end(owner)
				}
				other.add(calm, 101, 110)
				if test.name != "closed" {
					test.end(owner)
				}
				time.Sleep(1500 * time.Millisecond)
				other.wantState(journaled)
				other.add(calm, 111, 120)
				other.flush()
				wantFile(t, o.Path, test.want)
				third := open(t, o)
				third.wantState(held)
				assert.Equal(t, "reports", len(owner.told())+len(other.told())+len(third.told()), 0)
				assert.NoError(t, other.end())
				time.Sleep(1500 * time.Millisecond)
				third.wantState(journaled)
				assert.NoError(t, third.end())
				_, err := os.Lstat(o.journalPath())
				assert.Equal(t, "the journal is removed", errors.Is(err, os.ErrNotExist), true)
			})
		})
	}
}

// TestTakeoverWriteThrough: without a journal the lock goes over just the same,
// and so does what only the owner does.
func TestTakeoverWriteThrough(t *testing.T) {
	needLocks(t)
	synctest.Test(t, func(t *testing.T) {
		o := options(t)
		o.WriteThrough = true
		o.MaxSize = 4096
		owner := open(t, o)
		owner.wantState("write-through")
		other := open(t, o)
		for n := 1; n <= 10; n++ {
			assert.NoError(t, other.Append(line(n, 1000), calm))
		}
		wantLog(t, o.Path, "1-10") // which the owner has not seen
		assert.NoError(t, owner.Append(line(11, 1000), calm))
		wantLog(t, o.Path, "1-10 | 11")
		assert.NoError(t, owner.end())
		time.Sleep(1500 * time.Millisecond)
		assert.Equal(t, "state", other.State(), "write-through")
		for n := 12; n <= 15; n++ {
			assert.NoError(t, other.Append(line(n, 1000), calm))
		}
		wantLog(t, o.Path, "1-10 | 11-14 | 15")
	})
}

// TestTakeoverRotated: a process that is not the owner follows to the new file
// within a tick, and what it has written to the old one is whole.
func TestTakeoverRotated(t *testing.T) {
	needLocks(t)
	synctest.Test(t, func(t *testing.T) {
		o := options(t)
		o.MaxSize, o.Compress, o.MaxFiles = 4096, true, 2
		owner, other := open(t, o), open(t, o)
		for n := 1; n <= 8; n++ {
			assert.NoError(t, owner.Append(line(n, 1000), urgent))
		}
		other.add(urgent, 101, 103) // to the old file, and that is allowed
		time.Sleep(time.Second)
		other.add(urgent, 104, 104)
		wantLog(t, o.Path, "1-4 101-103 | 5-8 104")
		// The old file is not compressed or deleted while the other has it.
		for n := 9; n <= 24; n++ {
			assert.NoError(t, owner.Append(line(n, 1000), urgent))
		}
		time.Sleep(5 * time.Second)
		var compressed []bool
		for _, f := range rotated(t, o.Path) {
			compressed = append(compressed, f.Compressed)
		}
		if len(compressed) != 2 || !compressed[0] || compressed[1] {
			t.Errorf("compressed: %t", compressed)
		}
	})
}

// TestTakeoverHeldFile: the owner leaves a rotated file as it is while another
// process still has it open.
func TestTakeoverHeldFile(t *testing.T) {
	needLocks(t)
	synctest.Test(t, func(t *testing.T) {
		o := options(t)
		o.MaxSize, o.Compress, o.MaxFiles = 4096, true, 1
		owner := open(t, o)
		f, err := os.OpenFile(o.Path, os.O_APPEND|os.O_RDWR, 0)
		assert.NoError(t, err)
		if _, err := filelock.TryShared(f); err != nil {
			t.Fatal(err)
		}
		for n := 1; n <= 12; n++ {
			assert.NoError(t, owner.Append(line(n, 1000), urgent))
		}
		time.Sleep(time.Minute)
		wantLog(t, o.Path, "1-4 | 5-8 | 9-12")
		assert.NoError(t, f.Close())
		time.Sleep(2 * time.Second)
		wantLog(t, o.Path, "5-8 | 9-12")
	})
}

// TestTakeoverBusy: what a process has taken over from its own callers, and has
// not written yet, stays apart from what it finds in the journal.
func TestTakeoverBusy(t *testing.T) {
	needLocks(t)
	o := options(t)
	dieWriting(t, o, 333)
	tr := begin(t, o)
	out, err := openOutput(o.Path, o.Mode)
	assert.NoError(t, err)
	tr.out = out
	// Two are there to be written, each in a write of its own; the second comes
	// just after it was looked how many there are.
	for n := 101; n <= 102; n++ {
		b := line(n, maxWrite)
		tr.filling.push(b, record{size: len(b), level: calm})
	}
	tr.appended = 1
	tr.drainMu.Lock()
	tr.own()
	tr.drainMu.Unlock()
	tr.appended = 2
	go tr.keep()
	assert.NoError(t, tr.end())
	// It has written before it has looked at what was cut off.
	wantFile(t, o.Path, `1-13 "00\n" 101-102 11-30`)
}

// TestTakeoverPeriod: what the owner has left belongs to the period in which the
// file was last written to, whatever this process has seen of the clock.
func TestTakeoverPeriod(t *testing.T) {
	needLocks(t)
	for _, found := range []string{"at Open", "by a process that was there before"} {
		t.Run(found, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := options(t)
				o.Every, o.Delay = hourly, 24*time.Hour
				toNext(hourly, 0)
				time.Sleep(10 * time.Minute)
				owner := open(t, o)
				var other *trial
				if found != "at Open" {
					other = open(t, o)
					other.drainMu.Lock()
					assert.NoError(t, other.reopen()) // so that it knows the clock
					other.drainMu.Unlock()
					time.Sleep(time.Hour)
				}
				owner.add(calm, 1, 10)
				owner.flush()
				stamp(t, o.Path)
				owner.add(calm, 11, 20)
				owner.crash()
				if other == nil {
					time.Sleep(time.Hour)
					other = open(t, o)
					wantLog(t, o.Path, "1-20")
					other.add(urgent, 21, 21)
					wantLog(t, o.Path, "1-20 | 21")
					return
				}
				time.Sleep(1500 * time.Millisecond)
				wantLog(t, o.Path, "1-20")
				other.add(urgent, 21, 21)
				wantLog(t, o.Path, "1-21")
			})
		})
	}
}
