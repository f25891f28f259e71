package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/logsource"
)

const viewUsage = "[flags] FILE…|- [key=value…]"

const viewExamples = `  spanlog app.log
  spanlog -f app.log worker.log              as tail -F, merged by time
  spanlog -level warn -since 10m app.log
  spanlog -grep 'timeout|refused' app.log order=17
  spanlog -trace 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 *.log
  kubectl logs deploy/shop | spanlog -
  spanlog -json -level error app.log | jq .
`

// A view shows logs, merged by time: what spanlog does without the name of a command. The fields
// are what its flags say.
type view struct {
	query   query
	follow  bool
	tail    int // how many of the last lines; 0: all
	json    bool
	rotated bool
	color   spanlog.Color
}

// flags are called as those of tail, grep and journalctl, where these have them.
func (v *view) flags() *flagSet {
	f := newFlags("", viewUsage, viewExamples)
	f.BoolVar(&v.follow, "f", false, "go on with what is written from now on, also after rotation")
	f.number(&v.tail, "n", 0, "a number of lines", "begin with the last `N` lines of each file; 0: with the first")
	f.BoolVar(&v.rotated, "rotated", true, "begin with the files that were rotated away; -rotated=false: do not")
	f.Func("trace", "records of the trace `ID`, or of a whole traceparent", v.query.setTrace)
	f.Func("span", "records of the span `ID`", v.query.setSpan)
	f.Func("level", "records at `LEVEL` and above", v.query.setLevel)
	f.Func("grep", "lines that match the regular expression `RE`", v.query.setGrep)
	f.Func("since", "records from `TIME` on: 2006-01-02T15:04:05Z, 15:04, or 10m for ten minutes ago", v.query.setSince)
	f.Func("until", "records up to `TIME`", v.query.setUntil)
	f.BoolVar(&v.json, "json", false, "write objects of JSON as they are, and other lines as JSON")
	f.color(&v.color)
	return f
}

// runView is the command without a name. It reads logs, leaves out what the query does not want,
// merges the rest, and prints it:
//
//	logsource ─► reader (logquery) ─┐
//	logsource ─► reader (logquery) ─┴► merger ─► printer ─► buffer ─► progress ─► standard output
//
// A line is printed whole or not at all, and is seen at once if no other comes soon.
func runView(ctx context.Context, c console, args []string) error {
	v := new(view)
	f := v.flags()
	args, err := f.parse(args, c.out)
	if err != nil {
		return err
	}
	if err := v.query.check(); err != nil {
		return err
	}
	files, err := v.files(c, args)
	if err != nil {
		return err
	}
	if v.follow {
		tellMissing(c, files)
	}
	tellLeft(c, files)
	// The last lines are of the log itself: what was rotated away is older.
	o := logsource.Options{Follow: v.follow, Rotated: v.rotated && v.tail == 0, Tail: v.tail}
	c.progress = newProgress(c, sizeOf(files, o))
	defer c.progress.end()
	out := bufio.NewWriterSize(c.progress.writer(c.out), 64<<10)
	p, err := v.newPrinter(out, c.out)
	if err != nil {
		return err
	}
	m, err := openMerger(ctx, c, files, &v.query.Query, o)
	if err != nil {
		return err
	}
	defer m.close()
	m.silent = out.Flush
	err = m.each(p.print)
	// What was printed before an error is to be seen; but an error of writing comes again, and is to
	// be told once.
	if flushed := out.Flush(); err == nil || errors.Is(err, errTold) {
		err = cmp.Or(flushed, err)
	}
	return err
}

// files takes the arguments for logs, or for fields that the query is to have. Without a log, it
// is standard input, unless that is a keyboard: who forgets the path is to be told.
func (v *view) files(c console, args []string) (files []string, err error) {
	for _, arg := range args {
		if field, ok := parseField(arg); ok {
			key := strings.TrimRight(field.Key, "<>") // of level>=warn, which no key of a log ends like
			if flag, is := flagOf[key]; is {
				return nil, fmt.Errorf("%s: %s is no attribute: want %s", arg, key, flag)
			}
			if key != field.Key {
				return nil, fmt.Errorf("%s: want %s=value or %[2]s!=value; attributes are not compared in other ways", arg, key)
			}
			v.query.Fields = append(v.query.Fields, field)
		} else {
			files = append(files, arg)
		}
	}
	if len(files) == 0 {
		if isTerminal(c.in) {
			return nil, errors.New("want the path of a log, or - for standard input (spanlog -h says what there is)")
		}
		files = []string{stdin}
	}
	if err := misplaced(files); err != nil {
		return nil, err
	}
	if v.tail > 0 && slices.Contains(files, stdin) {
		return nil, fmt.Errorf("-n %d: the last lines can only be had of a file, not of standard input", v.tail)
	}
	return onlyOnce(files, v.rotated && v.tail == 0)
}

// sizeOf is about how many bytes there are to read, for the progress; 0: that is not known, or has
// no end.
func sizeOf(files []string, o logsource.Options) (size int64) {
	if o.Follow || o.Tail != 0 {
		return 0
	}
	for _, file := range files {
		one := logsource.Size(file, o.Rotated)
		if one == 0 {
			return 0 // it is a pipe, or empty
		}
		size += one
	}
	return size
}

// newPrinter returns what writes lines to w, which leads to out: whether there are colours is for
// what is at the end.
func (v *view) newPrinter(w io.Writer, out any) (printer, error) {
	if v.json {
		return &jsonPrinter{w: w}, nil
	}
	return newPrettyPrinter(w, out, v.color)
}

// isTerminal reports whether f is one; anything but a file is none.
func isTerminal(f any) bool {
	file, ok := f.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
