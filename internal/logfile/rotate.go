package logfile

// When the owner moves the file aside, and how. Names, order and everything that
// lies aside are for package archive. The log is rotated only while no write is
// under way, or recovery would have to find its file under another name, and might
// find it compressed. The journal may still have the intent of a write that failed;
// no whole line of that is in the file then, so it does not need the file.

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spanlog/spanlog/internal/crashpoint"
)

// rotates reports whether the file is to be rotated before a record of size bytes
// is written. An empty file never is: a period without records leaves no file.
func (l *Log) rotates(now time.Time, size int) bool {
	due := !l.turn.IsZero() && !now.Before(l.turn)
	if l.out.size == 0 {
		if due {
			l.turn = l.opts.Every.Next(now)
		}
		return false
	}
	return due || l.opts.MaxSize > 0 && l.out.size+int64(size) > l.opts.MaxSize
}

// nextTurn is when the clock asks for a rotation of the file: at the end of the
// period in which it was last written to. So it is right after a restart as well,
// and a clock that is set back rotates nothing.
func (l *Log) nextTurn() time.Time {
	now := time.Now()
	if info, err := l.out.file.Stat(); err == nil && info.Size() > 0 {
		now = info.ModTime()
	}
	return l.opts.Every.Next(now)
}

// rotate moves the file aside and opens a new one. If that fails, the old one
// stays in use, with its name, and it is tried again later: a log that is too large
// is better than none (TestDiskFullAtRotation).
func (l *Log) rotate(now time.Time) {
	if err := l.tryRotate(now); err != nil {
		l.rotation.Fail()
		l.chores.report(fmt.Errorf("rotate: %w", err))
		return
	}
	l.rotation.Reset()
	l.tend()
}

// tryRotate moves the file aside before the new one is there, since it has to have
// the name; between the two, other processes may make the new one, which is then
// opened here. crashtest kills at each of its points.
func (l *Log) tryRotate(now time.Time) error {
	// Nobody ends a line of a rotated file any more.
	l.out.look()
	if err := l.out.mend(); err != nil {
		return err
	}
	if !l.renamesOpen {
		return l.rotateClosed(now)
	}
	crashpoint.Here("before-rotate")
	aside, err := l.archive.MoveAside(now)
	if errors.Is(err, fs.ErrNotExist) {
		return l.check(now) // somebody has moved it, since that was checked
	}
	if err != nil {
		return err
	}
	crashpoint.Here("mid-rotate")
	out, err := openOutput(l.opts.Path, l.opts.Mode)
	if err != nil {
		if back := l.archive.MoveBack(aside); back != nil {
			// The file is used under its new name until the path can be opened.
			return fmt.Errorf("%w, and %s cannot be moved back: %w", err, aside, back)
		}
		return err
	}
	crashpoint.Here("after-rotate")
	if err := l.replace(out); err != nil {
		l.chores.report(fmt.Errorf("rotate: %w", err)) // but it is rotated
	}
	return nil
}

// rotateClosed is for systems that do not rename a file that is open, which is
// Windows. If none can be opened afterwards, the next write tries it again.
// TestRotateClosed runs it everywhere.
func (l *Log) rotateClosed(now time.Time) error {
	if err := l.out.file.Close(); err != nil {
		return err
	}
	l.out.closed = true
	_, moving := l.archive.MoveAside(now)
	out, opening := openOutput(l.opts.Path, l.opts.Mode)
	if opening == nil {
		l.out = out
		l.turn = l.nextTurn()
	}
	return errors.Join(moving, opening)
}
