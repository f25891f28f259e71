package archive

import (
	"errors"

	"golang.org/x/sys/unix"
)

// renameExclusive renames a file, unless there is one of the new name. Some file
// systems do not know how: the error is then an errors.ErrUnsupported.
func renameExclusive(from, to string) error {
	for {
		err := unix.RenamexNp(from, to, unix.RENAME_EXCL)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EINVAL):
			return errors.ErrUnsupported // if not, the plain rename gives the same error
		}
		return err
	}
}
