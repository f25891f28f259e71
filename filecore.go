package spanlog

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/spanlog/spanlog/internal/logfile"
)

// openPaths are the paths that the program's Files have open. A second File on a path
// would be to the first what another process is: each record would cost it a system call,
// and its options for rotation would count for nothing. That is a mistake, and New says so.
var openPaths sync.Map // absolute path without links → struct{}

var (
	errPathTaken    = errors.New("is open in another File of this program")
	errNotRotatable = errors.New("is a device or a pipe, which cannot be rotated")
)

// fileCore appends lines to a file. That handle returns nil is File's promise: the record
// survives the process from then on. It never refuses a record after close: the log then
// opens the file for each.
type fileCore struct {
	path string
	threshold
	format int
	stats  *sinkStats
	log    *logfile.Log
	closed sync.Once
}

// open claims the path and opens the file.
func (c *fileCore) open(path string, o logfile.Options) error {
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err != nil {
		return err
	}
	if c.path, err = logfile.Resolve(path); err != nil {
		return err
	}
	rotates := o.MaxSize > 0 || !o.Every.IsZero()
	if info, err := os.Stat(c.path); err == nil && !info.IsDir() && !info.Mode().IsRegular() && rotates {
		return errNotRotatable
	}
	if _, taken := openPaths.LoadOrStore(c.path, struct{}{}); taken {
		return errPathTaken
	}
	o.Path = c.path
	if c.log, err = logfile.Open(o); err != nil {
		openPaths.Delete(c.path)
	}
	return err
}

func (c *fileCore) enabled(ctx context.Context, s *state, level slog.Level, pc uintptr) bool {
	return c.admits(ctx, s, level, pc)
}

func (c *fileCore) handle(e *entry) error { return c.log.Append(e.line(c.format), e.event.Level) }

func (c *fileCore) flush(context.Context) error { return c.log.Flush() }

func (c *fileCore) reopen() error { return c.log.Reopen() }

func (c *fileCore) close(ctx context.Context) error {
	err := c.log.Close(ctx)
	c.closed.Do(func() { openPaths.Delete(c.path) })
	return err
}
