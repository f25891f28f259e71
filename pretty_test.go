package spanlog_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// go test . -run 'Golden' -update
var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	g, w := strings.SplitAfter(got, "\n"), strings.SplitAfter(string(want), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Fatalf("%s:%d: differs\ngot  %swant %s", path, i+1, g[i], w[i])
		}
	}
	t.Fatalf("%s: %d lines, want %d", path, len(g), len(w))
}

// request is a context with a span whose ids begin with the given digits, six
// and eight of them.
func request(traceID, spanID string) context.Context {
	t, _ := trace.TraceIDFromHex(traceID + "3577b34da6a3ce929d0e0e473" + traceID[:1])
	s, _ := trace.SpanIDFromHex(spanID + "3577b34d")
	return trace.ContextWithSpanContext(bg, trace.NewSpanContext(trace.SpanContextConfig{TraceID: t, SpanID: s, TraceFlags: 1}))
}

// tracedError prints a stack with %+v.
type tracedError struct{ msg, stack string }

func (e tracedError) Error() string { return e.msg }

func (e tracedError) Format(f fmt.State, verb rune) {
	_, _ = io.WriteString(f, e.msg)
	if verb == 'v' && f.Flag('+') {
		_, _ = io.WriteString(f, e.stack)
	}
}

// prettyCases are what a terminal shows: a program's start, two requests that
// run at the same time, and what can make a log ugly.
var prettyCases = []struct {
	name string
	log  func(*slog.Logger)
}{
	{"levels", func(log *slog.Logger) {
		for _, l := range []slog.Level{spanlog.LevelTrace, slog.LevelDebug, slog.LevelInfo, slog.LevelInfo + 2, slog.LevelWarn, slog.LevelError, spanlog.LevelFatal, 14} {
			log.Log(bg, l, "a message", "k", "v")
		}
	}},
	{"requests", func(log *slog.Logger) {
		a, b, a2 := request("4bf92f", "00f067aa"), request("a10e53", "53995c3f"), request("4bf92f", "b7ad6b71")
		http, db := log.With(spanlog.NameKey, "shop.http"), log.With(spanlog.NameKey, "shop.db")
		log.Info("listening", "addr", ":8080")
		http.InfoContext(a, "GET /cart", "user", "kim")
		http.InfoContext(b, "POST /orders", "items", 3)
		db.DebugContext(a2, "query", "sql", "select * from carts where id = $1", "took", 1340*time.Microsecond)
		db.WarnContext(b, "slow query", "took", 1200*time.Millisecond)
		http.InfoContext(a, "200 OK")
		http.ErrorContext(b, "payment refused", spanlog.Err(fmt.Errorf("charge: %w", errors.New(`Post "https://pay.example": 502`))))
	}},
	{"trace without a span", func(log *slog.Logger) {
		sc := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{0x4b, 0xf9, 0x2f}})
		log.InfoContext(trace.ContextWithSpanContext(bg, sc), "m")
	}},
	{"values", func(log *slog.Logger) {
		log.Info("kinds", "int", -1, "float", 0.5, "bool", true, "time", noon, "duration", time.Minute, "nil", nil, "bytes", []byte("ab"), "struct", struct{ A, B int }{1, 2})
		log.Info("quotes", "empty", "", "space", "a b", "double", `say "hi"`, "path", `C:\dir name`, "json", `{"a":1}`, "both", "\"`", "equals", "a=b")
		log.Info("errors", "plain", io.EOF, "quoted", errors.New(`parsing "x": bad`), "nil", (*os.PathError)(nil))
		log.Info("groups", slog.Group("http", "status", 200, slog.Group("tls", "v", "1.3")), slog.Group("", "inlined", 1), slog.Group("empty"))
		log.With("before", 1).WithGroup("a b").With("in", 2).WithGroup("deep").Info("open groups", "last", 3)
	}},
	{"alignment", func(log *slog.Logger) {
		log.Info("short", "k", "v")
		log.Info("a message of 24 columns..", "k", "v")
		log.Info("a message that is longer than the column for messages", "k", "v")
		log.Info("주문 완료", "고객", "김철수")
		log.Info("注文が確定しました", "k", "v")
		log.Info("done ✅ 🎉", "k", "v")
		log.Info("e\u0301te\u0301 a\u0300 Paris", "k", "v")
		log.With(spanlog.NameKey, "주문").Info("named", "k", "v")
		log.Info("")
		log.Info("", "k", "v")
	}},
	{"several lines", func(log *slog.Logger) {
		ctx := request("4bf92f", "00f067aa")
		log.InfoContext(ctx, "first\nsecond\n\nlast", "k", "v")
		log.Info("query", "sql", "select 1\r\n\tfrom dual\n", "rows", 1)
		log.Info("one line\n", "out", "done\n")
		log.WithGroup("http").Error("panic", "status", 500, "stack", []byte("goroutine 1 [running]:\nmain.main()\n\t/src/main.go:12 +0x1d\n"))
		log.Error("joined", spanlog.Err(errors.Join(io.EOF, io.ErrShortWrite)), "k", "v")
		log.ErrorContext(ctx, "stack", spanlog.Err(tracedError{"deadlock", "\nshop.Load\n\t/src/store.go:88"}), "k", "v")
		log.Error("both", spanlog.Err(tracedError{"two\nlines", "\nmain.go:1"}))
	}},
	{"attacks", func(log *slog.Logger) {
		log.Info("red \x1b[31m\a", "k\n", "\x1b]8;;http://x\x1b\\", "forged", "x\r15:04:05.000 INFO  forged")
		log.Info("below", "k\x1b[0m", "a\n11:57:00.123 INFO  forged\n\x1b[2J\u202e", "\n", "b\nc")
		log.With(spanlog.NameKey, "a\nb\x1b[1m").Info("named")
		log.Info("emoji 👩\u200d💻", "family", "👩\u200d👧", "bidi", "\u2066x\u2069", "invalid", "\xff")
	}},
}

