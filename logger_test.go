package spanlog_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// TestCancelledContext: a caller that has gone does not keep its record from
// being delivered.
func TestCancelledContext(t *testing.T) {
	ctx, _ := cancelled()
	var writer, relay bytes.Buffer
	path := filepath.Join(t.TempDir(), "app.log")
	l := open(t, nil, spanlog.Writer{Writer: &writer}, spanlog.File{Path: path}, spanlog.Relay{Handler: slog.NewJSONHandler(&relay, nil)})
	l.InfoContext(inSpan(ctx), "m")
	flush(t, l)
	for _, s := range []string{writer.String(), content(t, path), relay.String()} {
		assert.Equal(t, "message", messages(t, s), "m")
	}
}

// TestLoggerDerived: With and WithGroup return a plain logger, which goes on
// working.
func TestLoggerDerived(t *testing.T) {
	var buf bytes.Buffer
	l := open(t, nil, spanlog.Writer{Writer: &buf})
	func(plain *slog.Logger) { plain.Info("m", "b", 2) }(l.With("a", 1).WithGroup("g"))
	if !strings.HasSuffix(buf.String(), `"msg":"m","a":1,"g":{"b":2}}`+"\n") {
		t.Errorf("got %s", buf.String())
	}
	if _, ok := l.Handler().(*spanlog.Handler); !ok {
		t.Errorf("the handler is a %T", l.Handler())
	}
}

func TestFatal(t *testing.T) {
	path := os.Getenv("TEST_FILE")
	switch os.Getenv(childVar) {
	case "fatal":
		l := spanlog.Must(spanlog.New(&spanlog.Options{AddSource: true},
			spanlog.File{Path: path}, spanlog.Writer{Writer: bufio.NewWriter(os.Stdout)}))
		l.Info("before")
		l.Fatal(inSpan(bg), "the end", "a", 1)
	case "cancelled":
		ctx, _ := cancelled()
		l := spanlog.Must(spanlog.New(nil, spanlog.File{Path: path}, spanlog.Writer{Writer: bufio.NewWriter(os.Stdout)}))
		l.Fatal(ctx, "the end")
	case "below":
		l := spanlog.Must(spanlog.New(&spanlog.Options{Level: slog.Level(20)}, spanlog.File{Path: path}))
		l.Fatal(bg, "the end")
	case "nil":
		l := spanlog.Must(spanlog.New(nil, spanlog.File{Path: path}, spanlog.Writer{Writer: os.Stdout}))
		l.Fatal(nilContext, "the end")
	case "closed":
		l := spanlog.Must(spanlog.New(nil, spanlog.File{Path: path}, spanlog.Console{Writer: os.Stdout}))
		_ = l.Close()
		l.Fatal(bg, "the end")
	case "":
		for _, test := range []struct{ do, file, stdout string }{
			{"fatal", "before the end", "before the end"},
			{"cancelled", "the end", "the end"},
			{"below", "", ""},
			{"nil", "the end", "the end"},
			{"closed", "the end", "the end"},
		} {
			t.Run(test.do, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "app.log")
				stdout, stderr, status := child(t, test.do, "TEST_FILE="+path)
				if status != 1 || stderr != "" {
					t.Errorf("status %d, want 1; stderr %s", status, stderr)
				}
				assert.Equal(t, "stdout", messages(t, stdout), test.stdout)
				file := content(t, path)
				assert.Equal(t, "file", messages(t, file), test.file)
				if test.do != "fatal" {
					return
				}
				last := parsed(t, file[strings.LastIndex(strings.TrimSpace(file), "\n")+1:])
				if last["level"] != "FATAL" || last["a"] != 1.0 || last["trace_id"] != w3cTraceID {
					t.Errorf("got %v", last)
				}
				src, _ := last["source"].(map[string]any)
				if fn, _ := src["function"].(string); !strings.HasSuffix(fn, ".TestFatal") || filepath.Base(fmt.Sprint(src["file"])) != "logger_test.go" {
					t.Errorf("source %v, want this test", src)
				}
			})
		}
		return
	}
	os.Exit(3) // Fatal has returned
}

