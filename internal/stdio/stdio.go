// Package stdio writes a log's lines to a standard stream.
//
// A standard stream is shared with processes that the program knows nothing of,
// and [os.File] leaves two of their doings to whoever writes. One of them may set
// the stream non-blocking: then a write that finds it full fails with "resource
// temporarily unavailable", and a part of a line may have been written by then.
// Or the reader goes: then a write to standard output or standard error kills the
// program with SIGPIPE. A log must neither tear a line nor end the program.
package stdio

import (
	"errors"
	"slices"
)

// Unsyncable reports whether err, from a Sync, says no more than that the file is
// not of a kind that can be synced, as a terminal, a pipe or a socket. There is
// nothing to sync then, and nothing is lost.
//
// EBADF does not say so: the descriptor may be gone. On macOS it is also what Sync
// says for a pipe or a socket, which cannot be told apart by the error. Nor does
// EROFS, although fsync(2) lists it together with EINVAL: Linux says it for a file
// system that has been shut down after a failure, where data is lost.
//
// Of several errors joined into one, each must be of that sort.
func Unsyncable(err error) bool {
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		errs := e.Unwrap()
		return len(errs) > 0 && !slices.ContainsFunc(errs, func(err error) bool { return !Unsyncable(err) })
	case interface{ Unwrap() error }:
		return Unsyncable(e.Unwrap())
	}
	return slices.ContainsFunc(unsyncable, func(kind error) bool { return errors.Is(err, kind) })
}
