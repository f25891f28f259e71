package spanlog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/python"
)

const (
	bracketLayout = "[%(levelname)s] %(asctime)s - %(message)s"
	otelLayout    = "%(asctime)s %(levelname)s [%(name)s] [%(filename)s:%(lineno)d] [trace_id=%(otelTraceID)s span_id=%(otelSpanID)s resource.service.name=%(otelServiceName)s trace_sampled=%(otelTraceSampled)s] - %(message)s"
)

// pythonLayouts are compared with what Python's logging writes for them.
var pythonLayouts = []string{
	bracketLayout,
	otelLayout,
	"%(levelname)s:%(name)s:%(message)s", // logging.basicConfig's
	"%(levelname)-8s|%(levelname)8s|%(levelname).4s|%(levelname)-9.3s|",
	"%(asctime)s.%(msecs)03d %(msecs)d %(msecs)7.2f %(created)f %(created).3f %(created)d",
	"%(levelno)s %(levelno)5d %(levelno)-5d %(levelno)05d %(levelno)x",
	"%(name)s %(name)20s %(name)-20s| %(name).6s",
	"%(pathname)s %(filename)s %(module)s %(lineno)d %(lineno)06d %(funcName)s",
	"%(process)d %(process)8d %(processName)s",
	"100%% %(message)r %(message)a %(message)60s|",
	"%(otelTraceID)s-%(otelSpanID)s %(otelTraceSampled)d %(otelServiceName)r",
	"é 한 %(message)s",
}

// A pythonRecord is a record as both sides log it. The messages are printable:
// what is not is escaped by Pattern, and written as it is by Python.
type pythonRecord struct {
	ctx     context.Context
	time    time.Time
	level   slog.Level
	name    string
	message string
}

var pythonRecords = []pythonRecord{
	{bg, noon, slog.LevelInfo, "", "order placed"},
	{inSpan(bg), noon.Add(876_543_210), slog.LevelWarn, "shop.checkout", `it's "100%" Größe %s %(x)s \n`},
	{spanContext(w3cSpan(0)), time.Date(2027, 1, 2, 3, 4, 5, 7_654_321, time.UTC), slog.LevelError, "주문", "주문 완료 漢字 🙂 e\u0301"},
	{bg, time.Date(1999, 12, 31, 23, 59, 59, 999_400_000, time.UTC), slog.LevelDebug, "a", ""},
	{inSpan(bg), noon, spanlog.LevelTrace, "root", "t"},
	{inSpan(bg), noon, spanlog.LevelFatal, "x.y.z", "  blanks  "},
}

