package logfile

// From memory to the file. Records are numbered in the order in which they are
// accepted: Log.appended is the number of the last one, Log.written that of the
// last one in the file, Log.synced that of the last one on disk. Whoever needs a
// record there asks for its number, and waits for drainMu; mostly somebody before
// it has done the work by then, for all (TestDrainGathers, TestSyncGroup). All of
// these want drainMu held, but for drain, which takes it.

import (
	"fmt"
	"os"
)

// drain writes the first n accepted records to the file, as far as they are not
// there, and syncs it. Of several callers that wait for each other, the first
// does it for all.
func (l *Log) drain(n uint64, sync bool) error {
	l.drainMu.Lock()
	defer l.drainMu.Unlock()
	return l.drainLocked(n, sync)
}

// drainLocked is drain with drainMu held. What a dead process had left comes first,
// whatever n is.
func (l *Log) drainLocked(n uint64, sync bool) error {
	for l.written < n || l.recovering() {
		if err := l.drainSome(); err != nil {
			return err
		}
	}
	if !l.draining.empty() {
		l.wake() // nobody waits for the rest of what was taken over
	}
	if sync && (l.synced < n || l.unsynced) && l.out != nil {
		return l.sync()
	}
	return nil
}

// drainAll writes all that was accepted, and leaves nothing that was taken over.
// Others may append meanwhile, so the next record may be there when it returns.
func (l *Log) drainAll() error {
	for l.written < l.accepted() || !l.draining.empty() {
		if err := l.drainSome(); err != nil {
			return err
		}
	}
	return nil
}

// drainGathered writes what has gathered by now. It takes over once, so it ends
// however fast others append: the keeper has more to do than this.
func (l *Log) drainGathered() error {
	for taken := false; !taken || !l.draining.empty(); {
		if l.draining.empty() {
			l.take()
			taken = true
			continue
		}
		if err := l.drainSome(); err != nil {
			return err
		}
	}
	return nil
}

// drainSome makes one write, unless one has failed a short time ago: then it gives
// that one's error again. So a disk that is full costs its callers one try between
// them, not one each.
func (l *Log) drainSome() error {
	if l.out == nil {
		return os.ErrClosed
	}
	if l.failure != nil && !l.retry.Due() {
		return l.failure
	}
	if l.draining.empty() {
		l.take()
	}
	if err := l.writeNext(); err != nil {
		l.failure = err
		l.retry.Fail()
		l.wake() // the keeper tries again
		return err
	}
	if l.failure != nil {
		l.failure = nil
		l.retry.Reset()
	}
	return nil
}

// recovering reports whether records that a dead process has left are still to be
// written. They come first.
func (l *Log) recovering() bool {
	return !l.draining.empty() && l.draining.records[l.draining.next].recovered
}

// take takes over what has gathered. There must be nothing left to drain.
func (l *Log) take() {
	l.mu.Lock()
	l.draining, l.filling = l.filling, l.draining
	l.signaled.Store(false)
	l.mu.Unlock()
}

// sync has all that is written on disk.
func (l *Log) sync() error {
	if err := l.fsync(l.out.file); err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	l.synced, l.unsynced = l.written, false
	return nil
}
