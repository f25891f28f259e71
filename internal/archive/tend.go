package archive

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
)

// Tend cleans up after a process that died, deletes what is not to be kept any
// more, and compresses the rest but for the newest file: readers may still
// follow that. What is deleted is not compressed before, so compression makes no
// room for older files until the next call.
//
// A file that a writer still holds is left as it is, and again says that there
// was one. It counts as deleted if it is to be: no other goes in its place. The
// end of ctx leaves the rest to the next call, and is returned as an error. All
// other trouble concerns one file, is returned with its name once all files have
// had their turn, and is met again by the next call.
//
// A process that dies in here, at any point, loses nothing: a file is deleted
// only once its compressed copy is safe on disk, and the next call ends what this
// one began.
func (a *Archive) Tend(ctx context.Context) (again bool, err error) {
	r := round{Archive: a, ctx: ctx}
	files, temps, err := a.list()
	if err != nil {
		return false, err
	}
	r.removeTemps(temps)
	r.compress(r.retain(r.settle(files)))
	return r.again, errors.Join(append(r.errs, r.cut)...)
}

// A round is one call of Tend. Its steps go over all files; what happens to one
// of them does not keep the others from their turn.
type round struct {
	*Archive
	ctx   context.Context
	again bool
	errs  []error
	cut   error // ctx's, if work was left because of it
}

// Reasons to leave a file that are no errors.
var (
	errHeld  = errors.New("is held by a writer")
	errGone  = errors.New("is gone")
	errEnded = errors.New("the round has ended") // round.cut says why
)

// ended reports whether to stop, which is asked before anything that takes time
// or deletes.
func (r *round) ended() bool {
	if r.cut == nil {
		r.cut = r.ctx.Err()
	}
	return r.cut != nil
}

// note keeps what came of the work on a file.
func (r *round) note(doing, path string, err error) {
	switch {
	case err == nil, errors.Is(err, errGone), errors.Is(err, errEnded):
	case errors.Is(err, errHeld):
		r.again = true
	default:
		r.errs = append(r.errs, fmt.Errorf("%s %s: %w", doing, filepath.Base(path), err))
	}
}

// removeTemps removes what a process left that died while it compressed: there
// is nobody but us who does it now.
func (r *round) removeTemps(paths []string) {
	for _, path := range paths {
		if r.ended() {
			return
		}
		r.note("removing", path, remove(path))
	}
}