// ours is what Pattern writes for the record, in one Write.
func (r *pythonRecord) ours(t *testing.T, layout string) string {
	t.Helper()
	var buf bytes.Buffer
	h := open(t, &spanlog.Options{Level: spanlog.LevelTrace, Service: spanlog.Service{Name: "shop"}},
		spanlog.Writer{Writer: &buf, Format: spanlog.Pattern(layout)}).Handler()
	if r.name != "" {
		h = h.WithAttrs([]slog.Attr{slog.String(spanlog.NameKey, r.name)})
	}
	if err := h.Handle(r.ctx, slog.NewRecord(r.time, r.level, r.message, placeOrder())); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// startPython starts the script that answers with Python's lines, or returns nil.
func startPython(t *testing.T) func(layout string, r *pythonRecord) string {
	t.Helper()
	in, out, ok := python.Start(t, filepath.Join("testdata", "pattern.py"), "TZ=UTC")
	if !ok {
		return nil
	}
	ask, answer := json.NewEncoder(in), json.NewDecoder(out)
	return func(layout string, r *pythonRecord) string {
		src, _ := runtime.CallersFrames([]uintptr{placeOrder()}).Next()
		otel := map[string]any{"otelTraceID": "0", "otelSpanID": "0", "otelTraceSampled": false, "otelServiceName": "shop"}
		if sc := spanOf(r.ctx); sc.IsValid() {
			otel["otelTraceID"], otel["otelSpanID"], otel["otelTraceSampled"] = sc.TraceID().String(), sc.SpanID().String(), sc.IsSampled()
		}
		name := r.name
		if name == "" {
			name = "root"
		}
		err := ask.Encode(map[string]any{
			"layout": layout, "ns": r.time.UnixNano(), "name": name, "message": r.message, "otel": otel, "pid": os.Getpid(),
			"level": map[slog.Level]int{-8: 5, -4: 10, 0: 20, 4: 30, 8: 40, 12: 50}[r.level],
			"file":  src.File, "line": src.Line, "func": "placeOrder",
		})
		if err != nil {
			t.Fatal(err)
		}
		var line string
		if err := answer.Decode(&line); err != nil {
			t.Fatal(err)
		}
		return line
	}
}

// Where there is a python3, it is asked; its answers are in a file as well, for
// where there is none.
func TestPatternPython(t *testing.T) {
	ask := startPython(t)
	if ask == nil && *update {
		t.Fatal("no python3 to write the golden file with")
	}
	var ours, pythons strings.Builder
	for _, layout := range pythonLayouts {
		fmt.Fprintf(&ours, "== %s\n", layout)
		fmt.Fprintf(&pythons, "== %s\n", layout)
		for i := range pythonRecords {
			r := &pythonRecords[i]
			got := r.ours(t, layout)
			if ask != nil {
				want := ask(layout, r)
				if got != want {
					t.Errorf("%q, record %d:\nours   %spython %s", layout, i, got, want)
				}
				pythons.WriteString(want)
			}
			ours.WriteString(got)
		}
	}
	if ask == nil {
		t.Log("no python3 on this machine: only the golden file was compared")
	}
	got := ours.String()
	if *update {
		got = pythons.String()
	}
	// The process has another number each time.
	pid := strconv.Itoa(os.Getpid())
	got = strings.ReplaceAll(got, fmt.Sprintf("%s %8s", pid, pid), "4711     4711")
	golden(t, "pattern_python.golden", got)
}

func TestPattern(t *testing.T) {
	for _, test := range []struct {
		layout string
		log    func(*slog.Logger)
		want   string
	}{
		// The trace fields and the attributes, and the spaces around them.
		{"%(message)s %(trace)s %(attrs)s", func(l *slog.Logger) { l.InfoContext(inSpan(bg), "m", "k", "v") },
			"m trace_id=" + w3cTraceID + " span_id=" + w3cSpanID + " trace_flags=01 k=v"},
		{"%(message)s %(trace)s %(attrs)s", func(l *slog.Logger) { l.Info("m", "k", "v") }, "m k=v"},
		{"%(message)s %(trace)s %(attrs)s", func(l *slog.Logger) { l.InfoContext(spanContext(w3cSpan(3)), "m") },
			"m trace_id=" + w3cTraceID + " span_id=" + w3cSpanID + " trace_flags=03"},
		{"%(message)s %(trace)s %(attrs)s", func(l *slog.Logger) { l.Info("m") }, "m"},
		{"%(trace)s %(attrs)s %(message)s", func(l *slog.Logger) { l.Info("m") }, "m"},
		{"%(attrs)s %(message)s", func(l *slog.Logger) { l.Info("m") }, "m"},
		{"%(attrs)s %(message)s", func(l *slog.Logger) { l.Info("m", "k", "v") }, "k=v m"},
		{"%(attrs)s|%(message)s", func(l *slog.Logger) { l.Info("m") }, "|m"},
		{"[%(attrs)s] %(message)s", func(l *slog.Logger) { l.Info("m") }, "[] m"},
		{"%(message)s %(attrs)s.", func(l *slog.Logger) { l.Info("m") }, "m."},
		{"%(message)s - %(attrs)s - end", func(l *slog.Logger) { l.Info("m") }, "m - - end"},
		{"%(message)s  %(attrs)s", func(l *slog.Logger) { l.Info("m") }, "m "},
		{"%(message)s %(attrs)8s|", func(l *slog.Logger) { l.Info("m") }, "m         |"},
		{"%(message)s %(attrs)-8s|", func(l *slog.Logger) { l.Info("m", "k", "v") }, "m k=v     |"},
		{"%(message)s %(attrs).5s|", func(l *slog.Logger) { l.Info("m", "k", "vvvvvv") }, "m k=vvv|"},
		{"%(message)s%(attrs)s|", func(l *slog.Logger) { l.Info("m ") }, "m |"},
		{"%(message)s %(trace)s%(attrs)s|", func(l *slog.Logger) { l.Info("m ") }, "m |"},
		{"%(levelname)-8s%(attrs)s|", func(l *slog.Logger) { l.Info("m") }, "INFO    |"},
		{"%(message)s", func(l *slog.Logger) { l.InfoContext(inSpan(bg), "m", "k", "v") }, "m"},
		{"%(attrs)s %(attrs)s %(message)s", func(l *slog.Logger) { l.Info("m", "k", "v") }, "k=v k=v m"},

		// Attributes, as in Text.
		{"%(message)s %(attrs)s", func(l *slog.Logger) { l.Info("m", "s", "a b", "n", 1, "d", time.Second, slog.Group("g", "k", "v")) },
			`m s="a b" n=1 d=1s g.k=v`},
		{"%(message)s %(attrs)s", func(l *slog.Logger) { l.With("a", 1).WithGroup("g").With("b", 2).Info("m", "c", 3) }, "m a=1 g.b=2 g.c=3"},
		{"%(message)s %(attrs)s", func(l *slog.Logger) { l.WithGroup("g").Info("m") }, "m"},
		{"%(message)s %(attrs)s", func(l *slog.Logger) { l.WithGroup("g").InfoContext(spanlog.With(bg, "user", "kim"), "m", "k", 1) }, "m user=kim g.k=1"},
		{"%(message)s %(attrs)s", func(l *slog.Logger) { l.InfoContext(inSpan(bg), "m", "trace_id", "x") }, "m attr.trace_id=x"},
		{"%(message)s %(attrs)s", func(l *slog.Logger) { l.Info("m", "many", []string{"x", "x", "x"}) }, `m many="[x x x]"`},

		// Names.
		{"%(name)s %(message)s %(attrs)s", func(l *slog.Logger) { l.Info("m") }, "root m"},
		{"%(name)s %(message)s %(attrs)s", func(l *slog.Logger) { l.With(spanlog.NameKey, "db").Info("m", "k", 1) }, "db m k=1"},
		{"%(name)s %(message)s %(attrs)s", func(l *slog.Logger) { l.Info("m", spanlog.NameKey, "db", "k", 1) }, "db m k=1"},
		{"%(message)s %(attrs)s", func(l *slog.Logger) { l.With(spanlog.NameKey, "db").Info("m", "k", 1) }, "m logger=db k=1"},
		{"%(name)s %(message)s %(attrs)s", func(l *slog.Logger) { l.With(spanlog.NameKey, "a").With(spanlog.NameKey, "b").Info("m") }, "b m"},
		{"%(name)s %(message)s %(attrs)s", func(l *slog.Logger) { l.With(spanlog.NameKey, "a").Info("m", spanlog.NameKey, "b") }, "b m"},
		{"%(name)s %(message)s %(attrs)s", func(l *slog.Logger) { l.WithGroup("g").Info("m", spanlog.NameKey, "a") }, "root m g.logger=a"},
		{"%(name)s %(message)s %(attrs)s", func(l *slog.Logger) { l.WithGroup("g").With(spanlog.NameKey, "a").Info("m") }, "root m g.logger=a"},
		{"%(name)s %(message)s %(attrs)s", func(l *slog.Logger) { l.With(spanlog.NameKey, "a").WithGroup("g").Info("m", "k", 1) }, "a m g.k=1"},
		{"%(name)s %(message)s %(attrs)s", func(l *slog.Logger) { l.With(spanlog.NameKey, 7).Info("m") }, "root m logger=7"},
		{"%(name)s %(message)s %(attrs)s", func(l *slog.Logger) { l.InfoContext(spanlog.With(bg, spanlog.NameKey, "ctx"), "m") }, "ctx m"},

		// What is not printable.
		{"%(name)s %(message)s", func(l *slog.Logger) { l.With(spanlog.NameKey, "a\nb").Info("x\ny\x1b[31m\u202e\xff") }, `a\nb x\ny\x1b[31m\u202e\xff`},
		{"%(message)r", func(l *slog.Logger) { l.Info("x\ny\x1b") }, `'x\ny\x1b'`},
		{"%(message)s", func(l *slog.Logger) { l.Info("zero-width \u200d joiner") }, "zero-width \u200d joiner"},

		// Levels between Python's.
		{"%(levelname)s %(levelno)d", func(l *slog.Logger) { l.Log(bg, slog.LevelInfo+2, "m") }, "INFO+2 25"},
		{"%(levelname)s %(levelno)d", func(l *slog.Logger) { l.Log(bg, spanlog.LevelFatal+4, "m") }, "ERROR+8 60"},

		// A record without a time, without a source.
		{"[%(asctime)s] %(filename)s:%(lineno)d %(funcName)s", func(l *slog.Logger) {
			_ = l.Handler().Handle(bg, slog.NewRecord(time.Time{}, slog.LevelInfo, "m", 0))
		}, "[] :0 "},
	} {
		if got := written(t, nil, spanlog.Pattern(test.layout), test.log); got != test.want {
			t.Errorf("%q\ngot  %s\nwant %s", test.layout, got, test.want)
		}
	}
}

func TestPatternOptions(t *testing.T) {
	log := func(l *slog.Logger) { l.InfoContext(inSpan(bg), "m", "k", "v") }
	const all = "%(asctime)s %(levelname)s %(message)s %(attrs)s"
	for _, test := range []struct {
		name    string
		options spanlog.Options
		layout  string
		want    string
	}{
		{"datadog", spanlog.Options{Schema: spanlog.SchemaDatadog}, "%(message)s %(trace)s",
			"m dd.trace_id=" + w3cTraceID + " dd.span_id=67667974448284343"},
		{"google", spanlog.Options{Schema: spanlog.SchemaGoogleCloud("p")}, "%(message)s %(trace)s",
			"m logging.googleapis.com/trace=projects/p/traces/" + w3cTraceID + " logging.googleapis.com/spanId=" + w3cSpanID + " logging.googleapis.com/trace_sampled=true"},
		{"x-ray", spanlog.Options{Schema: spanlog.SchemaXRay}, "%(message)s %(trace)s",
			"m xray_trace_id=1-4bf92f35-77b34da6a3ce929d0e0e4736 span_id=" + w3cSpanID + " trace_flags=01"},
		{"a key with a space", spanlog.Options{Schema: spanlog.Schema{TraceIDKey: "trace id"}}, "%(message)s %(trace)s",
			`m "trace id"=` + w3cTraceID + " span_id=" + w3cSpanID + " trace_flags=01"},
		{"ids do not follow the schema", spanlog.Options{Schema: spanlog.SchemaDatadog}, "%(otelTraceID)s %(otelSpanID)s", w3cTraceID + " " + w3cSpanID},
		{"redacted", spanlog.Options{Redact: []string{"K"}}, "%(attrs)s", "k=[REDACTED]"},
		{"attrs", spanlog.Options{Attrs: []slog.Attr{slog.Int("a", 1)}}, "%(message)s %(attrs)s", "m a=1 k=v"},
		{"the service is no attribute", spanlog.Options{Service: spanlog.Service{Name: "shop"}}, "%(otelServiceName)s %(attrs)s", "shop k=v"},

		{"time removed", replaced(slog.TimeKey, slog.Attr{}), all, " INFO m k=v"},
		{"time as text", replaced(slog.TimeKey, slog.String("time", "noon\n")), all, `noon\n INFO m k=v`},
		{"time changed", replaced(slog.TimeKey, slog.Time("time", noon.Add(time.Hour))), all, "2026-11-22 12:57:00,123 INFO m k=v"},
		{"level as text", replaced(slog.LevelKey, slog.String("level", "NOTICE")), all, "2026-11-22 11:57:00,123 NOTICE m k=v"},
		{"level padded", replaced(slog.LevelKey, slog.String("level", "정보")), "%(levelname)-4s|", "정보  |"},
		{"level removed", replaced(slog.LevelKey, slog.Attr{}), all, "2026-11-22 11:57:00,123 INFO m k=v"},
		{"message changed", replaced(slog.MessageKey, slog.String("msg", "n")), all, "2026-11-22 11:57:00,123 INFO n k=v"},
		{"message removed", replaced(slog.MessageKey, slog.Attr{}), all, "2026-11-22 11:57:00,123 INFO  k=v"},
		{"attribute renamed", replaced("k", slog.String("j", "w")), all, "2026-11-22 11:57:00,123 INFO m j=w"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var buf bytes.Buffer
			h := open(t, &test.options, spanlog.Writer{Writer: &buf, Format: spanlog.Pattern(test.layout)}).Handler()
			log(slog.New(stamp{Handler: h, at: noon}))
			if got := strings.TrimSuffix(buf.String(), "\n"); got != test.want {
				t.Errorf("%q\ngot  %s\nwant %s", test.layout, got, test.want)
			}
		})
	}
}