func TestPrettyGolden(t *testing.T) {
	const url = "http://localhost:9411/zipkin/traces/{trace_id}"
	for _, look := range []struct {
		file    string
		console spanlog.Console
	}{
		{"pretty_plain.golden", spanlog.Console{TraceURL: url}},
		{"pretty_color.golden", spanlog.Console{Color: spanlog.ColorAlways}},
		{"pretty_link.golden", spanlog.Console{Color: spanlog.ColorAlways, TraceURL: url}},
	} {
		t.Run(look.file, func(t *testing.T) {
			var buf bytes.Buffer
			look.console.Writer, look.console.Format, look.console.Level = &buf, spanlog.Pretty, spanlog.LevelTrace
			h := open(t, nil, look.console).Handler()
			for _, c := range prettyCases {
				fmt.Fprintf(&buf, "== %s\n", c.name)
				c.log(slog.New(stamp{Handler: h, at: noon}))
			}
			// In the files, ESC is shown as ␛.
			golden(t, look.file, strings.ReplaceAll(buf.String(), "\x1b", "␛"))
		})
	}
}

func TestPrettyLine(t *testing.T) {
	pc, src := here()
	source := fmt.Sprintf("pretty_test.go:%d", src.Line)
	for _, test := range []struct {
		name    string
		options spanlog.Options
		log     func(*slog.Logger)
		want    string
	}{
		{"source", spanlog.Options{AddSource: true}, func(l *slog.Logger) { l.Info("m", "k", "v") },
			"11:57:00.123 INFO  m                        k=v " + source},
		{"source, nothing else", spanlog.Options{AddSource: true}, func(l *slog.Logger) { l.Info("m") },
			"11:57:00.123 INFO  m                        " + source},
		{"source after attributes, before ids", spanlog.Options{AddSource: true}, func(l *slog.Logger) { l.InfoContext(inSpan(bg), "m", "k", "v") },
			"11:57:00.123 INFO  m                        k=v " + source + " [" + w3cTraceID + " " + w3cSpanID + "]"},
		{"only the last name counts", spanlog.Options{}, func(l *slog.Logger) {
			l.With(spanlog.NameKey, "a").With(spanlog.NameKey, "b").Info("m", "k", "v")
		}, "11:57:00.123 INFO  b: m                     k=v"},
		{"a name in a group is an attribute", spanlog.Options{}, func(l *slog.Logger) { l.WithGroup("g").Info("m", spanlog.NameKey, "a") },
			"11:57:00.123 INFO  m                        g.logger=a"},
		{"a name that is no string is an attribute", spanlog.Options{}, func(l *slog.Logger) { l.Info("m", spanlog.NameKey, 1) },
			"11:57:00.123 INFO  m                        logger=1"},
		{"context attributes come first", spanlog.Options{}, func(l *slog.Logger) { l.WithGroup("g").InfoContext(spanlog.With(bg, "user", "kim"), "m", "k", 1) },
			"11:57:00.123 INFO  m                        user=kim g.k=1"},
		{"collisions are renamed", spanlog.Options{}, func(l *slog.Logger) { l.InfoContext(inSpan(bg), "m", "trace_id", "x") },
			"11:57:00.123 INFO  m                        attr.trace_id=x [" + w3cTraceID + " " + w3cSpanID + "]"},
		{"redacted", spanlog.Options{Redact: []string{"password"}}, func(l *slog.Logger) { l.Info("m", "password", "a\nb") },
			"11:57:00.123 INFO  m                        password=[REDACTED]"},
		{"time removed", replaced(slog.TimeKey, slog.Attr{}), func(l *slog.Logger) { l.Info("m") }, "INFO  m"},
		{"time as text", replaced(slog.TimeKey, slog.String(slog.TimeKey, "noon\n")), func(l *slog.Logger) { l.Info("m") }, `noon\n INFO  m`},
		{"level as text", replaced(slog.LevelKey, slog.String(slog.LevelKey, "NOTICE")), func(l *slog.Logger) { l.Info("m", "k", "v") },
			"11:57:00.123 NOTICE m                       k=v"},
		{"level as a wide text", replaced(slog.LevelKey, slog.String(slog.LevelKey, "정보")), func(l *slog.Logger) { l.Info("m", "k", "v") },
			"11:57:00.123 정보  m                        k=v"},
		{"message removed", replaced(slog.MessageKey, slog.Attr{}), func(l *slog.Logger) { l.Info("m") }, "11:57:00.123 INFO"},
		{"source removed", replaced(slog.SourceKey, slog.Attr{}), func(l *slog.Logger) { l.Info("m") }, "11:57:00.123 INFO  m"},
		{"source as text", replaced(slog.SourceKey, slog.String("source", "main")), func(l *slog.Logger) { l.Info("m") },
			"11:57:00.123 INFO  m                        main"},
		{"source left alone", replaced("other", slog.Attr{}), func(l *slog.Logger) { l.Info("m") },
			"11:57:00.123 INFO  m                        " + source},
	} {
		t.Run(test.name, func(t *testing.T) {
			var buf bytes.Buffer
			h := open(t, &test.options, spanlog.Writer{Writer: &buf, Format: spanlog.Pretty}).Handler()
			test.log(slog.New(stamp{Handler: h, at: noon, pc: pc}))
			if got := strings.TrimSuffix(buf.String(), "\n"); got != test.want {
				t.Errorf("\ngot  %s\nwant %s", got, test.want)
			}
		})
	}
}

