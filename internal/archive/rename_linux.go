package archive

import (
	"errors"

	"golang.org/x/sys/unix"
)

// renameExclusive renames a file, unless there is one of the new name. Old
// kernels, some file systems and some sandboxes do not know how: the error is
// then an errors.ErrUnsupported.
func renameExclusive(from, to string) error {
	for {
		err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EINVAL), errors.Is(err, unix.EPERM):
			return errors.ErrUnsupported // if not, the plain rename gives the same error
		}
		return err
	}
}
