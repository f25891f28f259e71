package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/logline"
	"github.com/spanlog/spanlog/internal/logquery"
	"github.com/spanlog/spanlog/internal/logsource"
	"github.com/spanlog/spanlog/internal/spantree"
	"github.com/spanlog/spanlog/internal/wording"
	"github.com/spanlog/spanlog/internal/zipkin"
)

const traceUsage = "[flags] ID FILE…|-"

const traceExamples = `  spanlog trace 4bf92f3577b34da6a3ce929d0e0e4736 app.log
  spanlog trace -zipkin http://localhost:9411 4bf92f3577b34da6a3ce929d0e0e4736 *.log
  spanlog trace -spans spans.json 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 app.log
`

// A traceView shows one trace: its spans as a tree, with the records of each. Spans are from a server
// or a file, records from logs, and package spantree puts these beneath those, by their ids. The
// records are read and printed as those of a view, with the trace as the query.
//
// The fields are what its flags say.
type traceView struct {
	zipkin  string // where spans are asked for, without the path of the API
	spans   string // a file of spans
	color   spanlog.Color
	timeout time.Duration
}

// defaultTimeout is for how long a server is waited for: somebody sits before the terminal.
const defaultTimeout = 5 * time.Second

func (v *traceView) flags() *flagSet {
	f := newFlags("trace", traceUsage, traceExamples)
	f.Func("zipkin", "ask the Zipkin server at `URL` for the spans", setZipkin(&v.zipkin))
	f.text(&v.spans, "spans", "the path of a file", "read spans from `FILE`, an array in Zipkin's JSON")
	v.timeout = defaultTimeout
	f.Func("timeout", fmt.Sprintf("how long the server may take (`TIME`); by default %s", defaultTimeout), func(s string) (err error) {
		if v.timeout, err = time.ParseDuration(s); err != nil || v.timeout <= 0 {
			return errors.New("want a time such as 5s")
		}
		return nil
	})
	f.color(&v.color)
	return f
}

// runTrace takes the id first, as it is what is looked for; the shell can have any number of logs
// behind it.
func runTrace(ctx context.Context, c console, args []string) error {
	v := new(traceView)
	args, err := v.flags().parse(args, c.out)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return errors.New("trace: want the id of a trace, and logs")
	}
	id, err := logquery.ParseTrace(args[0])
	if err != nil {
		return err
	}
	files, err := onlyOnce(args[1:], true)
	if err != nil {
		return err
	}
	// Spans alone are worth seeing as well.
	if len(files) == 0 && v.zipkin == "" && v.spans == "" {
		return errors.New("trace: want the path of a log, or - for standard input")
	}
	if v.zipkin != "" && v.spans != "" {
		return errors.New("trace: -zipkin and -spans: want one of them")
	}
	tellLeft(c, files)
	return v.show(ctx, c, id, files)
}

// show prints the trace. Of what cannot be had, it tells, and prints what there is: half a
// trace is of use, if it is known to be that. A file that was named and cannot be read is the
// user's mistake, or a reason for another status at least; a server may be down at any time.
func (v *traceView) show(ctx context.Context, c console, id oteltrace.TraceID, files []string) error {
	spans, from, err := v.find(ctx, c, id)
	if err != nil {
		return err
	}
	c.progress = newProgress(c, sizeOf(files, logsource.Options{Rotated: true}))
	lines, n, err := v.lines(ctx, c, id, files)
	c.progress.end()
	if err != nil && !errors.Is(err, errTold) {
		return err
	}
	fmt.Fprintf(c.out, "trace_id=%s  %s, %s\n", id, wording.Count(n, "record"), from)
	if n == 0 && len(spans) == 0 {
		return fmt.Errorf("trace %s: neither records nor spans are found", id)
	}
	return cmp.Or(spantree.Print(c.out, spans, lines, printable), err)
}

