package logfile

// The end of a log, and lines that come after it. A program's last lines are often
// those that matter most, and a disk that hangs must not keep it from ending: so
// Close has a deadline, says what is missing then, and leaves to the next process
// what is in the journal. From when closed is set, Append opens the file for each
// line; close_test.go and concurrent_test.go have both at the same time.

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spanlog/spanlog/internal/deadline"
	"github.com/spanlog/spanlog/internal/wording"
)

// grace is how long Close waits behind ctx's end for what is missing. The logger waits longer for Close
// (deadline.Before), unless it has little time itself.
const grace = 100 * time.Millisecond

// Close writes what is left, waits for compression, and gives up the log. If
// that is not done by ctx's end, it says what is missing. Lines that are appended
// later are written one by one.
func (l *Log) Close(ctx context.Context) error {
	l.mu.Lock()
	closed := l.closed
	l.closed = true // before all else: what is accepted from now on is not ours to drain
	l.mu.Unlock()
	if closed {
		return nil
	}
	var err error
	done := make(chan struct{})
	go func() { // a write can hang as long as it likes
		defer close(done)
		err = l.close(ctx)
	}()
	if !deadline.Wait(ctx, done, grace) {
		return fmt.Errorf("the file does not take what is left: %w", context.Cause(ctx))
	}
	return err
}

// close is Close without an eye on the file: it may hang in a write. The keeper
// ends first, so that nobody else drains or rotates. The journal's lock goes before
// the file does, and with it the file of a journal that is empty; whoever gets it
// next finds the records that are left, and the end of the log as it is now.
func (l *Log) close(ctx context.Context) error {
	close(l.stop)
	<-l.stopped
	err := l.flushUntil(ctx)
	err = errors.Join(err, l.chores.finish(ctx))

	l.drainMu.Lock()
	defer l.drainMu.Unlock()
	l.breakOff()
	l.mu.Lock()
	defer l.mu.Unlock()
	kept, lost := l.left()
	if kept > 0 {
		err = fmt.Errorf("%s left in the journal, for the next process to write: %w", wording.Count(kept, "record"), err)
	}
	if len(lost) > 0 {
		err = fmt.Errorf("%s lost: %w", wording.Count(len(lost), "record"), err)
		for _, level := range lost {
			l.opts.Lost(level, err)
		}
	}
	l.ring = nil
	if l.journal != nil {
		// One that is empty is of no use to anybody, and may have had secrets.
		err = errors.Join(err, l.journal.Close(kept == 0))
		l.journal = nil
	}
	err = errors.Join(err, l.out.file.Close())
	l.out = nil
	return err
}

// flushUntil flushes until that works or ctx ends. What is in the journal need
// not wait that long: the next process will write it.
func (l *Log) flushUntil(ctx context.Context) error {
	for {
		err := l.Flush()
		if err == nil || l.allKept() {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(minBackoff):
		}
	}
}

// allKept reports whether all that is not written is in the journal.
func (l *Log) allKept() bool {
	l.drainMu.Lock()
	defer l.drainMu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	_, lost := l.left()
	return len(lost) == 0
}

// left counts the records that are not written but are in the journal's file, and
// returns the levels of those that are in memory only. Both locks are held.
func (l *Log) left() (kept int, lost []slog.Level) {
	for _, b := range []*batch{&l.draining, &l.filling} {
		for _, r := range b.records[b.next:] {
			if r.room > 0 && l.journal != nil && !l.fault.Load() {
				kept++
			} else {
				lost = append(lost, r.level)
			}
		}
	}
	return kept, lost
}

// appendClosed writes a line when nobody else does any more: the file is opened
// for it. It waits for a Close that is under way, so it keeps the order. Of a line
// that fails nothing stays, as far as that can be: its caller is told that it is
// lost, and has nobody who tries it again (TestDiskFullAfterClose).
func (l *Log) appendClosed(line []byte, synced bool) (err error) {
	l.drainMu.Lock()
	defer l.drainMu.Unlock()
	if l.out != nil { // Close is under way, and what was appended before comes first
		if err := l.drainLocked(l.accepted(), false); err != nil {
			return err
		}
	}
	out, err := openOutput(l.opts.Path, l.opts.Mode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.file.Close()) }()
	if err := out.mend(); err != nil {
		return err
	}
	switch n, err := l.write(out.file, line); {
	case err != nil && n > 0: // and the caller is told that it is lost
		return errors.Join(err, cut(out.file, out.size, out.size+int64(n)))
	case err != nil:
		return err
	}
	l.opts.Written(1, len(line))
	if synced {
		return l.fsync(out.file)
	}
	return nil
}
