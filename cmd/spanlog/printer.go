package main

// Printers: the form of a line in the terminal, for people or for programs. Which lines there are, and
// in what order, was decided before.

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/encode"
	"github.com/spanlog/spanlog/internal/logline"
)

// A printer writes lines, one at a time. Its errors are those of what it writes to: there is no line
// that it cannot write.
type printer interface {
	print(*line) error
}

// jsonPrinter writes each line as JSON: the objects as they are, byte for byte, and other lines as
// the message of one, so that jq does not stop at them.
type jsonPrinter struct{ w io.Writer }

func (p *jsonPrinter) print(l *line) error {
	var text []byte
	if l.head.Kind == logline.JSON {
		// It is not encoded anew: numbers, the order of keys and keys that come twice would not
		// survive that.
		text = logline.Object(l.text)
	} else {
		var err error
		if text, err = json.Marshal(map[string]string{"msg": string(l.text), "file": l.file}); err != nil {
			return err
		}
	}
	_, err := p.w.Write(append(text, '\n')) // in one piece; the text is the line's own
	return err
}

// prettyPrinter writes records as spanlog's own console does, and all other lines as they
// are, but for what would drive the terminal. It is that console: a record that was read is logged
// again, so that there is one form for what a program prints itself and what is read of it later.
type prettyPrinter struct {
	w       io.Writer
	handler slog.Handler
	failed  error // what w has said, which a logger does not pass on to who logs
	scanner logline.Scanner
	record  logline.Record
	attrs   []slog.Attr
	day     int  // of the line before: 1000 times the year, and the day in it
	inTree  bool // under its span: the ids are known, and dates are in the way
}

// A terminalWriter leads to a file, by which a console tells whether that is a terminal. It does not
// write there itself: lines go through a buffer, and take the place of the progress.
type terminalWriter struct {
	io.Writer
	file *os.File
}

// Fd is the file's descriptor.
func (w terminalWriter) Fd() uintptr { return w.file.Fd() }

// newPrettyPrinter returns a printer to w, which leads to out.
func newPrettyPrinter(w io.Writer, out any, color spanlog.Color) (*prettyPrinter, error) {
	// No level is too low: what is wanted was decided before.
	console := spanlog.Console{Writer: w, Format: spanlog.Pretty, Level: slog.Level(-1 << 31), Color: color}
	if file, ok := out.(*os.File); ok {
		console.Writer = terminalWriter{w, file}
	}
	p := &prettyPrinter{w: w}
	log, err := spanlog.New(&spanlog.Options{OnError: func(err error) { p.failed = err }}, console)
	if err != nil {
		return nil, err
	}
	p.handler = log.Handler()
	return p, nil
}

// print writes a line. A tab is four spaces, as its width would depend on what stands before it.
func (p *prettyPrinter) print(l *line) error {
	p.scanner.Parse(l.text, &p.record)
	r := &p.record
	// JSON without any of these may be data of any kind, which is best seen as it is.
	if r.Kind == logline.Plain || r.Time == 0 && !r.HasLevel && len(r.Message) == 0 {
		_, err := fmt.Fprintf(p.w, "%s\n", printable(strings.ReplaceAll(string(l.text), "\t", "    ")))
		return err
	}
	if err := p.printDay(r.Time); err != nil {
		return err
	}
	ctx := context.Background()
	// The ids are in the context, where a console expects them. A span without a trace is none.
	if r.Trace.IsValid() && !p.inTree {
		ctx = trace.ContextWithSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{TraceID: r.Trace, SpanID: r.Span}))
	}
	out := slog.NewRecord(time.Time{}, r.Level, string(r.Message), 0)
	if r.Time != 0 {
		out.Time = time.Unix(0, r.Time)
	}
	// The logger's name and the source have their own place in a console's lines, by these keys.
	p.attrs = p.attrs[:0]
	for _, named := range [...]struct {
		key   string
		value []byte
	}{{spanlog.NameKey, r.Logger}, {"service", r.Service}, {slog.SourceKey, r.Source}} {
		if len(named.value) > 0 {
			p.attrs = append(p.attrs, slog.String(named.key, string(named.value)))
		}
	}
	for _, a := range r.Attrs {
		if r.Trace.IsValid() && string(a.Key) == "trace_flags" {
			continue // it belongs to the ids, and says little to people
		}
		// As text: the console quotes it if need be, and numbers are to stay as they were written.
		p.attrs = append(p.attrs, slog.String(string(a.Key), string(a.Text)))
	}
	out.AddAttrs(p.attrs...)
	if err := p.handler.Handle(ctx, out); err != nil {
		return err
	}
	return p.failed
}

// printDay writes the date where it is another than before: the lines have the time of day. It has
// the zone as well, which is the reader's, and not always that of the log.
func (p *prettyPrinter) printDay(at int64) error {
	if at == 0 || p.inTree {
		return nil
	}
	t := time.Unix(0, at)
	day := t.Year()*1000 + t.YearDay()
	if day == p.day {
		return nil
	}
	p.day = day
	_, err := fmt.Fprintf(p.w, "── %s ──\n", t.Format("Monday, 2 January 2006 MST"))
	return err
}

// printable is text that cannot drive a terminal. Everything goes through it, or through a console
// that does the same, which is not this program's own: a log has what strangers have sent.
func printable(s string) string { return string(encode.AppendSafe(nil, s)) }
