package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spanlog/spanlog"
)

// errHelp is for who has asked for help, and has got it.
var errHelp = errors.New("help")

// A flagSet is the flags of a command. Unlike those of package flag alone, they may stand behind
// the arguments, because people add -level warn to a line that they have typed already.
//
// A value is checked when it is parsed, wherever that can be: then the error has the flag and the
// value, in the same words for all flags, and nothing is done before.
type flagSet struct {
	*flag.FlagSet
	usage    string // the arguments, in a line
	examples string // lines that begin with two blanks
}

// newFlags returns the flags of a command, which has none yet. The name is empty for
// that without one.
func newFlags(name, usage, examples string) *flagSet {
	f := &flagSet{flag.NewFlagSet(name, flag.ContinueOnError), usage, examples}
	f.SetOutput(io.Discard) // errors are told by run
	return f
}

// parse parses flags, wherever they stand before "--", and returns the arguments. If help is asked
// for, it is written there, and the error is errHelp.
func (f *flagSet) parse(args []string, help io.Writer) (rest []string, err error) {
	// Package flag ends at "--" as well, but then the flags behind it would be looked for here.
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
		// Parse stops at the first argument; there may be flags behind it.
		if args = f.Args(); len(args) == 0 {
			return append(rest, after...), nil
		}
		rest, args = append(rest, args[0]), args[1:]
	}
}

// number defines a flag for a number, of least or more. What is wanted else is said in words.
func (f *flagSet) number(p *int, name string, least int, want, usage string) {
	f.Func(name, usage, func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil || n < least {
			return errors.New("want " + want)
		}
		*p = n
		return nil
	})
}

// text defines a flag that has to have a value: an empty one is mostly a variable of the shell
// that is not set, and without its flag the command would do something else.
func (f *flagSet) text(p *string, name, want, usage string) {
	f.Func(name, usage, func(s string) error {
		if s == "" {
			return errors.New("want " + want)
		}
		*p = s
		return nil
	})
}

// color defines the flag for colours, with the words of other programs.
func (f *flagSet) color(p *spanlog.Color) {
	f.Func("color", "colours: auto, always or never (`WHEN`); by default auto", func(s string) error {
		switch s {
		case "auto":
			*p = spanlog.ColorAuto
		case "always":
			*p = spanlog.ColorAlways
		case "never":
			*p = spanlog.ColorNever
		default:
			return errors.New("want auto, always or never")
		}
		return nil
	})
}

// command is what the command is called by.
func (f *flagSet) command() string { return strings.TrimSpace("spanlog " + f.Name()) }

// help prints what the command is for. It goes to standard output: who asks for it gets it, and can
// page it.
func (f *flagSet) help(w io.Writer) {
	fmt.Fprintf(w, "usage: %s %s\n", f.command(), f.usage)
	if f.Name() == "" { // as that of the whole program
		fmt.Fprintln(w, "\ncommands:")
		for _, c := range commands() {
			fmt.Fprintf(w, "  spanlog %-10s %-14s %s\n", c.name, c.usage, c.about)
		}
	}
	var names, usages []string
	width := 0
	f.VisitAll(func(fl *flag.Flag) {
		name, usage := flag.UnquoteUsage(fl)
		name = strings.TrimSpace("-" + fl.Name + " " + name)
		width = max(width, utf8.RuneCountInString(name))
		names, usages = append(names, name), append(usages, usage)
	})
	if len(names) > 0 {
		fmt.Fprintln(w, "\nflags:")
	}
	for i, name := range names {
		fmt.Fprintf(w, "  %-*s  %s\n", width, name, usages[i])
	}
	fmt.Fprintf(w, "\nexamples:\n%s", f.examples)
}