// replaced are options whose ReplaceAttr puts a in the place of the root
// attribute key.
func replaced(key string, a slog.Attr) spanlog.Options {
	return spanlog.Options{AddSource: key == slog.SourceKey || key == "other", ReplaceAttr: func(groups []string, b slog.Attr) slog.Attr {
		if len(groups) == 0 && b.Key == key {
			return a
		}
		return b
	}}
}

// The lines of a trace have one colour, and traces mostly have different ones.
func TestPrettyTraceColors(t *testing.T) {
	var buf bytes.Buffer
	log := open(t, nil, spanlog.Console{Writer: &buf, Format: spanlog.Pretty, Color: spanlog.ColorAlways})
	bar := func(traceID, spanID byte) string {
		buf.Reset()
		sc := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1, 15: traceID}, SpanID: trace.SpanID{spanID}})
		log.InfoContext(trace.ContextWithSpanContext(bg, sc), "m")
		_, after, _ := strings.Cut(buf.String(), "\x1b[48;5;")
		color, _, _ := strings.Cut(after, "m")
		return color
	}
	colors := map[string]bool{}
	for id := range byte(255) {
		color := bar(id, 1)
		if again := bar(id, 2); again != color {
			t.Fatalf("trace %d has the colours %s and %s", id, color, again)
		}
		colors[color] = true
	}
	if len(colors) < 12 {
		t.Errorf("only %d colours", len(colors))
	}
}

