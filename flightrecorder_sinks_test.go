package spanlog_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// TestFlightRecorderSinks: what is within a FlightRecorder gets what is released, whatever
// it is.
func TestFlightRecorderSinks(t *testing.T) {
	info := func(w io.Writer) spanlog.Writer {
		return spanlog.Writer{Writer: w, Level: slog.LevelInfo, Format: messageLines}
	}
	path := filepath.Join(t.TempDir(), "app.log")
	for _, test := range []struct {
		name string
		sink func(*bytes.Buffer) spanlog.Sink
	}{
		{"Writer", func(b *bytes.Buffer) spanlog.Sink { return info(b) }},
		{"Console", func(b *bytes.Buffer) spanlog.Sink { return spanlog.Console{Writer: b, Format: messageLines} }},
		{"EntryWriter", func(b *bytes.Buffer) spanlog.Sink { return info(entryBuffer{b}) }},
		{"Async", func(b *bytes.Buffer) spanlog.Sink { return spanlog.Async{Sink: info(b)} }},
		{"Limit", func(b *bytes.Buffer) spanlog.Sink { return spanlog.Limit{Sink: info(b)} }},
		{"Failover", func(b *bytes.Buffer) spanlog.Sink {
			return spanlog.Failover{Sinks: []spanlog.Sink{info(refusingWriter{}), info(b)}}
		}},
		{"Async and Failover", func(b *bytes.Buffer) spanlog.Sink {
			return spanlog.Async{Sink: spanlog.Failover{Sinks: []spanlog.Sink{info(b), info(io.Discard)}}}
		}},
		{"Relay", func(b *bytes.Buffer) spanlog.Sink {
			return spanlog.Relay{Level: slog.LevelInfo, Handler: slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: onlyMessage})}
		}},
		{"Sample", func(b *bytes.Buffer) spanlog.Sink { return spanlog.Sample{Sink: info(b), Ratio: 1} }},
		{"File", func(b *bytes.Buffer) spanlog.Sink { return spanlog.File{Path: path, Format: messageLines} }},
	} {
		var buf bytes.Buffer
		log := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.FlightRecorder{Sink: test.sink(&buf)})
		ctx := inSpan(bg)
		derived := log.With("with", 1).WithGroup("g")
		for i := range 3 {
			derived.DebugContext(ctx, fmt.Sprintf("held-%d", i), "i", i)
		}
		log.ErrorContext(ctx, "trouble")
		derived.DebugContext(ctx, "after")
		flush(t, log)
		got := buf.String()
		if test.name == "File" {
			got = content(t, path)
		}
		var order []string
		for _, word := range strings.Fields(strings.ReplaceAll(got, "msg=", "")) {
			if strings.HasPrefix(word, "held-") || word == "trouble" || word == "after" {
				order = append(order, word)
			}
		}
		if want := []string{"held-0", "held-1", "held-2", "trouble", "after"}; !reflect.DeepEqual(order, want) {
			t.Errorf("%s: got %v, want %v: %s", test.name, order, want, got)
		}
	}
}

// onlyMessage leaves a handler's own fields out, but for the message.
func onlyMessage(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
		return slog.Attr{}
	}
	return a
}

type entryBuffer struct{ *bytes.Buffer }

func (b entryBuffer) WriteEntry(ctx context.Context, e spanlog.Entry) error {
	if trace.SpanContextFromContext(ctx).TraceID() != e.Span.TraceID() {
		return errors.New("the context has another span")
	}
	_, err := b.Write(e.Line)
	return err
}

type refusingWriter struct{}

func (refusingWriter) Write([]byte) (int, error) { return 0, errors.New("broken") }

// TestFlightRecorderRelay: a handler gets a released record with all that belongs to it.
func TestFlightRecorderRelay(t *testing.T) {
	var buf, plain bytes.Buffer
	ctx := spanlog.With(inSpan(bg), "request", 17)
	relay := func(w io.Writer, level slog.Level) spanlog.Relay {
		return spanlog.Relay{Level: level, Handler: slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug})}
	}
	list := []int{1, 2}
	for _, sink := range []spanlog.Sink{spanlog.FlightRecorder{Sink: relay(&buf, slog.LevelInfo)}, relay(&plain, slog.LevelDebug)} {
		list[0] = 1
		log := timeless(open(t, nil, sink).Handler())
		log.With("a", 1).WithGroup("g").With("list", list).DebugContext(ctx, "m", "own", list, "in", lazy{"resolved"})
		list[0] = 99 // is the caller's again
		spanlog.Trigger(ctx)
	}
	released, _, _ := strings.Cut(buf.String(), "\n")
	assert.Equal(t, "released", released+"\n", plain.String())
}

