package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

// errHelp is for who has asked for help, and has got it.
var errHelp = errors.New("help")

// A flagSet is the flags of a command. Unlike those of package flag alone, they may
// stand behind the arguments.
type flagSet struct {
	*flag.FlagSet
	usage    string
	examples string
}

// newFlags returns the flags of a command, which has none yet. The name is empty for
// that without one.
func newFlags(name, usage, examples string) *flagSet {
	f := &flagSet{flag.NewFlagSet(name, flag.ContinueOnError), usage, examples}
	f.SetOutput(io.Discard) // errors are told by run
	return f
}

// parse parses flags, wherever they stand before "--", and returns the arguments.
func (f *flagSet) parse(args []string, help io.Writer) (rest []string, err error) {
	var after []string
	if i := slices.Index(args, "--"); i >= 0 {
		args, after = args[:i], args[i+1:]
	}
	for {
		switch err := f.Parse(args); {
		case errors.Is(err, flag.ErrHelp):
			f.help(help)
			return nil, errHelp
		case err != nil:
			return nil, fmt.Errorf("%w (%s -h says what there is)", err, f.command())
		}
		if args = f.Args(); len(args) == 0 {
			return append(rest, after...), nil
		}
		rest, args = append(rest, args[0]), args[1:]
	}
}

func (f *flagSet) command() string { return strings.TrimSpace("spanlog " + f.Name()) }

// help prints what the command is for.
func (f *flagSet) help(w io.Writer) {
	fmt.Fprintf(w, "usage: %s %s\n", f.command(), f.usage)
	if f.Name() == "" {
		fmt.Fprintln(w, "\ncommands:")
		for _, c := range commands() {
			fmt.Fprintf(w, "  spanlog %-10s %-14s %s\n", c.name, c.usage, c.about)
		}
	}
	fmt.Fprintln(w, "\nflags:")
	f.VisitAll(func(fl *flag.Flag) {
		name, usage := flag.UnquoteUsage(fl)
		fmt.Fprintf(w, "  %-18s %s\n", strings.TrimSpace("-"+fl.Name+" "+name), usage)
	})
	fmt.Fprintf(w, "\nexamples:\n%s", f.examples)
}