func TestPrettyTraceURL(t *testing.T) {
	for _, test := range []struct{ url, want string }{
		{"", ""},
		{"http://localhost:9411/zipkin/traces/{trace_id}", ""},
		{"https://x.example/t/{trace_id}?span={span_id}#{trace_id}", ""},
		{"http://localhost/", "has no {trace_id}"},
		{"http://localhost/{trace_id} x", "has a space"},
		{"http://localhost/{trace_id}\x1b\\", "has a space, a control character"},
		{"http://localhost/{trace_id}\u202e", "not ASCII"},
		{"http://höst/{trace_id}", "not ASCII"},
		{"localhost/{trace_id}", "is not an absolute URL"},
		{"{trace_id}", "is not an absolute URL"},
	} {
		log, err := spanlog.New(nil, spanlog.Console{Writer: io.Discard, Format: spanlog.Pretty, TraceURL: test.url})
		if test.want == "" {
			if err != nil {
				t.Errorf("%q: %v", test.url, err)
			} else {
				_ = log.Close()
			}
		} else if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "TraceURL") {
			t.Errorf("%q: got error %v, want one that says %q", test.url, err, test.want)
		}
	}
}

func TestPrettyLink(t *testing.T) {
	var buf bytes.Buffer
	log := open(t, nil, spanlog.Console{Writer: &buf, Format: spanlog.Pretty, Color: spanlog.ColorAlways,
		TraceURL: "https://x.example/t/{trace_id}?span={span_id}#{trace_id}{x}"})
	log.InfoContext(inSpan(bg), "m")
	want := "\x1b]8;;https://x.example/t/" + w3cTraceID + "?span=" + w3cSpanID + "#" + w3cTraceID + "{x}\x1b\\" + w3cTraceID[:8] + "\x1b]8;;\x1b\\"
	if got := buf.String(); strings.Count(got, want) != 1 || strings.Count(got, w3cTraceID) != 2 {
		t.Errorf("no link in %q", got)
	}
}

// Two loggers that share a With see none of each other's attributes.
func TestPrettySiblings(t *testing.T) {
	got := written(t, nil, spanlog.Pretty, func(log *slog.Logger) {
		parent := log.With("a", 1).WithGroup("g")
		one, two := parent.With("b", 2), parent.With("c", 3)
		one.Info("one")
		two.Info("two")
		parent.Info("parent")
	})
	want := "INFO  one                      a=1 g.b=2\nINFO  two                      a=1 g.c=3\nINFO  parent                   a=1"
	if got != want {
		t.Errorf("\ngot\n%s\nwant\n%s", got, want)
	}
}

// TestPrettyReplacedLevel: a level that ReplaceAttr has put in the place of another is what the line looks like, all of it.
func TestPrettyReplacedLevel(t *testing.T) {
	line := func(opts *spanlog.Options, level slog.Level) string {
		var buf bytes.Buffer
		log := open(t, opts, spanlog.Console{Writer: &buf, Format: spanlog.Pretty, Color: spanlog.ColorAlways})
		log.Log(bg, level, "m")
		_, rest, _ := strings.Cut(buf.String(), " ") // without the time
		return rest
	}
	for _, test := range []struct{ level, instead slog.Level }{
		{slog.LevelInfo, slog.LevelError},
		{slog.LevelError, slog.LevelInfo},
		{slog.LevelWarn, slog.LevelWarn},
	} {
		opts := replaced(slog.LevelKey, slog.Any(slog.LevelKey, test.instead))
		assert.Equal(t, fmt.Sprint(test.level, " as ", test.instead), line(&opts, test.level), line(nil, test.instead))
	}
}
