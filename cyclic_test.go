package spanlog_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/spanlog/spanlog"
)

// TestCyclicValue: what has itself in it is an error in each format, and the rest of its record is
// whole.
func TestCyclicValue(t *testing.T) {
	m := map[string]any{"a": 1}
	m["itself"] = []any{m}
	recording := sdktrace.NewTracerProvider().Tracer("test")
	for _, test := range []struct {
		name string
		opts spanlog.Options
		sink func(*bytes.Buffer) spanlog.Sink
	}{
		{name: "JSON"},
		{name: "Text", sink: inFormat(spanlog.Text)},
		{name: "Pretty", sink: inFormat(spanlog.Pretty)},
		{name: "Pattern", sink: inFormat(spanlog.Pattern("%(message)s %(attrs)s"))},
		{name: "Redact", opts: spanlog.Options{Redact: []string{"password"}}, sink: inFormat(spanlog.Text)},
		{name: "ReplaceAttr", opts: spanlog.Options{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.LevelKey {
				a.Value = slog.AnyValue(m)
			}
			return a
		}}, sink: inFormat(spanlog.Pretty)},
		{name: "ReplaceAttr to a group", opts: spanlog.Options{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.LevelKey {
				a.Value = slog.GroupValue(slog.Any("m", m))
			}
			return a
		}}, sink: inFormat(spanlog.Pretty)},
		{name: "SpanEvents", opts: spanlog.Options{SpanEvents: slog.LevelInfo}},
		{name: "FlightRecorder", sink: func(b *bytes.Buffer) spanlog.Sink {
			return spanlog.FlightRecorder{Sink: spanlog.Writer{Writer: b, Format: spanlog.Text, Level: slog.LevelInfo}}
		}},
		{name: "Async to a handler", sink: func(b *bytes.Buffer) spanlog.Sink {
			return spanlog.Async{Sink: spanlog.Relay{Handler: slog.NewJSONHandler(b, nil)}}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var buf bytes.Buffer
			if test.sink == nil {
				test.sink = inFormat(spanlog.JSON)
			}
			l := open(t, &test.opts, test.sink(&buf))
			ctx, span := recording.Start(t.Context(), "work")
			defer span.End()
			l.InfoContext(ctx, "text", "before", 11, "m", m, "behind", 22)
			l.With("m", m).InfoContext(ctx, "text", "before", 11, "behind", 22)
			if err := l.Close(); err != nil {
				t.Error(err)
			}
			for _, word := range []string{"text", "11", "!ERROR:", "22"} {
				if strings.Count(buf.String(), word) < 2 {
					t.Errorf("%s is not in each line of\n%s", word, &buf)
				}
			}
		})
	}
}

// The methods of panicsWith panic with a value.
type panicsWith struct{ v any }

func (p panicsWith) MarshalJSON() ([]byte, error) { panic(p.v) }
func (p panicsWith) MarshalText() ([]byte, error) { panic(p.v) }

// TestCyclicPanic: a panic with such a value stays inside as well.
func TestCyclicPanic(t *testing.T) {
	m := map[string]any{}
	m["itself"] = m
	var asJSON, asText bytes.Buffer
	var heard hearing
	l := open(t, &spanlog.Options{OnError: heard.onError}, inFormat(spanlog.JSON)(&asJSON), inFormat(spanlog.Text)(&asText),
		spanlog.Writer{Writer: writeFunc(func([]byte) (int, error) { panic(m) })})
	l.Info("text", "v", panicsWith{m}, "behind", 22)
	for _, buf := range []*bytes.Buffer{&asJSON, &asText} {
		if s := buf.String(); !strings.Contains(s, "!PANIC: !ERROR:") || !strings.Contains(s, "22") {
			t.Errorf("the line is %s", s)
		}
	}
	if len(heard.errs) != 1 || !strings.Contains(heard.errs[0].Error(), "panic: !ERROR:") {
		t.Errorf("of the writer is told: %v", &heard)
	}
	func() {
		defer func() { _ = recover() }()
		defer l.FlushOnPanic(t.Context())
		panic(m)
	}()
	if s := asText.String(); !strings.Contains(s, `panic="!ERROR:`) {
		t.Errorf("the program's own panic is logged as %s", s)
	}
}

// inFormat makes a sink that writes lines in a format.
func inFormat(f spanlog.Formatter) func(*bytes.Buffer) spanlog.Sink {
	return func(b *bytes.Buffer) spanlog.Sink { return spanlog.Writer{Writer: b, Format: f} }
}
