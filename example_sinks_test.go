package spanlog_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/spanlog/spanlog"
)

// Each sink has a level and a format of its own.
func ExampleNew() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "app.log")

	var audit bytes.Buffer
	plain := slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{Level: slog.LevelError, ReplaceAttr: removeTime})

	log := spanlog.Must(spanlog.New(&spanlog.Options{ReplaceAttr: removeTime},
		spanlog.Console{Writer: os.Stdout, Format: spanlog.Pattern("console: %(levelname)s %(message)s %(attrs)s")},
		spanlog.File{Path: path, Level: slog.LevelDebug},
		spanlog.Writer{Writer: &audit, Level: slog.LevelWarn, Format: spanlog.Text},
		spanlog.Relay{Handler: plain},
	))
	log.Debug("cache miss", "key", "tea")
	log.Info("order placed", "items", 2)
	log.Error("payment failed", "code", 402)
	if err := log.Close(); err != nil {
		fmt.Println(err)
	}

	fmt.Print("audit: ", audit.String())
	file, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	fmt.Print("file:\n", string(file))

	// Output:
	// console: INFO order placed items=2
	// console: ERROR payment failed code=402
	// level=ERROR msg="payment failed" code=402
	// audit: level=ERROR msg="payment failed" code=402
	// file:
	// {"level":"DEBUG","msg":"cache miss","key":"tea"}
	// {"level":"INFO","msg":"order placed","items":2}
	// {"level":"ERROR","msg":"payment failed","code":402}
}

// Any writer will do. One that has a buffer is flushed with the logger.
func ExampleWriter() {
	buffer := bufio.NewWriter(os.Stdout)
	log := spanlog.Must(spanlog.New(&spanlog.Options{ReplaceAttr: removeTime}, spanlog.Writer{
		Writer: buffer,
		Level:  slog.LevelWarn,
		Format: spanlog.Text,
	}))
	defer log.Close()

	log.Info("listening")
	log.Warn("low on tea", "left", 3)
	fmt.Println("in the buffer:", buffer.Buffered() > 0)
	if err := log.Flush(context.Background()); err != nil {
		fmt.Println(err)
	}

	// Output:
	// in the buffer: true
	// level=WARN msg="low on tea" left=3
}

// A slog.Handler of somebody else's is a sink: its records have the trace fields,
// and attributes of contexts, and no secrets.
func ExampleRelay() {
	next := slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: removeTime})
	log := spanlog.Must(spanlog.New(&spanlog.Options{Redact: []string{"password"}},
		spanlog.Relay{Handler: next, Level: slog.LevelWarn}))
	defer log.Close()

	ctx := spanlog.With(exampleSpan(), "tenant", "acme")
	log.InfoContext(ctx, "not for the handler")
	log.WithGroup("user").WarnContext(ctx, "sign in", "name", "ann", "password", "hunter2")

	// Output:
	// level=WARN msg="sign in" tenant=acme user.name=ann user.password=[REDACTED] trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 trace_flags=01
}

// queue is a client for a message queue.
type queue struct{}

func (queue) send(topic, key, line string) { fmt.Printf("%s %s %s\n", topic, key, line) }

// queueWriter sends records to a queue: warnings and errors to a topic of their
// own, and all the records of a trace in order.
type queueWriter struct{ queue queue }

func (w queueWriter) Write(line []byte) (int, error) {
	w.queue.send("logs", "-", string(line))
	return len(line), nil
}

func (w queueWriter) WriteEntry(_ context.Context, e spanlog.Entry) error {
	topic, key := "logs", "-"
	if e.Level >= slog.LevelWarn {
		topic = "alerts"
	}
	if e.Span.HasTraceID() {
		key = e.Span.TraceID().String()[:8]
	}
	w.queue.send(topic, key, strings.TrimSpace(string(e.Line))) // a copy: Line is valid during the call
	return nil
}

// A writer that is an EntryWriter learns the record's time, level and span.
func ExampleEntryWriter() {
	log := spanlog.Must(spanlog.New(nil, spanlog.Writer{
		Writer: queueWriter{},
		Format: spanlog.Pattern("%(message)s %(attrs)s"),
	}))
	defer log.Close()

	log.Info("started")
	log.WarnContext(exampleSpan(), "low on tea", "left", 3)

	// Output:
	// logs - started
	// alerts 4bf92f35 low on tea left=3
}

// A format of one's own is a function.
func ExampleFormatFunc() {
	format := func(dst []byte, e *spanlog.Event) []byte {
		dst = fmt.Appendf(dst, "%c %q", e.Level.String()[0], e.Message)
		for a := range e.Attrs() {
			dst = fmt.Appendf(dst, " %s:%q", a.Key, a.Value)
		}
		if e.Span.HasTraceID() {
			dst = fmt.Appendf(dst, " @%s", e.Span.TraceID())
		}
		return dst
	}
	log := spanlog.Must(spanlog.New(nil,
		spanlog.Console{Writer: os.Stdout, Format: spanlog.FormatFunc(format)}))
	defer log.Close()

	log.With("shop", "leipzig").WarnContext(exampleSpan(), "low on tea", slog.Group("left", "green", 3, "black", 1))

	// Output:
	// W "low on tea" shop:"leipzig" left:"[green=3 black=1]" @4bf92f3577b34da6a3ce929d0e0e4736
}