// TestFlightRecorderBadSinks: a sink that fails, panics, ends the goroutine or logs itself
// costs what it costs, and no more.
func TestFlightRecorderBadSinks(t *testing.T) {
	var log *spanlog.Logger
	ctx := inSpan(bg)
	for _, test := range []struct {
		name  string
		write func(line string) error
		lost  string // reason
	}{
		{"fails", func(string) error { return errors.New("no") }, "error"},
		{"panics", func(string) error { panic("no") }, "error"},
		{"ends the goroutine", func(string) error { runtime.Goexit(); return nil }, "error"},
		{"logs itself", func(string) error { log.DebugContext(ctx, "from the sink"); return nil }, ""},
	} {
		var beside bytes.Buffer
		var got []string
		write := writeFunc(func(b []byte) (int, error) {
			got = append(got, strings.TrimSpace(string(b)))
			if strings.Contains(got[len(got)-1], "bad") {
				return len(b), test.write(got[len(got)-1])
			}
			return len(b), nil
		})
		log = open(t, &spanlog.Options{OnError: func(error) {}},
			spanlog.FlightRecorder{Sink: spanlog.Writer{Writer: write, Format: messageLines}},
			spanlog.Writer{Writer: &beside, Format: messageLines})
		done := make(chan struct{})
		go func() {
			defer close(done)
			for _, m := range []string{"one", "bad", "two"} {
				log.DebugContext(ctx, m)
			}
			log.ErrorContext(ctx, "trouble")
		}()
		<-done
		log.DebugContext(ctx, "after")
		flush(t, log)
		text := strings.Join(got, "\n")
		for _, want := range []string{"one\nbad\n", "two\n", "spanlog: 3 records of this trace released", "trouble", "after"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is missing in %q", test.name, want, text)
			}
		}
		if !strings.Contains(beside.String(), "trouble\n") || strings.Contains(beside.String(), "one") {
			t.Errorf("%s: the sink beside has %q", test.name, beside.String())
		}
		if s := log.Stats().Sinks[0]; test.lost != "" && droppedFor(s, test.lost) != 1 || s.Recorder.Records != 0 {
			t.Errorf("%s: got %+v, %+v", test.name, s, s.Recorder)
		}
	}
}

// TestFlightRecorderSample: what a trace is spared by a Sample is held back, and released.
func TestFlightRecorderSample(t *testing.T) {
	span := func(flags trace.TraceFlags) context.Context { return trace.ContextWithSpanContext(bg, w3cSpan(flags)) }
	for _, test := range []struct {
		name string
		ctx  context.Context
		fr   spanlog.FlightRecorder
		fail bool
		want string
	}{
		{"kept", span(1), spanlog.FlightRecorder{}, false, "info"},
		{"not kept", span(0), spanlog.FlightRecorder{}, false, ""},
		{"kept, and fails", span(1), spanlog.FlightRecorder{}, true, "info debug 1 error"},
		{"not kept, and fails", span(0), spanlog.FlightRecorder{}, true, "info debug 2 error"},
		{"not kept, and not held", span(0), spanlog.FlightRecorder{Level: slog.LevelWarn}, true, "error"},
	} {
		var buf bytes.Buffer
		test.fr.Sink = spanlog.Sample{Sink: spanlog.Writer{Writer: &buf, Format: messageLines}, Always: slog.LevelError}
		log := open(t, nil, test.fr)
		log.InfoContext(test.ctx, "info")
		log.DebugContext(test.ctx, "debug")
		if test.fail {
			log.ErrorContext(test.ctx, "error")
		}
		got := strings.ReplaceAll(strings.TrimSpace(buf.String()), "\n", " ")
		for _, s := range []string{"spanlog: ", " record of this trace released: a record at ERROR", " records of this trace released: a record at ERROR"} {
			got = strings.ReplaceAll(got, s, "")
		}
		assert.Equal(t, test.name, got, test.want)
		if n := droppedFor(log.Stats().Sinks[0], "sampled"); (n == 1) != (test.name == "not kept, and not held") {
			t.Errorf("%s: %d are counted as sampled", test.name, n)
		}
	}
}
