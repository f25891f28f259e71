package archive

import (
	"errors"
	"io/fs"
	"os"

	"github.com/spanlog/spanlog/internal/filelock"
)

// remove deletes a file that no writer ever has open, or that is held. It looks
// first, because os.Remove deletes links and empty directories as well.
func remove(path string) error {
	err := checkRegular(path)
	if err == nil {
		err = os.Remove(path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return errGone
	}
	return err
}

// openOurs opens the regular file that path names itself, not through a link. The
// error is errGone if there is none any more.
func openOurs(path string, flag int) (*os.File, error) {
	f, err := os.OpenFile(path, flag|openSafely, 0)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = errGone
		}
		return nil, err
	}
	if err := checkNamed(f, path); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// checkNamed returns an error unless path names the open file, and that is a
// regular one. If something else bears the name now, our file is gone: what is
// there instead was not listed, and may be anything. The next round sees it.
func checkNamed(f *os.File, path string) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	named, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errGone
	case err != nil:
		return err
	case !named.Mode().IsRegular(), !os.SameFile(info, named):
		return errGone
	}
	return nil
}

// A held file is a plain one that is open here and in no writer: its exclusive
// lock keeps them from it until it is closed. A writer may still have it for a
// moment after it was moved aside, until it looks whether its file is the log
// still; what it writes in that moment must not be missing in a compressed copy,
// nor go with a file that is deleted.
type held struct{ *os.File }

// hold opens and locks a rotated file. The error is errHeld if a writer has it
// open, and errGone if it is not there any more.
func hold(path string) (held, error) {
	// Network file systems grant an exclusive lock only to who may write.
	f, err := openOurs(path, os.O_RDWR)
	if errors.Is(err, fs.ErrPermission) {
		f, err = openOurs(path, os.O_RDONLY)
	}
	if err != nil {
		return held{}, err
	}
	locked, err := filelock.TryExclusive(f)
	switch {
	case err != nil:
	case !locked:
		err = errHeld
	default:
		err = checkNamed(f, path) // it may have gone while it was not locked
	}
	if err != nil {
		f.Close()
		return held{}, err
	}
	return held{f}, nil
}

// remove deletes the file, if its name still is its own. Where an open file can
// be deleted, it is locked until it has no name by which a writer finds it.
func (h held) remove() error {
	if err := checkNamed(h.File, h.Name()); err != nil {
		return err
	}
	if !unlinkOpen {
		if err := h.Close(); err != nil {
			return err
		}
	}
	return remove(h.Name())
}
