package main

// Recovering: what a journal is and how it is drained is in package logfile. Here is what of it is
// told to somebody who has lost a process and looks for its last records.

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spanlog/spanlog/internal/logfile"
	"github.com/spanlog/spanlog/internal/wording"
)

// recoverExamples has one only: there is nothing to choose.
const recoverExamples = `  spanlog recover app.log
`

// runRecover drains the journals of logs whose process has died. The next process that
// opens the log does so as well; this is for a log that nobody opens any more. Each log is tried,
// whatever becomes of the others.
func runRecover(_ context.Context, c console, args []string) error {
	f := newFlags("recover", "FILE…", recoverExamples)
	files, err := f.parse(args, c.out)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return errors.New("recover: want the path of a log")
	}
	told := false // of one that failed; the status is to say so in the end
	for _, file := range files {
		n, err := logfile.Recover(file)
		text := wording.Count(n, "record") + " recovered"
		switch {
		case errors.Is(err, logfile.ErrNothing):
			text, err = "nothing to recover: there is no journal beside it", checkLog(file)
		case errors.Is(err, logfile.ErrInUse):
			err = errors.New("a running process has it, and writes by itself what is in its journal")
		}
		if err != nil {
			c.warn(fmt.Errorf("recover %s: %w", file, err))
			told = true
		}
		if n > 0 || err == nil { // an error can be about some of the records only
			fmt.Fprintf(c.out, "%s: %s\n", printable(file), text)
		}
	}
	if told {
		return errTold
	}
	return nil
}

// checkLog finds what is wrong with the path of a log that has no journal. A log that was deleted
// may have one; without both, the path is mistyped, and "nothing to recover" would calm those
// who have lost something.
func checkLog(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		err = errors.New("is a directory: want the path of a log")
	}
	if err, ok := errors.AsType[*fs.PathError](err); ok {
		return err.Err // the path is in what is told
	}
	return err
}
