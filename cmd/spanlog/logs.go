package main

// Paths of logs, before anything is opened: what they may be, and which of them are one log. All
// commands that read logs go through onlyOnce.

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spanlog/spanlog/internal/archive"
	"github.com/spanlog/spanlog/internal/logfile"
	"github.com/spanlog/spanlog/internal/wording"
)

// stdin is the path that stands for standard input.
const stdin = "-"

// onlyOnce returns the paths of logs without those whose lines another one has as well, or the
// error of one that cannot be the path of a log. Shells make such lists: *.log is app.log and what
// spanlog has rotated away from it, which comes with app.log anyway if rotated is set. No line is
// to be seen twice, or counted twice in a trace.
//
// Only spanlog's own names are known here, because only they look like names of logs.
func onlyOnce(paths []string, rotated bool) (once []string, err error) {
	elsewhere := make(map[string]bool) // absolute paths of rotated files
	absolute := make([]string, len(paths))
	for i, path := range paths {
		if path == "" {
			return nil, errors.New(`"": want the path of a log`)
		}
		if path == stdin {
			if slices.Contains(paths[:i], stdin) {
				return nil, errors.New("-: standard input can be read only once")
			}
			absolute[i] = stdin
			continue
		}
		// A link such as current.log is the log that it leads to. The directory may be missing.
		if absolute[i], err = logfile.Resolve(path); err != nil {
			if absolute[i], err = filepath.Abs(path); err != nil {
				return nil, err
			}
		}
		if !rotated {
			continue
		}
		// That a directory is not there, or cannot be read, is told by who opens the log.
		files, _ := (&archive.Archive{Path: absolute[i]}).Files()
		for _, f := range files {
			elsewhere[f.Path] = true
		}
	}
	// Now all rotated files are known, also those of logs that are named behind them.
	for i, path := range paths {
		if !elsewhere[absolute[i]] && !slices.Contains(absolute[:i], absolute[i]) {
			once = append(once, path)
		}
	}
	return once, nil
}

// tellMissing tells of logs that are not there yet. They are waited for where logs are followed; a
// path that is mistyped looks the same, so it is not to be silent.
func tellMissing(c console, paths []string) {
	for _, path := range paths {
		if path != stdin && isMissing(path) {
			c.warn(fmt.Errorf("%s is not there yet: it is waited for", path))
		}
	}
}

// tellLeft tells of logs that lack what a process that died has left in its journal. Who looks for
// the reason is to know that there is more.
func tellLeft(c console, paths []string) {
	for _, path := range paths {
		if path == stdin {
			continue
		}
		if n := logfile.Left(path); n > 0 {
			c.warn(fmt.Errorf("%s may lack %s that a process left in its journal when it died: spanlog recover %[1]s", path, wording.Count(n, "record")))
		}
	}
}

// isMissing reports whether there is nothing at a path. What cannot be looked at may be there.
func isMissing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// misplaced returns an error for the name of a command that stands where a log should, as in
// spanlog -color never serve app.log. Only a file that is missing can have been meant for one.
func misplaced(paths []string) error {
	for _, path := range paths {
		if cmd := commandNamed(path); cmd != nil && isMissing(path) {
			return fmt.Errorf("%s: there is no such log; a command comes first: %s", path, strings.Join([]string{"spanlog", cmd.name, cmd.usage}, " "))
		}
	}
	return nil
}