// TestSetDefault gives slog.SetDefault a handler around the one that slog starts
// with, which is how a program deadlocks with other handlers.
func TestSetDefault(t *testing.T) {
	around := func(h slog.Handler) slog.Handler { return spanlog.NewHandler(h, nil) }
	if do := os.Getenv(childVar); do != "" {
		switch do {
		case "plain":
			slog.SetDefault(slog.New(around(slog.Default().Handler())))
		case "attributes":
			slog.SetDefault(slog.New(around(slog.Default().With("a", 1).WithGroup("g").With("b", 2).Handler())))
		case "Relay":
			slog.SetDefault(spanlog.Must(spanlog.New(nil, spanlog.Relay{Handler: slog.Default().Handler()})).Logger)
		case "twice":
			slog.SetDefault(slog.New(around(around(slog.Default().Handler()))))
		case "after another":
			original := slog.Default().Handler()
			slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
			slog.SetDefault(slog.New(around(original)))
		case "again":
			slog.SetDefault(slog.New(around(slog.Default().Handler())))
			slog.SetDefault(slog.New(around(slog.Default().Handler())))
		case "prefix and flags":
			log.SetFlags(log.Lmsgprefix | log.Lshortfile)
			log.SetPrefix("app: ")
			slog.SetDefault(slog.New(around(slog.Default().Handler())))
		case "output":
			log.SetOutput(os.Stdout)
			slog.SetDefault(slog.New(around(slog.Default().Handler())))
		}
		slog.InfoContext(inSpan(bg), "one", "c", 3)
		slog.Default().WithGroup("h").With("d", 4).Info("two", "e", 5)
		slog.Debug("no")
		log.Print("three")
		os.Exit(0)
	}
	ids := " trace_id=" + w3cTraceID + " span_id=" + w3cSpanID + " trace_flags=01"
	for _, test := range []struct {
		do     string
		stdout bool
		want   []string // the ends of the lines
	}{
		{"plain", false, []string{" INFO one c=3" + ids, " INFO two h.d=4 h.e=5", " INFO three"}},
		{"attributes", false, []string{" INFO one a=1 g.b=2 g.c=3 g.trace_id=" + w3cTraceID, " INFO two a=1 g.b=2 g.h.d=4 g.h.e=5", " INFO three a=1 g.b=2"}},
		{"Relay", false, []string{" INFO one c=3" + ids, " INFO two h.d=4 h.e=5", " INFO three"}},
		{"twice", false, []string{" INFO one c=3" + ids, " INFO two h.d=4 h.e=5", " INFO three"}},
		{"after another", false, []string{" INFO one c=3" + ids, " INFO two h.d=4 h.e=5", " INFO three"}},
		{"again", false, []string{" INFO one c=3" + ids, " INFO two h.d=4 h.e=5", " INFO three"}},
		{"prefix and flags", false, []string{": app: INFO one c=3" + ids, ": app: INFO two h.d=4 h.e=5", "three"}},
		{"output", true, []string{" INFO one c=3" + ids, " INFO two h.d=4 h.e=5", " INFO three"}},
	} {
		t.Run(test.do, func(t *testing.T) {
			stdout, stderr, status := child(t, test.do)
			if status != 0 {
				t.Fatalf("status %d: %s", status, stderr)
			}
			if test.stdout {
				stderr = stdout
			}
			lines := strings.Split(strings.TrimSpace(stderr), "\n")
			if len(lines) != len(test.want) {
				t.Fatalf("got %q", lines)
			}
			for i, want := range test.want {
				if !strings.Contains(lines[i], want) {
					t.Errorf("line %d:\n got %s\nwant %s in it", i+1, lines[i], want)
				}
				if test.do == "prefix and flags" && i < 2 && !strings.HasPrefix(lines[i], "logger_test.go:") {
					t.Errorf("line %d: no source: %s", i+1, lines[i])
				}
			}
		})
	}
}
