package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

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

// A view shows logs, merged by time.
type view struct {
	query   query
	follow  bool
	tail    int
	json    bool
	rotated bool
	color   string
}

func (v *view) flags() *flagSet {
	f := newFlags("", viewUsage, viewExamples)
	f.BoolVar(&v.follow, "f", false, "go on with what is written from now on, also after rotation")
	f.IntVar(&v.tail, "n", 0, "begin with the last `N` lines of each file")
	f.BoolVar(&v.rotated, "rotated", true, "begin with the files that were rotated away; -rotated=false: do not")
	f.Func("trace", "records of the trace `ID`, or of a whole traceparent", v.query.setTrace)
	f.Func("span", "records of the span `ID`", v.query.setSpan)
	f.Func("level", "records at `LEVEL` and above", v.query.setLevel)
	f.Func("grep", "lines that match the regular expression `RE`", v.query.setGrep)
	f.Func("since", "records from `TIME` on: 2006-01-02T15:04:05Z, 15:04, or 10m for ten minutes ago", v.query.setSince)
	f.Func("until", "records up to `TIME`", v.query.setUntil)
	f.BoolVar(&v.json, "json", false, "write lines of JSON as they are, and others as JSON")
	f.StringVar(&v.color, "color", "auto", "colours: auto, always or never (`WHEN`)")
	return f
}

// runView is the command without a name.
func runView(ctx context.Context, c console, args []string) error {
	v := new(view)
	f := v.flags()
	args, err := f.parse(args, c.out)
	if err != nil {
		return err
	}
	var files []string
	for _, arg := range args {
		if field, ok := parseField(arg); ok {
			v.query.Fields = append(v.query.Fields, field)
		} else {
			files = append(files, arg)
		}
	}
	if len(files) == 0 {
		if isTerminal(c.in) {
			return errors.New("want the path of a log, or - for standard input (spanlog -h says what there is)")
		}
		files = []string{"-"}
	}
	if v.tail < 0 {
		return fmt.Errorf("-n %d: want a number of lines", v.tail)
	}
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
	return errors.Join(m.each(p.print), out.Flush())
}

// sizeOf is about how much there is to read; 0: that is not known.
func sizeOf(files []string, o logsource.Options) (size int64) {
	if o.Follow || o.Tail != 0 {
		return 0
	}
	for _, file := range files {
		one := logsource.Size(file, o.Rotated)
		if one == 0 {
			return 0 // it is a pipe, or has ended
		}
		size += one
	}
	return size
}

// newPrinter returns what writes lines to w, which leads to out.
func (v *view) newPrinter(w io.Writer, out any) (printer, error) {
	if v.json {
		return &jsonPrinter{w: w}, nil
	}
	return newPrettyPrinter(w, out, v.color)
}

func isTerminal(f any) bool {
	file, ok := f.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
