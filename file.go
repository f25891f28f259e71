package spanlog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
)

// Sizes in bytes.
const (
	KiB = 1 << 10
	MiB = 1 << 20
	GiB = 1 << 30
)

// File is a sink that appends to a file. Each record is one write of one whole
// line, so that whoever follows the file sees only whole lines; one that the
// system cuts off, because the disk is full, is counted as dropped, and the next
// begins on a line of its own. Directories on the way to the file are made as
// needed, with mode 0755 before the umask. After shutdown, records are still
// delivered: the file is opened for each.
//
// Two Files of one program must not have the same path; [New] refuses the
// second.
type File struct {
	// Path is the file's name. It must not be empty. A relative path is taken
	// from the working directory at the time of New.
	Path string
	// Level is the least level that is written. By default, Options.Level.
	Level slog.Leveler
	// Format is how records are written. By default, JSON.
	Format Formatter
	// Mode is the permission of a file that is made here, before the umask. By
	// default, 0600: logs hold secrets. A collector of another user needs more,
	// such as 0640 and a common group.
	Mode fs.FileMode
	// MaxSize is the number of bytes at which the file is rotated. By default,
	// it is not. This version of spanlog does not rotate yet: New refuses any
	// other value.
	MaxSize int64
	// MaxFiles is how many rotated files are kept. By default, all. This
	// version of spanlog does not rotate yet: New refuses any other value.
	MaxFiles int
}

func (s File) sinkName() string { return fmt.Sprintf("file sink %q", s.Path) }

func (s File) build(b *builder) (sinkCore, error) {
	if err := s.validate(); err != nil {
		return sinkCore{}, err
	}
	level, format, err := b.levelAndFormat(s.Level, s.Format)
	if err != nil {
		return sinkCore{}, err
	}
	mode := s.Mode
	if mode == 0 {
		mode = 0o600
	}
	c := &fileCore{mode: mode, level: level, format: format, stats: newSinkStats(s.sinkName())}
	switch err := c.open(s.Path); {
	case errors.Is(err, errPathTaken):
		return sinkCore{}, badField("Path", "%w", err)
	case err != nil:
		return sinkCore{}, badField("Path", "cannot be opened: %w", err)
	}
	return sinkCore{core: c, name: s.sinkName(), stats: c.stats, order: -1}, nil
}

// validate returns what is wrong with the options, by field.
func (s File) validate() error {
	var errs []error
	if s.Path == "" {
		errs = append(errs, badField("Path", "is empty"))
	}
	if s.Mode&^fs.ModePerm != 0 {
		errs = append(errs, badField("Mode", "is %v: want permission bits only", s.Mode))
	}
	for _, f := range []struct {
		name  string
		value int64
	}{{"MaxSize", s.MaxSize}, {"MaxFiles", int64(s.MaxFiles)}} {
		switch {
		case f.value < 0:
			errs = append(errs, badField(f.name, "is negative"))
		case f.value > 0:
			errs = append(errs, badField(f.name, "is %d: %w", f.value, errNotYet("rotation")))
		}
	}
	return errors.Join(errs...)
}

// openPaths are the paths that the program's Files have open.
var openPaths sync.Map // absolute path without links → struct{}

var errPathTaken = errors.New("is open in another File of this program")

// fileCore appends lines to a file.
type fileCore struct {
	path   string
	mode   fs.FileMode
	level  slog.Leveler
	format int
	stats  *sinkStats

	mu     sync.Mutex
	file   *os.File
	closed bool // file is; every record opens it
	lineWriter
}

// open claims the path and opens the file.
func (c *fileCore) open(path string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	dir, base := filepath.Split(abs)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return err
	}
	c.path = filepath.Join(dir, base)
	if target, err := filepath.EvalSymlinks(c.path); err == nil {
		c.path = target
	}
	if _, taken := openPaths.LoadOrStore(c.path, struct{}{}); taken {
		return errPathTaken
	}
	if c.file, err = c.openFile(); err != nil {
		openPaths.Delete(c.path)
	}
	return err
}

func (c *fileCore) openFile() (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(c.path), 0o755); err != nil {
		return nil, err
	}
	return os.OpenFile(c.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, c.mode)
}

func (c *fileCore) enabled(_ context.Context, _ *state, level slog.Level) bool {
	return level >= c.level.Level()
}

func (c *fileCore) handle(e *entry) error {
	line := e.line(c.format)
	if err := c.write(line); err != nil {
		return err
	}
	c.stats.deliver(len(line))
	return nil
}

func (c *fileCore) write(line []byte) (err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.file
	if c.closed {
		if f, err = c.openFile(); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
	}
	return c.writeLine(f, line)
}

func (c *fileCore) flush(context.Context) error { return nil } // every line is written already

// reopen opens the path anew and closes what was open only then.
func (c *fileCore) reopen() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil // every record opens it
	}
	f, err := c.openFile()
	if err != nil {
		return err
	}
	old := c.file
	c.file, c.torn = f, false
	return old.Close()
}

func (c *fileCore) close(context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	openPaths.Delete(c.path)
	return c.file.Close()
}
