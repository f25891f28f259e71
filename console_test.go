package spanlog_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// terminal is a writer that says it is a terminal, and keeps what it is written.
type terminal struct {
	bytes.Buffer
	dev *os.File
}

func (t *terminal) Fd() uintptr { return t.dev.Fd() }

// newTerminal skips the test where there are no pseudo terminals.
func newTerminal(t *testing.T) *terminal {
	t.Helper()
	dev, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no terminal: ", err)
	}
	t.Cleanup(func() { _ = dev.Close() })
	return &terminal{dev: dev}
}

// newOutput is a writer that says it is a terminal, or one that cannot say; what it is
// written is in the buffer of the terminal that comes with it.
func newOutput(t *testing.T, isTerminal bool) (*terminal, io.Writer) {
	t.Helper()
	if isTerminal {
		tty := newTerminal(t)
		return tty, tty
	}
	tty := &terminal{}
	return tty, &tty.Buffer
}

func TestConsoleColor(t *testing.T) {
	for _, test := range []struct {
		name     string
		terminal bool
		color    spanlog.Color
		env      []string
		want     bool
	}{
		{"no terminal", false, spanlog.ColorAuto, nil, false},
		{"a terminal", true, spanlog.ColorAuto, nil, true},
		{"dumb", true, spanlog.ColorAuto, []string{"TERM=dumb"}, false},
		{"NO_COLOR", true, spanlog.ColorAuto, []string{"NO_COLOR=1"}, false},
		{"NO_COLOR, whatever it says", true, spanlog.ColorAuto, []string{"NO_COLOR=0"}, false},
		{"NO_COLOR, empty", true, spanlog.ColorAuto, []string{"NO_COLOR="}, true},
		{"FORCE_COLOR", false, spanlog.ColorAuto, []string{"FORCE_COLOR=1"}, true},
		{"FORCE_COLOR, any value", false, spanlog.ColorAuto, []string{"FORCE_COLOR=yes"}, true},
		{"FORCE_COLOR, empty", false, spanlog.ColorAuto, []string{"FORCE_COLOR="}, false},
		{"FORCE_COLOR=0", true, spanlog.ColorAuto, []string{"FORCE_COLOR=0"}, false},
		{"FORCE_COLOR=false", true, spanlog.ColorAuto, []string{"FORCE_COLOR=false"}, false},
		{"FORCE_COLOR on a dumb terminal", true, spanlog.ColorAuto, []string{"FORCE_COLOR=1", "TERM=dumb"}, true},
		{"NO_COLOR wins", true, spanlog.ColorAuto, []string{"FORCE_COLOR=1", "NO_COLOR=1"}, false},
		{"always", false, spanlog.ColorAlways, []string{"NO_COLOR=1", "TERM=dumb"}, true},
		{"never", true, spanlog.ColorNever, []string{"FORCE_COLOR=1"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("TERM", "xterm")
			setenv(t, test.env)
			tty, w := newOutput(t, test.terminal)
			l := open(t, nil, spanlog.Console{Writer: w, Format: spanlog.Pretty, Color: test.color})
			l.Info("m", "a", 1)
			if got := strings.Contains(tty.String(), "\x1b["); got != test.want {
				t.Errorf("colours: %v, want %v: %q", got, test.want, tty.String())
			}
		})
	}
}

func TestConsoleFormat(t *testing.T) {
	const asJSON, asText, asPretty = "json", "text", "pretty"
	for _, test := range []struct {
		name     string
		terminal bool
		format   spanlog.Formatter
		env      string
		want     string
	}{
		{"no terminal", false, nil, "", asJSON},
		{"a terminal", true, nil, "", asPretty},
		{"environment", false, nil, "text", asText},
		{"environment on a terminal", true, nil, "json", asJSON},
		{"code", true, spanlog.Text, "", asText},
		{"code wins over the environment", true, spanlog.Text, "json", asText},
		{"a bad environment", true, nil, "xml", asPretty},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("SPANLOG_FORMAT", test.env)
			tty, w := newOutput(t, test.terminal)
			l := open(t, nil, spanlog.Console{Writer: w, Format: test.format, Color: spanlog.ColorNever})
			tty.Reset()
			timeless(l.Handler()).Info("m", "a", 1)
			got := asPretty
			switch tty.String() {
			case `{"level":"INFO","msg":"m","a":1}` + "\n":
				got = asJSON
			case "level=INFO msg=m a=1\n":
				got = asText
			}
			if got != test.want {
				t.Errorf("got %s, want %s: %q", got, test.want, tty.String())
			}
		})
	}
}

