package logfile

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spanlog/spanlog/internal/archive"
	"github.com/spanlog/spanlog/internal/backoff"
	"github.com/spanlog/spanlog/internal/journal"
)

// minBackoff is how long a failed write is left alone at first. It doubles up to a
// second, which docs/durability.md promises.
const minBackoff = 10 * time.Millisecond

// A Log appends to the file at its path. All methods are safe for concurrent use.
//
// There are two locks, taken in this order:
//
//	drainMu  all about the file, and the records on their way to it
//	mu       the records that nobody is taking there yet
//
// so that Append does not wait for the disk. What stands below one of them is
// guarded by it. Of the caller's functions, those that count are called while one
// of them is held, and Report is not: it may log, and come back to Append.
type Log struct {
	opts    Options
	archive archive.Archive

	mu       sync.Mutex
	filling  batch
	appended uint64 // how many records were accepted
	closed   bool
	awake    bool // the keeper will look for records without being woken
	// ring is the journal while records go into it. Append uses it under mu and
	// the drainer under drainMu, as a journal asks for.
	ring   *journal.Journal
	noRing error // why there is none
	// signaled is whether the keeper knows that much has gathered. It is atomic,
	// so that the keeper does not take mu to look at it: the two would wait for
	// each other often, and that costs more than the copies.
	signaled atomic.Bool

	drainMu  sync.Mutex
	out      *output // not nil from open until Close
	draining batch
	begun    begun
	written  uint64           // how many of the accepted records are in the file
	synced   uint64           // and how many of those are on disk
	unsynced bool             // recovered records, which are not counted there, are not
	failure  error            // of the last write, if it failed
	retry    backoff.Backoff  // when to try that again
	checked  time.Time        // when the path was looked at
	astray   backoff.Backoff  // for telling that another file cannot be had there
	turn     time.Time        // when the clock asks for a rotation; zero: never
	rotation backoff.Backoff  // after one that failed
	journal  *journal.Journal // nil: this process does not own the log
	// fault is set when the mapping is of no use any more. Append finds that out
	// with only mu held, so it is atomic.
	fault atomic.Bool

	wakeup  chan struct{} // for the keeper: something is to be written, or much
	attend  chan struct{} // for the keeper: it should tick at once
	stop    chan struct{}
	stopped chan struct{}
	chores  chores

	// These are os.File's and package archive's, but for tests of disks that fail
	// and of what is synced when. drainMu guards them once the log is open.
	write   func(*os.File, []byte) (int, error)
	fsync   func(*os.File) error
	syncDir func(string) error
	// renamesOpen reports that a file can be renamed while it is open.
	renamesOpen bool
}

// A KeptError is the error for a record that is not yet where it should be, but
// waits, in memory at least, until that works again. Whoever gets it must not log
// the record once more: it is not lost.
type KeptError struct{ Err error }

func (e *KeptError) Error() string {
	return fmt.Sprintf("not written yet, and tried again: %v", e.Err)
}

func (e *KeptError) Unwrap() error { return e.Err }

// Open opens the log, and writes to it what a dead process has left in the
// journal. The error is that of the file itself: trouble with the journal is
// reported, and costs speed only.
func Open(o Options) (*Log, error) {
	l := newLog(o)
	if err := l.open(); err != nil {
		return nil, err
	}
	return l, nil
}

// newLog makes a Log without touching the disk, which is for open: tests put their
// own functions in between.
func newLog(o Options) *Log {
	o.setDefaults()
	l := &Log{
		opts: o,
		archive: archive.Archive{
			Path: o.Path, MaxFiles: o.MaxFiles, MaxAge: o.MaxAge, MaxTotal: o.MaxTotal, Compress: o.Compress,
		},
		wakeup: make(chan struct{}, 1), attend: make(chan struct{}, 1), stop: make(chan struct{}), stopped: make(chan struct{}),
		retry:    backoff.Backoff{Min: minBackoff, Max: time.Second},
		astray:   backoff.Backoff{Min: time.Second, Max: time.Minute},
		rotation: backoff.Backoff{Min: time.Second, Max: time.Minute},
		write:    (*os.File).Write,
		fsync:    (*os.File).Sync,
		syncDir:  archive.SyncDir,

		renamesOpen: runtime.GOOS != "windows",
	}
	l.chores.init(&l.archive, l.opts.Report)
	return l
}

func (l *Log) open() error {
	out, err := openOutput(l.opts.Path, l.opts.Mode)
	if err != nil {
		return err
	}
	if l.opts.syncs() {
		if err := l.syncDir(filepath.Dir(l.opts.Path)); err != nil {
			l.chores.report(fmt.Errorf("sync the directory: %w", err))
		}
	}
	l.drainMu.Lock()
	l.out, l.checked = out, time.Now()
	l.own()
	l.drainMu.Unlock()
	go l.keep()
	return nil
}

