package spanlog

// The Console: a writerCore (sink.go) that delivers after close as well, since what is
// logged then has nowhere else to go, and that chooses its format by who reads it. What
// is odd about a process's standard output, EAGAIN, and EPIPE with its signal, package
// stdio deals with.

import (
	"io"
	"log/slog"
	"os"

	"golang.org/x/term"
)

// Console is a sink for whoever looks at the program: a person at a terminal,
// or what collects the output of a container. It is never closed, and delivers
// after shutdown as before.
type Console struct {
	// Writer is where the records go. By default, os.Stderr.
	Writer io.Writer
	// Level is the least level that is written. By default, Options.Level.
	Level slog.Leveler
	// Format is how records are written. By default, what SPANLOG_FORMAT says,
	// else Pretty if Writer is a terminal, else JSON.
	Format Formatter
	// TraceURL is the address of a trace, with {trace_id} (and {span_id}) where
	// the id belongs, such as
	// "http://localhost:9411/zipkin/traces/{trace_id}". On a terminal, Pretty
	// then shows a short id that is a link. By default, ids are shown whole.
	TraceURL string
	// Color says whether Pretty uses colours. By default, ColorAuto.
	Color Color
}

// Color says when colours and links are written.
type Color int

const (
	// ColorAuto is colours on a terminal, unless TERM is dumb. NO_COLOR turns
	// them off and FORCE_COLOR on, if they are set and not empty; of the two,
	// NO_COLOR wins. So they are on or off for a FORCE_COLOR of 0 or false.
	ColorAuto Color = iota
	// ColorAlways is colours wherever the output goes.
	ColorAlways
	// ColorNever is no colours.
	ColorNever
)

func (Console) sinkName() string { return "console sink" }

func (s Console) build(b *builder) (sinkCore, error) {
	if s.Writer == nil {
		s.Writer = os.Stderr
	}
	if isNil(s.Writer) {
		return sinkCore{}, badField("Writer", "is a nil %T", s.Writer)
	}
	if s.Color < ColorAuto || s.Color > ColorNever {
		return sinkCore{}, badField("Color", "is %d: want ColorAuto, ColorAlways or ColorNever", s.Color)
	}
	tty := isTerminal(s.Writer)
	f := s.Format
	switch {
	case f != nil:
	case b.console != nil:
		f = b.console
	case tty:
		f = Pretty
	default:
		f = JSON
	}
	if err := checkTraceURL(s.TraceURL); err != nil {
		return sinkCore{}, err // also where it is not used: it may be elsewhere
	}
	// Two consoles of different colours have formats that are not equal, and so a line
	// each.
	if p, ok := f.(prettyFormat); ok {
		p.color = s.Color.on(tty)
		if p.color {
			p.url = s.TraceURL
			enableColors(s.Writer)
		}
		f = p
	}
	return b.newWriterCore(s.sinkName(), s.Writer, s.Level, f, true)
}

// on decides for a writer, by the conventions of no-color.org and
// force-color.org.
func (c Color) on(terminal bool) bool {
	switch c {
	case ColorAlways:
		return true
	case ColorNever:
		return false
	}
	if os.Getenv("NO_COLOR") != "" {
		return false
	}
	switch os.Getenv("FORCE_COLOR") {
	case "":
		return terminal && os.Getenv("TERM") != "dumb"
	case "0", "false":
		return false
	}
	return true
}

// isTerminal reports whether w is a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(int(f.Fd()))
}