// A layout that Python would refuse, with the first record or at once, is an
// error of New that says where.
func TestPatternBadLayout(t *testing.T) {
	for _, test := range []struct{ layout, want string }{
		{"", "no field"},
		{"no field", "no field"},
		{"%(message)", "position 10"},
		{"- %(message)d", "position 12"},
		{"%(mesage)s", `"mesage"`},
		{"%(levelname)s %(thread)d", "goroutines"},
		{"%(name) - %(message)s", "%(name)s"},
		{"100% %(message)s", "%%"},
		{"%(message)s %", "%%"},
	} {
		_, err := spanlog.New(nil, spanlog.Writer{Writer: new(bytes.Buffer), Format: spanlog.Pattern(test.layout)})
		if err == nil {
			t.Errorf("%q: no error", test.layout)
			continue
		}
		for _, want := range []string{"writer sink *bytes.Buffer", "Format", fmt.Sprintf("%q", test.layout), test.want} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q: got error %q, want one that says %q", test.layout, err, want)
			}
		}
	}
}

// Two loggers that share a With see none of each other's attributes.
func TestPatternSiblings(t *testing.T) {
	got := written(t, nil, spanlog.Pattern("%(name)s %(message)s %(attrs)s"), func(log *slog.Logger) {
		parent := log.With("a", 1, spanlog.NameKey, "p")
		one, two := parent.With("b", 2), parent.With(spanlog.NameKey, "q", "c", 3)
		one.Info("one")
		two.Info("two")
		parent.Info("parent")
	})
	if want := "p one a=1 b=2\nq two a=1 c=3\np parent a=1"; got != want {
		t.Errorf("\ngot\n%s\nwant\n%s", got, want)
	}
}

// TestPatternReplacedLevel: a level that ReplaceAttr leaves, or replaces by another one, has its name and number of
// Python's; a text in its place is shown as it is.
func TestPatternReplacedLevel(t *testing.T) {
	for _, test := range []struct {
		level slog.Level
		value any // in its place; nil: it is left
		want  string
	}{
		{slog.LevelWarn, nil, "WARNING 30 m"},
		{spanlog.LevelFatal, nil, "CRITICAL 50 m"},
		{slog.LevelInfo, slog.LevelWarn, "WARNING 30 m"},
		{slog.LevelWarn, slog.LevelDebug, "DEBUG 10 m"},
		{slog.LevelWarn, "NOTICE", "NOTICE 30 m"},
	} {
		opts := spanlog.Options{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.LevelKey && test.value != nil {
				a.Value = slog.AnyValue(test.value)
			}
			return a
		}}
		var buf bytes.Buffer
		log := open(t, &opts, spanlog.Writer{Writer: &buf, Format: spanlog.Pattern("%(levelname)s %(levelno)s %(message)s")})
		log.Log(bg, test.level, "m")
		assert.Equal(t, fmt.Sprint(test.level, " as ", test.value), strings.TrimSpace(buf.String()), test.want)
	}
}