// Append adds a line, which ends in a newline; it keeps no part of it. When it
// returns nil, the line is in the file, or else in the journal and will be in the
// file soon, even if this process dies. A [*KeptError] means that it is not in the
// file, or not on disk, as its level asks for, and waits for better times: in the
// journal, or in memory where there is none. With any other error the line is lost.
func (l *Log) Append(line []byte, level slog.Level) error {
	l.mu.Lock()
	room := l.room(len(line))
	for !l.closed && !l.hasRoom(len(line), room) {
		l.mu.Unlock()
		err := l.makeRoom() // by this goroutine: who logs too fast is slowed down
		l.mu.Lock()
		if err != nil && !l.closed {
			l.mu.Unlock()
			return err
		}
		room = l.room(len(line))
	}
	if l.closed {
		l.mu.Unlock()
		return l.appendClosed(line, level >= l.opts.SyncFrom)
	}
	// To memory first: there it is whatever becomes of the journal.
	l.filling.push(line, record{size: len(line), level: level, room: room, numbers: min(room, 1)})
	if room > 0 {
		if err := l.ring.Append(line); err != nil {
			l.giveUp(err)
			r := &l.filling.records[len(l.filling.records)-1]
			room, r.room, r.numbers = 0, 0, 0
		}
	}
	through := room == 0 || level >= l.opts.WriteFrom || level >= l.opts.SyncFrom
	l.appended++
	n, wake := l.appended, !through && l.wakes()
	l.mu.Unlock()
	if through {
		if err := l.drain(n, level >= l.opts.SyncFrom); err != nil {
			return &KeptError{err}
		}
	} else if wake {
		l.wake()
	}
	return nil
}

// room is what a record takes in the journal, or 0 if it does not go there. One that would
// take more than half of it is written at once instead, as docs/durability.md says.
func (l *Log) room(size int) int {
	if l.ring == nil {
		return 0
	}
	room := journal.RecordSize(size)
	if room > l.ring.Capacity()/2 {
		return 0
	}
	return room
}

// giveUp gives up the journal, which can't be written, and reports that. Nothing is lost by
// that while the process lives: all that is in it is in memory as well, and is drained from
// there.
func (l *Log) giveUp(err error) {
	l.ring, l.noRing = nil, err
	l.fault.Store(true)
	l.chores.report(err)
}

// hasRoom reports whether a record can be accepted now, with its room in the journal.
// Beside the ring there is as much room for records that could not be written, and always
// for one, however large it is.
func (l *Log) hasRoom(size, room int) bool {
	if room > 0 {
		return l.ring.HasRoom(room)
	}
	return len(l.filling.records) == 0 || len(l.filling.data)+size <= l.opts.JournalSize
}

// makeRoom has what has gathered written.
func (l *Log) makeRoom() error { return l.drain(l.accepted(), false) }

// accepted is how many records were.
func (l *Log) accepted() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.appended
}

// pressing reports whether so much has gathered that it should be written before
// the delay is over: a third leaves room for what comes while that is written, so
// that callers do not have to wait.
func (l *Log) pressing() bool {
	if l.ring != nil {
		return l.ring.Used() > l.ring.Capacity()/3
	}
	return len(l.filling.data) > l.opts.JournalSize/3
}

// wakes reports whether the keeper is to be woken after a record was added: when there is
// something and it would not look by itself, and once when there is much.
func (l *Log) wakes() bool {
	wake := !l.awake
	l.awake = true
	if pressing := l.pressing(); pressing != l.signaled.Load() {
		l.signaled.Store(pressing)
		wake = wake || pressing
	}
	return wake
}

// wake has the keeper look for something to write. It never waits.
func (l *Log) wake() {
	select {
	case l.wakeup <- struct{}{}:
	default: // it is about to look anyway
	}
}

// Flush writes all that was appended before the call to the file, and syncs it
// if it is ever synced. After an error what was not written waits as before.
func (l *Log) Flush() error {
	l.drainMu.Lock()
	defer l.drainMu.Unlock()
	l.retry.Reset() // a caller who asks is not put off
	return l.drainLocked(l.accepted(), l.opts.syncs())
}

// Reopen opens the file by name again, after it was moved. It does nothing for a
// pipe or a device, whose other end would be lost, nor after Close.
func (l *Log) Reopen() error {
	_ = l.Flush() // to where it is now; what fails is tried again
	l.drainMu.Lock()
	defer l.drainMu.Unlock()
	if l.out == nil || !l.out.regular {
		return nil
	}
	return l.reopen()
}

// journaled is the State of a Log with a journal.
const journaled = "journal"

// State says how records are kept until they are in the file: "journal", or
// "write-through" and why.
func (l *Log) State() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.ring != nil:
		return journaled
	case l.noRing != nil:
		return "write-through: " + l.noRing.Error()
	}
	return "write-through"
}
