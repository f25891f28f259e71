package logfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spanlog/spanlog/internal/crashpoint"
	"github.com/spanlog/spanlog/internal/journal"
)

// maxWrite is how much is written at once. The system has no trouble with more,
// but a process that is killed leaves a smaller part of it to its successor.
const maxWrite = 256 << 10

// begun is the write that is under way, or was when it failed.
type begun struct {
	span
	at   int64 // where in the file it begins
	part int   // how much of it is in the file
}

// drain writes the first n accepted records to the file, as far as they are not
// there, and syncs it. Of several callers that wait for each other, the first
// does it for all.
func (l *Log) drain(n uint64, sync bool) error {
	l.drainMu.Lock()
	defer l.drainMu.Unlock()
	return l.drainLocked(n, sync)
}

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
func (l *Log) drainAll() error {
	for l.written < l.accepted() || !l.draining.empty() {
		if err := l.drainSome(); err != nil {
			return err
		}
	}
	return nil
}

// drainGathered writes what has gathered by now.
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

// drainSome makes one write, unless one has failed a short time ago.
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

// take takes over what has gathered.
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

// writeNext writes the oldest records, as many as go into one write.
func (l *Log) writeNext() error {
	b := &l.draining
	if err := l.resume(); err != nil || b.empty() {
		return err
	}
	if l.begun.records == 0 {
		if err := l.prepare(b.records[b.next].size); err != nil {
			return err
		}
		l.begin(b.span(l.limit()))
	}
	n, err := l.writePart(b.bytes(l.begun.span)[l.begun.part:])
	l.begun.part += n
	if err != nil {
		return err
	}
	l.out.torn, l.out.looked = false, l.begun.at+int64(l.begun.size)
	l.finish(l.begun.span)
	return nil
}

// splitsWrites has a test die between two parts of a write. In others a write is
// one, or the lines of another process would come between its parts.
var splitsWrites = crashpoint.Enabled && strings.HasPrefix(os.Getenv("SPANLOG_CRASH"), "mid-write")

func (l *Log) writePart(data []byte) (n int, err error) {
	crashpoint.Here("before-write")
	defer crashpoint.Here("after-write")
	if crashpoint.Enabled && splitsWrites {
		if n, err = l.write(l.out.file, data[:len(data)/3]); err != nil {
			return n, err
		}
		crashpoint.Here("mid-write")
	}
	m, err := l.write(l.out.file, data[n:])
	n += m
	if err == nil && n < len(data) {
		err = io.ErrShortWrite
	}
	return n, err
}

// limit is how much the file takes now.
func (l *Log) limit() int64 {
	if l.opts.MaxSize > 0 && l.journal != nil {
		return min(maxWrite, l.opts.MaxSize-l.out.size)
	}
	return maxWrite
}

// begin notes what is about to be written.
func (l *Log) begin(s span) {
	l.begun = begun{span: s, at: l.out.size}
	if !l.journals(s) {
		return
	}
	data := l.draining.bytes(s)
	l.note(l.journal.Begin(journal.Intent{
		Target: l.out.target(), Records: s.numbers, Length: int64(len(data)), Sum: journal.Checksum(data),
	}, s.room))
}

// finish notes that a span is written.
func (l *Log) finish(s span) {
	if l.journals(s) {
		l.note(l.journal.Done(s.room, s.numbers))
	}
	b := &l.draining
	var records, bytes, recovered int
	for _, r := range b.records[b.next : b.next+s.records] {
		if r.recovered {
			recovered++
			continue
		}
		records++
		bytes += r.size
	}
	b.done(s, 2*l.opts.JournalSize)
	l.written += uint64(records)
	l.begun = begun{}
	if records > 0 {
		l.opts.Written(records, bytes)
	}
	if recovered > 0 {
		l.unsynced = true
		l.opts.Recovered(recovered)
	}
}

// journals reports whether the journal is told of a span: if it has its records,
// or else has none that come after them.
func (l *Log) journals(s span) bool {
	return l.journal != nil && !l.fault.Load() && (s.room > 0 || l.journal.Mapped())
}