// TestConsoleColorsElsewhere: only Pretty has colours, and only on a console.
func TestConsoleColorsElsewhere(t *testing.T) {
	t.Setenv("FORCE_COLOR", "1")
	for _, sink := range []func(io.Writer) spanlog.Sink{
		func(w io.Writer) spanlog.Sink { return spanlog.Console{Writer: w} },
		func(w io.Writer) spanlog.Sink { return spanlog.Console{Writer: w, Format: spanlog.Text} },
		func(w io.Writer) spanlog.Sink {
			return spanlog.Console{Writer: w, Format: spanlog.Pattern("%(levelname)s %(message)s %(trace)s")}
		},
		func(w io.Writer) spanlog.Sink { return spanlog.Writer{Writer: w, Format: spanlog.Pretty} },
	} {
		var buf bytes.Buffer
		l := open(t, nil, sink(&buf))
		l.ErrorContext(inSpan(bg), "m", "a", "\x1b[31m")
		if strings.Contains(buf.String(), "\x1b") {
			t.Errorf("%T: %q", sink(nil), buf.String())
		}
	}
}

// TestConsoleTwo: two consoles of one logger have colours each as its own writer
// wants them.
func TestConsoleTwo(t *testing.T) {
	var plain, coloured bytes.Buffer
	l := open(t, nil,
		spanlog.Console{Writer: &plain, Format: spanlog.Pretty, Color: spanlog.ColorNever},
		spanlog.Console{Writer: &coloured, Format: spanlog.Pretty, Color: spanlog.ColorAlways, TraceURL: "http://localhost:9411/zipkin/traces/{trace_id}"},
	)
	l.InfoContext(inSpan(bg), "m")
	if strings.Contains(plain.String(), "\x1b") || !strings.Contains(plain.String(), w3cTraceID) {
		t.Errorf("plain: %q", plain.String())
	}
	if !strings.Contains(coloured.String(), "\x1b]8;;http://localhost:9411/zipkin/traces/"+w3cTraceID) {
		t.Errorf("coloured: %q", coloured.String())
	}
}

// TestConsoleSharedWriter: sinks with one writer take turns, whatever its type.
func TestConsoleSharedWriter(t *testing.T) {
	var buf bytes.Buffer
	l := open(t, nil, spanlog.Console{Writer: &buf}, spanlog.Writer{Writer: &buf, Format: spanlog.Text})
	done := make(chan struct{})
	const each = 100
	for range 2 {
		go func() {
			for range each {
				l.Info("m")
			}
			done <- struct{}{}
		}()
	}
	<-done
	<-done
	if n := seen(&buf); n != 4*each {
		t.Errorf("%d lines, want %d", n, 4*each)
	}
}

// TestEntryWriter: what an EntryWriter is told of each record.
func TestEntryWriter(t *testing.T) {
	for _, test := range []struct {
		name    string
		replace func([]string, slog.Attr) slog.Attr
		sink    func(io.Writer) spanlog.Sink
		line    string
	}{
		{"Writer", nil, func(w io.Writer) spanlog.Sink { return spanlog.Writer{Writer: w, Format: spanlog.Text} }, "time=2026-11-22T11:57:00.123Z level=WARN msg=m trace_id=" + w3cTraceID + " span_id=" + w3cSpanID + " trace_flags=01 a=1\n"},
		{"Console", nil, func(w io.Writer) spanlog.Sink { return spanlog.Console{Writer: w, Format: spanlog.Text} }, "time=2026-11-22T11:57:00.123Z level=WARN msg=m trace_id=" + w3cTraceID + " span_id=" + w3cSpanID + " trace_flags=01 a=1\n"},
		{"the time is removed from the line only", removeTime, func(w io.Writer) spanlog.Sink { return spanlog.Writer{Writer: w, Format: spanlog.Text} }, "level=WARN msg=m trace_id=" + w3cTraceID + " span_id=" + w3cSpanID + " trace_flags=01 a=1\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := new(entryKeeper)
			l := open(t, &spanlog.Options{ReplaceAttr: test.replace}, test.sink(w))
			ctx, cancel := context.WithCancel(inSpan(bg))
			cancel() // the record is to be written all the same
			slog.New(stamp{Handler: l.Handler(), at: noon}).WarnContext(ctx, "m", "a", 1)
			if len(w.entries) != 1 {
				t.Fatalf("%d entries", len(w.entries))
			}
			e := w.entries[0]
			assert.Equal(t, "line", w.lines[0], test.line)
			if !e.Time.Equal(noon) || e.Level != slog.LevelWarn || !e.Span.Equal(w3cSpan(1)) {
				t.Errorf("got %v %v %v", e.Time, e.Level, e.Span)
			}
		})
	}
}

// TestConsoleKeepsWriter: a console's writer is neither closed nor refused.
func TestConsoleKeepsWriter(t *testing.T) {
	w := &closer{}
	l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Console{Writer: w}, spanlog.Writer{Writer: w})
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	l.Info("m")
	if w.closed || w.writes != 1 {
		t.Errorf("closed: %v, %d writes; want none and the console's", w.closed, w.writes)
	}
}

type closer struct {
	closed bool
	writes int
}

func (c *closer) Close() error { c.closed = true; return nil }

func (c *closer) Write(b []byte) (int, error) {
	if c.closed {
		return 0, errors.New("closed")
	}
	c.writes++
	return len(b), nil
}
