package logfile

// Whether the open file is the one that it should be. Others may move, delete,
// replace or cut the log at any time: a person, logrotate, the owner of a log that
// this process only writes to. The path is looked at before a write, every
// checkEvery at most, and by the keeper, so that an idle process lets go of a
// rotated file, too. path_unix_test.go does all that to a log.
//
// The order is always the same: what is half written is ended or taken back, the
// new file is open and locked, and only then the old one is closed. So if there is
// no new one to be had, records still have a place to go to.

import (
	"errors"
	"io/fs"
	"path/filepath"
	"time"
)

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

// ensureOpen opens the file if a rotation has closed it and then failed, as can be
// only where open files are not renamed. It asks for the file's status in any case.
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
// only moved takes records still, if no other can be had; that is told with
// back-off. One that is deleted does not: what was written to it would be gone.
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
// A regular file is not left for a device or pipe that has taken its path.
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

// replace goes on with another file. The old one is synced before anything is
// written to the new one, so that what is on disk has no gap; the directory is,
// because the new name is in it. The mode and owner come before the old file goes,
// which has them. What fails is an error, and undoes nothing.
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
