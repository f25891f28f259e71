package logfile

// One write: it is announced in the journal, made, and struck off there. A write
// that fails may have got a part of its lines into the file. That is remembered
// in Log.begun, which is all that tells what the end of the file is: the next try
// goes on in the middle of the line if nobody has touched the file since, and
// begins anew if somebody has. crash_test.go has processes die at each of these
// steps, and fault_test.go has the disk take any part of a write.

import (
	"io"
	"os"
	"strings"

	"github.com/spanlog/spanlog/internal/crashpoint"
	"github.com/spanlog/spanlog/internal/journal"
)

// maxWrite is how much is written at once. The system has no trouble with more,
// but a process that is killed leaves a smaller part of it to its successor.
const maxWrite = 256 << 10

// begun is the write that is under way, or was when it failed. Without records
// there is none.
type begun struct {
	chunk
	at   int64 // where in the file it begins, if nobody else writes just then
	part int   // how many bytes of it are in the file
}

// writeNext writes the oldest records, as many as go into one write. After an
// error, begun says what there is of it; whether and when to try again is for
// drainSome to say.
func (l *Log) writeNext() error {
	b := &l.draining
	if err := l.resume(); err != nil || b.empty() {
		return err
	}
	if l.begun.records == 0 {
		if err := l.prepare(b.records[b.next].size); err != nil {
			return err
		}
		l.begin(b.chunk(l.limit()))
	}
	n, err := l.writePart(b.bytes(l.begun.chunk)[l.begun.part:])
	l.begun.part += n
	if err != nil {
		return err
	}
	// The file ends with our own line end, and nobody has to look. If another
	// process has written meanwhile, the size is not this one, and look sees to it.
	l.out.torn, l.out.looked = false, l.begun.at+int64(l.begun.size)
	l.finish(l.begun.chunk)
	return nil
}

// splitsWrites has a test die between two parts of a write. In others a write is
// one, or the lines of another process would come between its parts.
var splitsWrites = crashpoint.Enabled && strings.HasPrefix(os.Getenv("SPANLOG_CRASH"), "mid-write")

// writePart writes data, with one system call if the system takes it all. It
// returns how much of it is in the file, which may be some also with an error.
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

// limit is how much the file takes now: the owner stops where the size asks for a
// rotation. A record that is larger is written whole all the same, because a chunk
// has one at least. Others do not rotate, and need no limit of that kind.
func (l *Log) limit() int64 {
	if l.opts.MaxSize > 0 && l.journal != nil {
		return min(maxWrite, l.opts.MaxSize-l.out.size)
	}
	return maxWrite
}

// begin notes what is about to be written. The target, with the bytes before it,
// is taken at the last moment: recovery knows the file by them.
func (l *Log) begin(c chunk) {
	l.begun = begun{chunk: c, at: l.out.size}
	if !l.journals(c) {
		return
	}
	data := l.draining.bytes(c)
	l.note(l.journal.Begin(journal.Intent{
		Target: l.out.target(), Records: c.numbers, Length: int64(len(data)), Sum: journal.Checksum(data),
	}, c.room))
}

// finish notes that a chunk is written. If the process dies before that, recovery
// finds the content in the file, and does not write it again. What was recovered
// was accepted by another process: it counts as Recovered, and not in l.written.
func (l *Log) finish(c chunk) {
	if l.journals(c) {
		l.note(l.journal.Done(c.room, c.numbers))
	}
	b := &l.draining
	var records, bytes, recovered int
	for _, r := range b.records[b.next : b.next+c.records] {
		if r.recovered {
			recovered++
			continue
		}
		records++
		bytes += r.size
	}
	b.done(c, 2*l.opts.JournalSize)
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

// journals reports whether the journal is told of a chunk: if it has its records,
// or else is mapped, so that what it has comes after them: these are records too
// long for it. A journal that is not mapped has what a dead process left, which is
// not to be struck off for anything new.
func (l *Log) journals(c chunk) bool {
	return l.journal != nil && !l.fault.Load() && (c.room > 0 || l.journal.Mapped())
}

// note gives up the journal if it could not be written.
func (l *Log) note(err error) {
	if err == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.giveUp(err)
}

// resume looks at a write that failed, and at what has become of the file since.
// Afterwards either the same write goes on, or there is none. A pipe or device has
// no size to compare: what it took, it took.
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
		return // nothing is anywhere: all of the chunk is written anew
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