// lines returns the records of the trace by span, as they are to be printed, and how many there are.
// They are all in memory: the tree has them in the order of spans. If some may be missing, the
// error is errTold.
func (v *traceView) lines(ctx context.Context, c console, id oteltrace.TraceID, files []string) (*spantree.Lines, int, error) {
	var lines spantree.Lines
	if len(files) == 0 {
		return &lines, 0, nil
	}
	var buf bytes.Buffer
	p, err := newPrettyPrinter(&buf, c.out, v.color)
	if err != nil {
		return nil, 0, err
	}
	p.inTree = true // ids and dates would be the same on all lines
	n := 0
	q := &logquery.Query{Trace: id}
	m, err := openMerger(ctx, c, files, q, logsource.Options{Rotated: true})
	if err != nil {
		return nil, 0, err
	}
	defer m.close()
	err = m.each(func(l *line) error {
		if l.head.Kind != logline.Plain || l.head.Torn {
			n++ // others are lines of a record, as of its stack
		}
		// The printer writes several lines for a stack; each of them has to be indented.
		buf.Reset()
		if err := p.print(l); err != nil {
			return err
		}
		span := "" // records without one come last
		if l.head.Span.IsValid() {
			span = l.head.Span.String()
		}
		for text := range strings.Lines(buf.String()) {
			lines.Add(span, strings.TrimRight(text, "\n"))
		}
		return nil
	})
	return &lines, n, err
}

// find returns the spans of the trace, and says in words where they are from. A server that has
// none, or does not answer, is told of; then there are the ids in the logs.
func (v *traceView) find(ctx context.Context, c console, id oteltrace.TraceID) (spans []zipkin.Span, from string, err error) {
	const inferred = "spans inferred from their ids"
	switch {
	case v.zipkin != "":
		if spans, err = v.fetch(ctx, id); err != nil {
			c.warn(err)
			return nil, inferred, ctx.Err() // after an interrupt there is nothing to go on with
		}
		from = zipkinName(v.zipkin)
	case v.spans != "":
		if spans, err = readSpans(v.spans, id); err != nil {
			return nil, "", err
		}
		from = v.spans
	default:
		return nil, inferred, nil
	}
	if len(spans) == 0 {
		return nil, fmt.Sprintf("%s, as %s has none", inferred, printable(from)), nil
	}
	return spans, fmt.Sprintf("%s from %s", wording.Count(len(spans), "span"), printable(from)), nil
}

// setZipkin returns what sets the address of a Zipkin server by a flag. It can be given as that of
// its pages or of its API, as people have one or the other at hand; what is kept is the part
// before the path of either.
func setZipkin(address *string) func(string) error {
	return func(s string) error {
		u, err := url.Parse(s)
		if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery+u.Fragment != "" {
			return errors.New("want an address such as http://localhost:9411")
		}
		u.Path = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), "/api/v2/spans"), "/zipkin")
		*address = u.String()
		return nil
	}
}

// zipkinName is a server's address as it is shown: without a password, as output is passed on.
func zipkinName(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.User = nil
	return u.String()
}

// fetch asks the Zipkin server for the spans of a trace. The errors say what may be the reason, as
// far as it can be known from here: that a trace is missing has many, all of them common.
func (v *traceView) fetch(ctx context.Context, id oteltrace.TraceID) ([]zipkin.Span, error) {
	ctx, cancel := context.WithTimeout(ctx, v.timeout)
	defer cancel()
	spans, err := zipkin.Fetch(ctx, v.zipkin, id.String())
	name := zipkinName(v.zipkin)
	switch {
	case errors.Is(err, zipkin.ErrUnknownTrace):
		return nil, fmt.Errorf("the Zipkin server at %s does not know trace %s: it was not sampled, or is not there yet, or not any more", name, id)
	case errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("ask Zipkin at %s: no answer within %s", name, v.timeout)
	case err != nil:
		return nil, fmt.Errorf("ask Zipkin at %s: %w", name, err)
	}
	return spans, nil
}

// readSpans reads the spans of a trace from a file that may have others. Tracers of 64 bits leave
// out the zeros at the beginning of an id, and so does Zipkin.
func readSpans(file string, id oteltrace.TraceID) ([]zipkin.Span, error) {
	spans, err := readSpanFile(file)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(spans, func(s zipkin.Span) bool {
		return strings.TrimLeft(s.TraceID, "0") != strings.TrimLeft(id.String(), "0")
	}), nil
}

// readSpanFile reads a file of spans. Its errors name the flag and the file.
func readSpanFile(file string) ([]zipkin.Span, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("-spans: %w", err)
	}
	defer f.Close()
	spans, err := zipkin.ReadSpans(f)
	if err != nil {
		return nil, fmt.Errorf("-spans %s: %w", file, err)
	}
	return spans, nil
}
