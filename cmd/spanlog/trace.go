package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/logline"
	"github.com/spanlog/spanlog/internal/logquery"
	"github.com/spanlog/spanlog/internal/logsource"
	"github.com/spanlog/spanlog/internal/spantree"
	"github.com/spanlog/spanlog/internal/zipkin"
)

const traceUsage = "[flags] ID FILE…|-"

const traceExamples = `  spanlog trace 4bf92f3577b34da6a3ce929d0e0e4736 app.log
  spanlog trace -zipkin http://localhost:9411 4bf92f3577b34da6a3ce929d0e0e4736 *.log
  spanlog trace -spans spans.json 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 app.log
`

// A traceView shows one trace: its spans as a tree, with the records of each.
type traceView struct {
	zipkin  string // where spans are asked for
	spans   string // a file of spans
	color   string
	timeout time.Duration
}

func (v *traceView) flags() *flagSet {
	f := newFlags("trace", traceUsage, traceExamples)
	f.StringVar(&v.zipkin, "zipkin", "", "ask the Zipkin server at `URL` for the spans")
	f.StringVar(&v.spans, "spans", "", "read spans from `FILE`, an array in Zipkin's JSON")
	f.DurationVar(&v.timeout, "timeout", 5*time.Second, "how long the server may take (`TIME`)")
	f.StringVar(&v.color, "color", "auto", "colours: auto, always or never (`WHEN`)")
	return f
}

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
	files := args[1:]
	if len(files) == 0 && v.zipkin == "" && v.spans == "" {
		return errors.New("trace: want the path of a log, or - for standard input")
	}
	if v.zipkin != "" && v.spans != "" {
		return errors.New("trace: -zipkin and -spans: want one of them")
	}
	return v.show(ctx, c, id, files)
}

func (v *traceView) show(ctx context.Context, c console, id oteltrace.TraceID, files []string) error {
	c.progress = newProgress(c, sizeOf(files, logsource.Options{Rotated: true}))
	lines, n, err := v.lines(ctx, c, id, files)
	c.progress.end()
	if err != nil {
		return err
	}
	spans, from, err := v.find(ctx, id)
	if err != nil {
		// What there is in the logs is shown all the same.
		c.warn(err)
	}
	fmt.Fprintf(c.out, "trace_id=%s  %s, %s\n", id, count(n, "record"), from(spans))
	if n == 0 && len(spans) == 0 {
		return fmt.Errorf("trace %s: neither records nor spans are found", id)
	}
	return spantree.Print(c.out, spans, lines, printable)
}

// lines returns the records of the trace by span.
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
	p.inTree = true
	n := 0
	q := &logquery.Query{Trace: id}
	m, err := openMerger(ctx, c, files, q, logsource.Options{Rotated: true})
	if err != nil {
		return nil, 0, err
	}
	defer m.close()
	err = m.each(func(l *line) error {
		if l.head.Kind != logline.Plain || l.head.Torn {
			n++
		}
		buf.Reset()
		if err := p.print(l); err != nil {
			return err
		}
		span := ""
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

// find returns the spans of the trace, and a function that says in words where they are from.
func (v *traceView) find(ctx context.Context, id oteltrace.TraceID) (spans []zipkin.Span, from func([]zipkin.Span) string, err error) {
	inferred := func([]zipkin.Span) string { return "spans inferred from their ids" }
	switch {
	case v.zipkin != "":
		ctx, cancel := context.WithTimeout(ctx, v.timeout)
		defer cancel()
		if spans, err = fetchSpans(ctx, v.zipkin, id); err != nil {
			return nil, inferred, err
		}
	case v.spans != "":
		if spans, err = readSpans(v.spans, id); err != nil {
			return nil, inferred, err
		}
	default:
		return nil, inferred, nil
	}
	return spans, func(spans []zipkin.Span) string {
		return fmt.Sprintf("%s from %s", count(len(spans), "span"), v.zipkin+v.spans)
	}, nil
}

// zipkinAddress is the address of a Zipkin server, which can be given as that of its pages or of
// its API.
func zipkinAddress(server string) (string, error) {
	u, err := url.Parse(server)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("-zipkin %q: want an address such as http://localhost:9411", server)
	}
	u.Path = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), "/api/v2/spans"), "/zipkin")
	return u.String(), nil
}

// fetchSpans asks a Zipkin server for the spans of a trace.
func fetchSpans(ctx context.Context, server string, id oteltrace.TraceID) ([]zipkin.Span, error) {
	address, err := zipkinAddress(server)
	if err != nil {
		return nil, err
	}
	spans, err := zipkin.Fetch(ctx, address, id.String())
	switch {
	case errors.Is(err, zipkin.ErrUnknownTrace):
		return nil, fmt.Errorf("the Zipkin server at %s does not know trace %s: it was not sampled, or is not there yet, or not any more", server, id)
	case err != nil:
		return nil, fmt.Errorf("ask Zipkin at %s: %w", address, err)
	}
	return spans, nil
}

// readSpans reads the spans of a trace from a file that may have others.
func readSpans(file string, id oteltrace.TraceID) ([]zipkin.Span, error) {
	spans, err := readSpanFile(file)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(spans, func(s zipkin.Span) bool {
		return strings.TrimLeft(s.TraceID, "0") != strings.TrimLeft(id.String(), "0")
	}), nil
}

// readSpanFile reads a file of spans.
func readSpanFile(file string) ([]zipkin.Span, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	spans, err := zipkin.ReadSpans(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return spans, nil
}
