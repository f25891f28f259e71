package logfile

// The open log file: how it is opened, what it ends with, and what of it is told
// to the journal. O_APPEND has the system choose the place of each write, which is
// the end, whoever has written there before; so no offset is kept, and the size is
// asked for when it matters.

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spanlog/spanlog/internal/archive"
	"github.com/spanlog/spanlog/internal/filelock"
	"github.com/spanlog/spanlog/internal/journal"
)

// An output is the open log file. A Log's drainMu guards it.
type output struct {
	file    *os.File
	info    fs.FileInfo             // from when it was opened: which file it is
	regular bool                    // not a device or a pipe
	made    bool                    // by openOutput: nobody had put it there
	closed  bool                    // by a rotation that has failed
	torn    bool                    // its last line has no end
	looked  int64                   // the size at which torn was found out
	status                          // of the last call of stat
	before  [journal.BeforeMax]byte // scratch, so that a write does not allocate
}

// openOutput opens or makes the file at path, for appending, and holds a shared
// lock on it: the owner compresses or deletes a file only when nobody writes to
// it any more. Between opening and locking it may be rotated and compressed, so
// what is returned is locked and still at the path.
func openOutput(path string, mode fs.FileMode) (*output, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	for range 100 {
		o, err := openOnce(path, mode)
		if err != nil {
			return nil, err
		}
		err = share(o.file)
		if err == nil && o.isAt(path) {
			return o, nil
		}
		_ = o.file.Close() // it was rotated in the meantime
		if err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%s is replaced all the time", path)
}

// share takes the shared lock. Another process may have the exclusive one for a moment, to cut
// off the part of a line that is the end of the file. If the lock is not free soon, a stranger has
// it, whose file it is not.
func share(f *os.File) error {
	for range 20 {
		if ok, err := filelock.TryShared(f); ok || err != nil {
			return err
		}
		pause(time.Millisecond)
	}
	return nil
}

// openOnce opens the file without asking whether it is still at the path. A link
// is not followed, for somebody could have it lead anywhere: Resolve has followed
// those that were there.
func openOnce(path string, mode fs.FileMode) (*output, error) {
	const flags = os.O_APPEND | noFollow
	f, made, err := openOrMake(path, os.O_WRONLY|flags|noWait, mode)
	if err == nil {
		// To recover, one has to read as well. A pipe must not be opened so: who
		// can read it himself is never told that nobody else does.
		if info, _ := f.Stat(); info != nil && info.Mode().IsRegular() {
			if both, err := os.OpenFile(path, os.O_RDWR|flags, 0); err == nil {
				there, _ := both.Stat()
				made = made && there != nil && os.SameFile(info, there) // or somebody has put another one there
				_ = f.Close()
				f = both
			}
		}
	}
	if err != nil {
		return nil, err
	}
	o := &output{file: f, made: made}
	if o.info, err = f.Stat(); err == nil {
		o.regular = o.info.Mode().IsRegular()
		err = o.stat()
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	o.look()
	return o, nil
}

// openOrMake opens a file, or makes it with this mode, and reports whether it has made it.
func openOrMake(path string, flags int, mode fs.FileMode) (f *os.File, made bool, err error) {
	for range 100 { // it can come and go meanwhile
		f, err = os.OpenFile(path, flags, 0)
		if !errors.Is(err, fs.ErrNotExist) {
			return f, false, err
		}
		f, err = os.OpenFile(path, flags|os.O_CREATE|os.O_EXCL, mode)
		if !errors.Is(err, fs.ErrExist) {
			return f, err == nil, err
		}
	}
	return nil, false, err
}

// isAt reports whether this is the file at path. A device or pipe always is: it
// is opened once.
func (o *output) isAt(path string) bool {
	there, err := os.Lstat(path)
	return !o.regular || err == nil && os.SameFile(o.info, there)
}

// endsTorn reports whether the file ends in the middle of a line, as far as it
// can be read. One that may only be written to counts as whole.
func (o *output) endsTorn() bool {
	if !o.regular || o.size == 0 {
		return false
	}
	last := o.before[:1]
	_, err := o.file.ReadAt(last, o.size-1)
	return err == nil && last[0] != '\n'
}

// look finds out whether the file ends in the middle of a line, if it has another
// size than when that was known: somebody else has written to it, or cut it.
//
// A write of another process that is under way looks torn as well, for as long as
// it takes. An end to such a line would be a blank one behind it, so it is looked
// at a few times before somebody must have died.
func (o *output) look() {
	if o.size == o.looked {
		return
	}
	o.torn, o.looked = o.endsTorn(), o.size
	for wait := 200 * time.Microsecond; o.torn && wait < 10*time.Millisecond; wait *= 2 {
		pause(wait)
		if o.stat() != nil {
			return
		}
		if o.size != o.looked {
			o.torn, o.looked = o.endsTorn(), o.size
		}
	}
}

// pause is time.Sleep, but for tests in which time stands still while somebody
// waits for a lock.
var pause = time.Sleep

// mend ends a line that somebody has left without an end: a process that was
// killed, or a disk that was full. What is written next must not be taken for the
// rest of it.
func (o *output) mend() error {
	if !o.torn {
		return nil
	}
	if _, err := o.file.Write([]byte("\n")); err != nil {
		return err
	}
	o.torn = false
	err := o.stat()
	o.looked = o.size
	return err
}

// cut takes away the end of a file from size on, which is a part of a line, if the
// file still ends at end and nobody else has it open.
func cut(f *os.File, size, end int64) error {
	alone, err := filelock.TryExclusive(f)
	if err == nil && alone {
		var info fs.FileInfo
		if info, err = f.Stat(); err == nil && info.Size() == end {
			err = f.Truncate(size)
		}
	}
	// The shared lock is gone, whether the exclusive one was granted or not: to
	// turn one into the other is to give it up first (flock(2)).
	return errors.Join(err, share(f))
}

// target is where the next write goes, as an intent has it. If the file cannot be
// read, there are no bytes before the offset, and recovery has the inode alone to
// go by.
func (o *output) target() journal.Target {
	t := journal.Target{Device: o.device, Inode: o.inode, Offset: o.size}
	before := o.before[:min(o.size, journal.BeforeMax)]
	if _, err := o.file.ReadAt(before, o.size-int64(len(before))); err == nil {
		t.Before, t.BeforeLength = journal.Checksum(before), int64(len(before))
	}
	return t
}

// inherit gives a file that we have made the permissions and, where that is allowed, the owner of
// the one before it: a collector that could read that one can read this one. A file that somebody
// has put there, as logrotate's create does, is left as that one wants it.
func (o *output) inherit(old *output) error {
	if !o.made {
		return nil
	}
	info, err := old.file.Stat()
	if err != nil {
		return err
	}
	return archive.TakeOwner(o.file, info)
}
