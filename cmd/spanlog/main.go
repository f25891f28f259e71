// Spanlog shows logs joined with their traces.
//
//	spanlog app.log                          the log, for people
//	spanlog -f -level warn app.log           what comes, as tail -F
//	spanlog -trace 4bf92f3577b34da6a3ce929d0e0e4736 *.log
//	spanlog trace 4bf92f3577b34da6a3ce929d0e0e4736 *.log
//	spanlog serve app.log                    the same in a browser
//	spanlog recover app.log
//
// It reads what spanlog, log/slog, zap, zerolog and other loggers write; see
// spanlog -h.
//
// The command itself is thin: it has the flags, the order of lines from several logs, and how
// they look in a terminal. What a line means is for package logline, which lines are wanted for
// logquery, and what becomes of files while they are read for logsource. The pages of spanlog
// serve are in package viewer, over the index of logindex.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	// The end of a pipe is no news: see isClosedPipe.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, console{in: os.Stdin, out: os.Stdout, err: os.Stderr}, os.Args[1:]))
}

// A console is what a command reads from and writes to: the standard files, or those of a test.
// Whether out and err are terminals is told by their being files, so nothing is to be wrapped
// around them here.
type console struct {
	in       io.Reader
	out, err io.Writer
	progress *progress // nil: nobody looks
}

// warn tells of what goes wrong with a part, in one line. Texts of errors can be from a file: no
// line of theirs is to look like ours.
func (c console) warn(err error) {
	c.progress.aside(func() {
		fmt.Fprintln(c.err, "spanlog:", printable(strings.ReplaceAll(err.Error(), "\n", "; ")))
	})
}

// A command is one thing that spanlog does. The table of commands is what help and completion are
// made of, so that none is forgotten there.
type command struct {
	name  string
	usage string          // its arguments
	about string          // one line
	flags func() *flagSet // nil: it has none
	run   func(ctx context.Context, c console, args []string) error
}

// commands are the named ones; view is that without a name.
func commands() []command {
	return []command{
		{"serve", "FILE…", "logs and traces as pages for a browser", new(server).flags, runServe},
		{"trace", "ID FILE…", "the spans of a trace as a tree, with their log lines", new(traceView).flags, runTrace},
		{"recover", "FILE…", "write what a process that died has left in a log's journal", nil, runRecover},
		{"completion", "bash|zsh|fish", "what makes a shell complete commands and flags", nil, runCompletion},
	}
}

// The status that the program ends with. There is no 1, by which grep says that nothing was found:
// a log without such lines is nothing wrong.
const (
	statusFine  = 0
	statusError = 2 // of use, of a file, of a server
)

// errTold is the error of a command that went on with what there was, and has told on the way of
// what was wrong.
var errTold = errors.New("told already")

// run runs the command that args name, and returns the status to end with.
func run(ctx context.Context, c console, args []string) int {
	err := dispatch(ctx, c, args)
	switch {
	case err == nil, errors.Is(err, errHelp), isClosedPipe(err), errors.Is(err, context.Canceled):
		return statusFine // an interrupt is how -f and serve end
	case errors.Is(err, errTold):
		return statusError
	}
	c.warn(err)
	return statusError
}

// dispatch takes the first argument for a command only if it is one: spanlog app.log needs none. A
// log by the name of a command is ./serve.
func dispatch(ctx context.Context, c console, args []string) error {
	if len(args) > 0 {
		if cmd := commandNamed(args[0]); cmd != nil {
			return cmd.run(ctx, c, args[1:])
		}
	}
	return runView(ctx, c, args)
}

// commandNamed returns the command of that name; nil: there is none.
func commandNamed(name string) *command {
	for _, cmd := range commands() {
		if cmd.name == name {
			return &cmd
		}
	}
	return nil
}

// isClosedPipe reports whether nobody reads any more, as in spanlog app.log | head. Who has seen
// enough is not told of trouble.
func isClosedPipe(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe)
}
