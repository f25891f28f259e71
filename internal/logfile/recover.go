package logfile

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spanlog/spanlog/internal/journal"
)

// ErrNothing is the error of Recover for a log without a journal.
var ErrNothing = errors.New("there is no journal")

// ErrInUse is the error of Recover for a log whose owner is alive, and will write by itself
// what is in the journal.
var ErrInUse = errors.New("a running process has the journal")

// recoverTime is how long Recover waits for a disk: somebody sits before it.
const recoverTime = 30 * time.Second

// Recover writes to a log what a process that died has left in its journal, as the next
// process that opens the log would, and returns how many records that were. An error can be
// about some of them only. The path may be relative, or a link.
//
// There is no second way to recover: the log is opened and closed again, with options by
// which nothing is mapped and nothing rotated.
func Recover(path string) (records int, err error) {
	if path, err = Resolve(path); err != nil {
		return 0, err
	}
	o := Options{Path: path, Mode: 0o600, WriteThrough: true, WriteFrom: slog.Level(math.MinInt), SyncFrom: Never}
	if _, err := os.Lstat(o.journalPath()); errors.Is(err, fs.ErrNotExist) {
		return 0, ErrNothing
	} else if err != nil {
		return 0, err
	}
	var mu sync.Mutex // of reports, which the keeper has as well
	var reports []error
	o.Report = func(err error) {
		mu.Lock()
		defer mu.Unlock()
		reports = append(reports, err)
	}
	o.Recovered = func(n int) { records += n }
	l, err := Open(o)
	if err != nil {
		return 0, err
	}
	l.mu.Lock()
	without := l.noRing
	l.mu.Unlock()
	if errors.Is(without, journal.ErrHeld) {
		without = ErrInUse
	}
	ctx, cancel := context.WithTimeout(context.Background(), recoverTime)
	defer cancel()
	closing := l.Close(ctx)
	mu.Lock()
	defer mu.Unlock()
	return records, errors.Join(without, closing, errors.Join(reports...))
}

// Left returns how many records there seem to be for Recover in the journal of a log, of which it
// reads the first page only. Some of them may be in the log already. It is 0 also if that can't be
// told, and while a process has the journal.
func Left(path string) int {
	path, err := Resolve(path)
	if err != nil {
		return 0
	}
	n, err := journal.Left((&Options{Path: path}).journalPath())
	if err != nil {
		return 0
	}
	return n
}

// Resolve returns the path as Options want it: absolute, and without links. The file need not
// be there, but its directory must. Two paths of one log are the same then, by which a program's
// Files find out that they have one log, and their journals have one name.
func Resolve(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, filepath.Base(path))
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	return path, nil
}
