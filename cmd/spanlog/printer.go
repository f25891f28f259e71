package main

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

// A printer writes lines.
type printer interface {
	print(*line) error
}

// jsonPrinter writes each line as JSON: those that are as they are.
type jsonPrinter struct{ w io.Writer }

func (p *jsonPrinter) print(l *line) error {
	text := l.text
	if l.head.Kind != logline.JSON {
		var err error
		if text, err = json.Marshal(map[string]string{"msg": string(text), "file": l.file}); err != nil {
			return err
		}
	}
	_, err := p.w.Write(append(text, '\n'))
	return err
}

// prettyPrinter writes records as spanlog's own console does, and all other lines as they
// are.
type prettyPrinter struct {
	w       io.Writer
	handler slog.Handler
	failed  error // what w has said
	scanner logline.Scanner
	record  logline.Record
	attrs   []slog.Attr
	day     int  // of the line before, as days of the year and its years
	inTree  bool // under its span: the ids are known, and dates are in the way
}

// A terminalWriter leads to a file, by which a console tells whether that is a terminal.
type terminalWriter struct {
	io.Writer
	file *os.File
}

// Fd is the file's descriptor.
func (w terminalWriter) Fd() uintptr { return w.file.Fd() }

func newPrettyPrinter(w io.Writer, out any, color string) (*prettyPrinter, error) {
	console := spanlog.Console{Writer: w, Format: spanlog.Pretty, Level: slog.Level(-1 << 31)}
	if file, ok := out.(*os.File); ok {
		console.Writer = terminalWriter{w, file}
	}
	switch color {
	case "auto":
		console.Color = spanlog.ColorAuto
	case "always":
		console.Color = spanlog.ColorAlways
	case "never":
		console.Color = spanlog.ColorNever
	default:
		return nil, fmt.Errorf("-color %q: want auto, always or never", color)
	}
	p := &prettyPrinter{w: w}
	log, err := spanlog.New(&spanlog.Options{OnError: func(err error) { p.failed = err }}, console)
	if err != nil {
		return nil, err
	}
	p.handler = log.Handler()
	return p, nil
}

func (p *prettyPrinter) print(l *line) error {
	p.scanner.Parse(l.text, &p.record)
	r := &p.record
	if r.Kind == logline.Plain || r.Time == 0 && !r.HasLevel && len(r.Message) == 0 {
		_, err := fmt.Fprintf(p.w, "%s\n", printable(strings.ReplaceAll(string(l.text), "\t", "    ")))
		return err
	}
	if err := p.printDay(r.Time); err != nil {
		return err
	}
	ctx := context.Background()
	if r.Trace.IsValid() && !p.inTree {
		ctx = trace.ContextWithSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{TraceID: r.Trace, SpanID: r.Span}))
	}
	out := slog.NewRecord(time.Time{}, r.Level, string(r.Message), 0)
	if r.Time != 0 {
		out.Time = time.Unix(0, r.Time)
	}
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
		p.attrs = append(p.attrs, slog.String(string(a.Key), string(a.Text)))
	}
	out.AddAttrs(p.attrs...)
	if err := p.handler.Handle(ctx, out); err != nil {
		return err
	}
	return p.failed
}

// printDay writes the date where it is another than before: the lines have the time of day.
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

// printable is text that cannot drive a terminal.
func printable(s string) string { return string(encode.AppendSafe(nil, s)) }
