package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spanlog/spanlog/internal/logfile"
)

const recoverExamples = `  spanlog recover app.log
`

// runRecover drains the journals of logs whose process has died. The next process that
// opens the log does so as well; this is for a log that nobody opens any more.
func runRecover(_ context.Context, c console, args []string) error {
	f := newFlags("recover", "FILE…", recoverExamples)
	files, err := f.parse(args, c.out)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return errors.New("recover: want the path of a log")
	}
	var errs []error
	for _, file := range files {
		n, err := logfile.Recover(file)
		switch {
		case errors.Is(err, logfile.ErrNothing):
			fmt.Fprintf(c.out, "%s: nothing to recover: there is no journal beside it\n", printable(file))
			continue
		case errors.Is(err, logfile.ErrInUse):
			err = errors.New("a running process has it, and writes by itself what is in its journal")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("recover %s: %w", file, err))
		}
		if n > 0 || err == nil {
			fmt.Fprintf(c.out, "%s: %s recovered\n", printable(file), count(n, "record"))
		}
	}
	return errors.Join(errs...)
}

// count is a number of things in words.
func count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}