// note gives up the journal if it could not be written.
func (l *Log) note(err error) {
	if err == nil {
		return
	}
	l.mu.Lock()
	l.ring, l.noRing = nil, err
	l.mu.Unlock()
	l.fault.Store(true)
	l.chores.report(err)
}

// resume looks at a write that failed, and at what has become of the file since.
// Afterwards either the same write goes on, or there is none.
func (l *Log) resume() error {
	w := &l.begun
	if w.records == 0 {
		return nil
	}
	if err := l.ensureOpen(); err != nil {
		return err
	}
	if w.part > 0 && !l.out.deleted && (!l.out.regular || l.out.size == w.at+int64(w.part)) {
		// The line that was cut off is the end of the file: it goes on there,
		// wherever that file is now.
		return nil
	}
	l.breakOff() // somebody else has written, or cut the file
	return nil
}

// breakOff gives up a write that has failed on its way. The whole lines of it are
// done, unless the file is deleted. The one that was cut off is written anew, or
// lost, so what there is of it is taken away if that can be.
func (l *Log) breakOff() {
	w := l.begun
	l.begun = begun{}
	if w.part == 0 || l.out.stat() != nil || l.out.deleted {
		return // nothing is anywhere
	}
	whole := l.draining.whole(w.part)
	if whole.size < w.part && l.out.regular {
		if err := cut(l.out.file, w.at+int64(whole.size), w.at+int64(w.part)); err != nil {
			l.chores.report(err)
		}
	}
	if whole.records > 0 {
		l.finish(whole)
	}
}

// checkEvery is how often the path is looked at, at most, while there is
// something to write.
const checkEvery = 100 * time.Millisecond

// prepare makes sure that the next record, of size bytes, goes to the right file.
func (l *Log) prepare(size int) error {
	if err := l.ensureOpen(); err != nil {
		return err
	}
	if l.out.regular {
		now := time.Now()
		if l.out.deleted || now.Sub(l.checked) >= checkEvery {
			if err := l.check(now); err != nil {
				return err
			}
		}
		if l.journal != nil && l.rotates(now, size) && l.rotation.Due() {
			l.rotate(now)
			if err := l.ensureOpen(); err != nil {
				return err
			}
		}
	}
	l.out.look()
	return l.out.mend()
}

// ensureOpen opens the file if a rotation has closed it and then failed. It asks
// for the file's status in any case.
func (l *Log) ensureOpen() error {
	if l.out.closed {
		out, err := openOutput(l.opts.Path, l.opts.Mode)
		if err != nil {
			return err
		}
		l.out = out
	}
	return l.out.stat()
}

// check opens the file again if the path is not its any more. A file that was
// only moved takes records still, if no other can be had.
func (l *Log) check(now time.Time) error {
	l.checked = now
	old := l.out
	if old.isAt(l.opts.Path) && !old.deleted {
		return nil
	}
	err := l.reopen()
	switch {
	case l.out != old:
		l.astray.Reset()
		l.attention() // the journal may have gone the same way
	case old.deleted:
		return err
	case !l.astray.Due():
		return nil
	default:
		l.astray.Fail()
	}
	if err != nil {
		l.chores.report(err)
	}
	return nil
}

// reopen opens the file at the path, and closes the one that was open only then.
func (l *Log) reopen() error {
	l.breakOff()
	out, err := openOutput(l.opts.Path, l.opts.Mode)
	if err != nil {
		return err
	}
	if !out.regular {
		err := &fs.PathError{Op: "open", Path: l.opts.Path, Err: errors.New("is not a regular file any more")}
		return errors.Join(err, out.file.Close())
	}
	return l.replace(out)
}

// replace goes on with another file.
func (l *Log) replace(out *output) error {
	old := l.out
	l.out = out
	l.turn = l.nextTurn()
	var errs []error
	if l.opts.syncs() {
		errs = append(errs, l.fsync(old.file), l.syncDir(filepath.Dir(l.opts.Path)))
		if errs[0] == nil {
			l.synced, l.unsynced = l.written, false
		}
	}
	if err := out.inherit(old); err != nil {
		errs = append(errs, err)
	}
	errs = append(errs, old.file.Close())
	return errors.Join(errs...)
}
