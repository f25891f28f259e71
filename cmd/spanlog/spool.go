package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spanlog/spanlog/internal/filelock"
	"github.com/spanlog/spanlog/internal/openshared"
)

const (
	// spoolPrefix is how the names of the directories begin that spools are in.
	spoolPrefix = "spanlog-stdin-"
	// spoolName is the name of the file itself, and what pages call it.
	spoolName = "standard input"
)

// A spool is standard input in a temporary file, because pages show what came long ago as well,
// and a pipe can be read only once. The file is opened by its path again and again while it is read,
// so it cannot go before the command does; and a command that is killed cannot remove it. So its
// owner has it locked, and the next one removes those that nobody has locked any more.
type spool struct {
	path string
	file *os.File
}

// openSpool creates a spool, and begins to copy to it what in has. What goes wrong with that is told
// by warn: the pages show what came before.
func openSpool(in io.Reader, warn func(error)) (*spool, error) {
	temp := cmp.Or(roomyTempDir(), os.TempDir())
	s, err := createSpool(temp)
	if err != nil {
		return nil, err
	}
	s.sweep(temp)
	go func() {
		// The command does not wait for the end of its input, and may close the file before.
		if _, err := io.Copy(s.file, in); err != nil && !errors.Is(err, os.ErrClosed) {
			warn(fmt.Errorf("standard input: %w", err))
		}
	}()
	return s, nil
}

// createSpool creates a file that is locked. Another command may find it before it is, take it for
// one that was left behind, and remove it; then there is another one.
func createSpool(temp string) (*spool, error) {
	for {
		dir, err := os.MkdirTemp(temp, spoolPrefix)
		if err != nil {
			return nil, err
		}
		s := &spool{path: filepath.Join(dir, spoolName)}
		if s.file, err = os.OpenFile(s.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
			return nil, errors.Join(err, os.Remove(dir))
		}
		if locked, err := filelock.TryExclusive(s.file); err == nil && !locked {
			s.remove()
			continue
		}
		if isMissing(s.path) {
			s.remove()
			continue
		}
		return s, nil
	}
}

// sweep removes the spools of commands that were killed. Where there are no locks, each of them
// looks like that; so the lock of this one is tried first.
func (s *spool) sweep(temp string) {
	if ifLeft(s.path, func() {}) {
		return
	}
	entries, _ := os.ReadDir(temp) // what cannot be seen cannot be ours
	for _, e := range entries {
		if path := filepath.Join(temp, e.Name(), spoolName); strings.HasPrefix(e.Name(), spoolPrefix) {
			ifLeft(path, func() { removeSpool(path) })
		}
	}
}

// ifLeft does something with a spool that nobody has locked, and reports whether there is one. It
// is locked meanwhile: its owner may have created it just now.
func ifLeft(path string, do func()) bool {
	f, err := openshared.Open(path)
	if err != nil {
		return false // it is gone, or somebody else's
	}
	defer f.Close()
	if locked, err := filelock.TryExclusive(f); !locked || err != nil {
		return false
	}
	do()
	return true
}

// remove ends the copying, and removes the file. Nobody reads it any more.
func (s *spool) remove() {
	_ = s.file.Close()
	removeSpool(s.path)
}

// removeSpool removes a spool with its directory. If that fails, the next command tries again.
func removeSpool(path string) {
	_ = os.Remove(path)
	_ = os.Remove(filepath.Dir(path))
}

// roomyTempDir is a directory for large temporary files; "" is the usual one, which is in memory on
// some systems.
func roomyTempDir() string {
	if info, err := os.Stat("/var/tmp"); err == nil && info.IsDir() && os.Getenv("TMPDIR") == "" {
		return "/var/tmp"
	}
	return ""
}
