package archive

// The two renames that a rotation consists of: the log goes aside, or comes back
// when no new one can be opened. Nothing is ever replaced by them, whatever bears
// the name: rename(2) would do so without a word, and a name can be taken by a file
// that was put back by hand, or by another process's rotation a moment ago.

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// maxTries is how many names in a row may be taken by files that are not ours,
// before it is the file system that must be wrong.
const maxTries = 1000

// MoveAside renames the log, and returns its new path. The name's time is now,
// or just after that of the newest rotated file if now is not later than that:
// so the order of the names is the order of the files even if the clock was set
// back. No file is replaced. After an error the log is where it was.
func (a *Archive) MoveAside(now time.Time) (string, error) {
	n, err := a.naming()
	if err != nil {
		return "", err
	}
	// The directory is read each time, because another process may have been the
	// one that rotates in the meantime, or a file may have been put back by hand.
	files, err := a.Files()
	if err != nil {
		return "", err
	}
	t := now.UTC().Truncate(time.Microsecond)
	if len(files) > 0 {
		if newest := files[len(files)-1].Time; !t.After(newest) {
			t = newest.Add(time.Microsecond)
		}
	}
	if err := checkRegular(a.Path); err != nil {
		return "", err
	}
	for range maxTries {
		var to string
		if to, err = n.rotated(t); err != nil {
			return "", err
		}
		if err = moveNoReplace(a.Path, to); err == nil {
			return to, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			break
		}
		t = t.Add(time.Microsecond)
	}
	return "", err
}

// MoveBack renames a rotated file to the log again: for a caller that moved it
// aside and then cannot open a new one. If there is a file at the log's path, it
// stays, and an error says so.
func (a *Archive) MoveBack(path string) error {
	n, err := a.naming()
	if err != nil {
		return err
	}
	if _, k := n.parse(filepath.Base(path)); k != plain || filepath.Dir(path) != n.dir {
		return fmt.Errorf("%q is not the path of a rotated file of %q", path, a.Path)
	}
	if err := checkRegular(path); err != nil {
		return err
	}
	return moveNoReplace(path, a.Path)
}

// checkRegular returns an error unless the file is a regular one, and there. A link
// in its place is somebody else's, and is not touched.
func checkRegular(path string) error {
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file but %v", path, info.Mode().Type())
	}
	return err
}

// moveNoReplace renames a file, unless there is one of the new name: then the
// error is a fs.ErrExist.
func moveNoReplace(from, to string) error { return moveWith(renameExclusive, from, to) }

// moveWith is moveNoReplace with the system's way to do it in one step. Where
// that is unsupported, because of the system or of the file system, a file that
// comes to be between the look and the rename is replaced; nobody but us has a
// reason to make one.
func moveWith(exclusive func(from, to string) error, from, to string) error {
	err := exclusive(from, to)
	if errors.Is(err, errors.ErrUnsupported) {
		switch _, err := os.Lstat(to); {
		case err == nil:
			return &os.LinkError{Op: "rename", Old: from, New: to, Err: fs.ErrExist}
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
		return os.Rename(from, to)
	}
	if err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}
