package logfile

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/race"
)

// TestClose: all is in the file, the journal is removed, and what comes later is
// written as well.
func TestClose(t *testing.T) {
	inModes(t, func(t *testing.T, o Options) {
		o.Delay = time.Hour
		tr := open(t, o)
		tr.add(calm, 1, 10)
		assert.NoError(t, tr.end())
		wantFile(t, o.Path, "1-10")
		if _, err := os.Lstat(o.journalPath()); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the journal is there: %v", err)
		}
		assert.NoError(t, tr.end())
		assert.NoError(t, tr.Flush())
		assert.NoError(t, tr.Reopen())
		tr.add(calm, 11, 12)
		tr.add(urgent, 13, 13)
		wantFile(t, o.Path, "1-13")
		assert.NoError(t, os.Rename(o.Path, o.Path+".1"))
		tr.add(calm, 14, 14)
		wantFile(t, o.Path, "14")
		written, _, lost := tr.counts()
		assert.Equal(t, "written", written, 14)
		assert.Equal(t, "lost", lost, 0)
	})
}

// TestCloseOrder: what is appended while the log is being closed does not get in
// front of what was appended before.
func TestCloseOrder(t *testing.T) {
	o := options(t)
	o.Delay = time.Hour
	tr := open(t, o)
	tr.add(calm, 1, 1)
	closed := func(is bool) {
		tr.mu.Lock()
		defer tr.mu.Unlock()
		tr.closed = is
	}
	closed(true) // Close has just begun
	tr.add(calm, 2, 2)
	closed(false)
	assert.NoError(t, tr.end())
	wantFile(t, o.Path, "1-2")
}

// TestCloseTorn: while the log is being closed and its write has failed, another
// line must not get in the middle of it.
func TestCloseTorn(t *testing.T) {
	inModes(t, func(t *testing.T, o Options) {
		tr := open(t, o)
		tr.set(func(l *Log) { l.write = faulty([]*fault{{part: 500}, {}, {}, {}, {}}) })
		_ = tr.Append(line(1, 100), urgent)
		tr.mu.Lock()
		tr.closed = true // Close has just begun
		tr.mu.Unlock()
		err := tr.Append(line(2, 100), urgent)
		tr.mu.Lock()
		tr.closed = false
		tr.mu.Unlock()
		tr.set(func(l *Log) { l.write = (*os.File).Write })
		assert.NoError(t, tr.end())
		want := "1-2"
		if err != nil {
			want = "1" // and the caller knows
		}
		wantFile(t, o.Path, want)
	})
}

// TestCloseKept: what is left in the journal is written by the next process,
// once, also if others have written in the meantime.
func TestCloseKept(t *testing.T) {
	needJournal(t)
	o := options(t)
	o.Delay = time.Hour
	tr := open(t, o)
	tr.add(urgent, 1, 10)
	tr.set(func(l *Log) {
		writes := faulty([]*fault{{part: 333}})
		l.write = func(f *os.File, b []byte) (int, error) {
			if n, err := writes(f, b); err != nil {
				writes = func(*os.File, []byte) (int, error) { return 0, syscall.ENOSPC }
				return n, err
			}
			return 0, syscall.ENOSPC
		}
	})
	tr.add(calm, 11, 20)
	err := tr.end()
	if err == nil || !strings.Contains(err.Error(), "7 records left in the journal") {
		t.Errorf("Close: got %v", err)
	}
	wantFile(t, o.Path, "1-13")
	tr.write = (*os.File).Write
	tr.add(calm, 100, 101)
	open(t, o)
	wantFile(t, o.Path, "1-13 100-101 14-20")
}

// TestCloseHangs: a disk that hangs does not keep Close from returning when its
// time is over.
func TestCloseHangs(t *testing.T) {
	inModes(t, func(t *testing.T, o Options) {
		tr := open(t, o)
		hangs, goOn, done := make(chan bool), make(chan bool), make(chan bool)
		tr.set(func(l *Log) {
			l.write = func(f *os.File, b []byte) (int, error) {
				close(hangs)
				<-goOn
				defer close(done)
				return f.Write(b)
			}
		})
		go func() { _ = tr.Append(line(1, 0), urgent) }()
		<-hangs
		ctx, cancel := context.WithCancelCause(context.Background())
		why := errors.New("no more time")
		cancel(why)
		err := tr.Close(ctx)
		if !errors.Is(err, why) || !strings.Contains(err.Error(), "does not take what is left") {
			t.Errorf("got %v", err)
		}
		close(goOn)
		<-done
	})
}

// TestCloseFull: with the deadline over, Close says how many records are where.
func TestCloseFull(t *testing.T) {
	needJournal(t)
	synctest.Test(t, func(t *testing.T) {
		o := options(t)
		tr := open(t, o)
		tr.set(func(l *Log) { l.write = func(*os.File, []byte) (int, error) { return 0, syscall.ENOSPC } })
		_ = tr.Append(line(1, ringSize), calm) // which only memory has
		tr.add(calm, 2, 4)
		_ = tr.Append(line(5, 0), urgent)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		before := time.Now()
		err := tr.Close(ctx)
		assert.Equal(t, "took", time.Since(before), 3*time.Second)
		for _, want := range []string{"1 record lost", "4 records left in the journal", "no space"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
		}
		_, _, lost := tr.counts()
		assert.Equal(t, "lost", lost, 1)
		open(t, o)
		wantFile(t, o.Path, "2-5")
	})
}

// slowToCompress makes a rotated file that takes a while, and a newer one.
func slowToCompress(t testing.TB, path string) (slow string) {
	t.Helper()
	slow = filepath.Join(filepath.Dir(path), "app-20261125T032606.000000Z.log")
	size := 32 << 20
	if race.Enabled {
		size = 4 << 20
	}
	noise := make([]byte, size)
	source := rand.NewChaCha8([32]byte{7})
	_, _ = source.Read(noise)
	assert.NoError(t, os.WriteFile(slow, noise, 0o600))
	assert.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(path), "app-20261125T032607.000000Z.log"), nil, 0o600))
	return slow
}

// TestCloseBreaksOff: compression that is not done by the deadline is broken off,
// and leaves nothing behind.
func TestCloseBreaksOff(t *testing.T) {
	o := options(t)
	slow := slowToCompress(t, o.Path)
	o.Compress = true
	tr := open(t, o)
	temp := filepath.Join(filepath.Dir(o.Path), "."+filepath.Base(slow)+".gz.tmp")
	for {
		if _, err := os.Lstat(temp); err == nil {
			break
		}
		if _, err := os.Lstat(slow); err != nil {
			t.Skip("it was compressed before that could be seen")
		}
		runtime.Gosched()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	err := tr.Close(ctx)
	tr.chores.running.Wait()
	if _, gone := os.Lstat(slow); gone != nil {
		t.Skip("it was compressed before that could be broken off")
	}
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "compression is broken off") {
		t.Errorf("got %v", err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(o.Path), "*.gz*"))
	assert.Equal(t, "compressed", fmt.Sprint(left, err), "[] <nil>")
	if _, err := os.Lstat(temp); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the temporary file is there: %v", err)
	}
}
