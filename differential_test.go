package spanlog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"math"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
)

// The differences from log/slog that these tests allow, and no others:
//
//   - Trace fields after the message, where a span is active.
//   - TRACE and FATAL for the levels -8 and 12.
//   - A LogValuer that panics is an error whose text names stack frames; the
//     frames are each handler's own.
//   - A group that turns out to be empty is left out. slog's handlers forget to
//     restore their separator and prefix after leaving one out, so that JSON is
//     broken and Text has the group's name on the next key: with
//     Group("g", Attr{}), Int("a", 1) they write {"msg":"m""a":1} and g.a=1.
//     That came with the mending of golang/go#62512. A group that a LogValuer
//     returns empty they do write, against their own rule (golang/go#61067).
//     The input that slog is given here has no such groups.
//   - A time whose year has five digits: JSONHandler writes its error and the
//     time one after the other, which is not JSON. Nobody seems to have reported
//     it. The input has none.

// FuzzDifferential compares what JSON and Text write with what slog's own
// handlers write, for records, loggers and options made from the input.
func FuzzDifferential(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("some input that makes a handful of attributes and a group or two"))
	for kind := range byte(numKinds) {
		f.Add([]byte{0, 1, 0, 0, 0, 3, kind, 'a', 'b', 'c', 7, kind, 200, 201, 202, kind, 1, 2, 3, 4, 5, 6, 7, 8})
		f.Add([]byte{byte(numReplacers - 1), 3, 2, kind, 1, kind, 2, 5, 4, 3, kind, kind + 1, kind + 2, 250, 130, 77})
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		c := newCase(input)
		for _, format := range []struct {
			name  string
			ours  spanlog.Formatter
			slogs func(io.Writer, *slog.HandlerOptions) slog.Handler
			trace string
		}{
			{"JSON", spanlog.JSON, func(w io.Writer, o *slog.HandlerOptions) slog.Handler { return slog.NewJSONHandler(w, o) },
				`"trace_id":"0102030405060708090a0b0c0d0e0f10","span_id":"0102030405060708","trace_flags":"01"`},
			{"Text", spanlog.Text, func(w io.Writer, o *slog.HandlerOptions) slog.Handler { return slog.NewTextHandler(w, o) },
				`trace_id=0102030405060708090a0b0c0d0e0f10 span_id=0102030405060708 trace_flags=01`},
		} {
			var ours, slogs bytes.Buffer
			log, err := spanlog.New(
				&spanlog.Options{Level: slog.Level(math.MinInt), AddSource: c.source, ReplaceAttr: c.replace},
				spanlog.Writer{Writer: &ours, Format: format.ours})
			if err != nil {
				t.Fatal(err)
			}
			std := format.slogs(&slogs, &slog.HandlerOptions{Level: slog.Level(math.MinInt), AddSource: c.source, ReplaceAttr: c.replace})
			c.log(t, context.Background(), log.Handler(), false)
			c.log(t, context.Background(), std, true)
			want := withoutFrames(slogs.String())
			if got := withoutFrames(ours.String()); got != want {
				t.Fatalf("%s differs from slog's\nours %s\nslog %s", format.name, got, want)
			}
			// Redact sends all records the long way, see stream.go.
			var long bytes.Buffer
			longWay, err := spanlog.New(
				&spanlog.Options{Level: slog.Level(math.MinInt), AddSource: c.source, ReplaceAttr: c.replace, Redact: []string{"no key is this one"}},
				spanlog.Writer{Writer: &long, Format: format.ours})
			if err != nil {
				t.Fatal(err)
			}
			c.log(t, context.Background(), longWay.Handler(), false)
			if got := withoutFrames(long.String()); got != want {
				t.Fatalf("%s differs the long way\nlong  %s\nshort %s", format.name, got, want)
			}
			if format.name == "JSON" && !json.Valid(ours.Bytes()) {
				t.Fatalf("not JSON: %s", &ours)
			}

			// With a span there are the trace fields besides, and nothing else.
			ours.Reset()
			c.log(t, trace.ContextWithSpanContext(context.Background(), testSpan), log.Handler(), false)
			got := withoutFrames(ours.String())
			if n := strings.Count(got, format.trace); n != 1 {
				t.Fatalf("%s has the trace fields %d times: %s", format.name, n, got)
			}
			before, after, _ := strings.Cut(got, format.trace)
			switch {
			case strings.HasSuffix(before, ",") || strings.HasSuffix(before, " "):
				before = before[:len(before)-1]
			case strings.HasPrefix(after, ",") || strings.HasPrefix(after, " "):
				after = after[1:]
			}
			if before+after != want {
				t.Fatalf("%s with a span differs by more than the trace fields\nours %s\nslog %s", format.name, got, want)
			}
		}
	})
}

var testSpan = trace.NewSpanContext(trace.SpanContextConfig{
	TraceID:    trace.TraceID{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
	SpanID:     trace.SpanID{1, 2, 3, 4, 5, 6, 7, 8},
	TraceFlags: trace.FlagsSampled,
})

var frames = regexp.MustCompile(`LogValue panicked\\n([^"\\]|\\.)*"`)

func withoutFrames(s string) string { return frames.ReplaceAllString(s, `LogValue panicked"`) }

// A differentialCase is one record, the logger that it is logged with and the
// handler's options.
type differentialCase struct {
	source  bool
	replace func([]string, slog.Attr) slog.Attr
	steps   []step
	time    time.Time
	level   slog.Level
	pc      uintptr
	msg     string
	attrs   []slog.Attr
}

// A step is a WithGroup, or a WithAttrs.
type step struct {
	group string
	attrs []slog.Attr
}

// log logs the case's record to h. What slog does wrong is kept from it if
// pruned is set.
func (c *differentialCase) log(t *testing.T, ctx context.Context, h slog.Handler, pruned bool) {
	t.Helper()
	prune := func(_ []string, attrs []slog.Attr) []slog.Attr { return attrs }
	if pruned {
		prune = c.prune
	}
	var groups []string
	for _, s := range c.steps {
		if s.group != "" {
			groups = append(groups, s.group)
			h = h.WithGroup(s.group)
		} else if attrs := prune(groups, s.attrs); len(attrs) > 0 {
			h = h.WithAttrs(append([]slog.Attr(nil), attrs...))
		}
	}
	r := slog.NewRecord(c.time, c.level, c.msg, c.pc)
	r.AddAttrs(prune(groups, c.attrs)...)
	if err := h.Handle(ctx, r); err != nil {
		t.Fatal(err)
	}
}

// prune leaves out the attributes that come to nothing because they are empty,
// or become so by ReplaceAttr.
func (c *differentialCase) prune(groups []string, attrs []slog.Attr) []slog.Attr {
	var kept []slog.Attr
	for _, a := range attrs {
		if a, ok := c.pruneAttr(groups, a); ok {
			kept = append(kept, a)
		}
	}
	return kept
}

func (c *differentialCase) pruneAttr(groups []string, a slog.Attr) (slog.Attr, bool) {
	final := slog.Attr{Key: a.Key, Value: a.Value.Resolve()}
	replaced := false
	if final.Value.Kind() != slog.KindGroup && c.replace != nil {
		final = c.replace(groups, final)
		final.Value = final.Value.Resolve()
		replaced = true
	}
	if final.Equal(slog.Attr{}) {
		return a, false
	}
	if src, ok := final.Value.Any().(*slog.Source); ok && (src == nil || *src == slog.Source{}) {
		return a, false
	}
	if final.Value.Kind() != slog.KindGroup {
		return a, true
	}
	inner := groups
	if final.Key != "" {
		inner = append(groups[:len(groups):len(groups)], final.Key)
	}
	members := c.prune(inner, final.Value.Group())
	if len(members) == 0 {
		return a, false
	}
	if replaced { // a group of ReplaceAttr's own making is not for us to change
		return a, true
	}
	return slog.Attr{Key: final.Key, Value: slog.GroupValue(members...)}, true
}

// TestReplaceSourceFields: slog shows the fields of a source to ReplaceAttr in
// JSON only. One that keeps none of them, like any list of what is allowed,
// leaves JSON without the source (where slog forgets a comma) and Text with it.
func TestReplaceSourceFields(t *testing.T) {
	opts := slog.HandlerOptions{AddSource: true, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		switch a.Key {
		case slog.LevelKey, slog.SourceKey, slog.MessageKey, "user", "src", "g":
			return a
		}
		return slog.Attr{}
	}}
	src := &slog.Source{Function: "f", File: "f.go", Line: 7}
	log := func(h slog.Handler) {
		r := slog.NewRecord(time.Now(), slog.LevelInfo, "m", callerPC())
		r.AddAttrs(slog.Any("src", src), slog.String("user", "ann"))
		if err := h.Handle(context.Background(), r); err != nil {
			t.Error(err)
		}
	}
	var text, json, slogs bytes.Buffer
	l := spanlog.Must(spanlog.New(&spanlog.Options{AddSource: true, ReplaceAttr: opts.ReplaceAttr},
		spanlog.Writer{Writer: &json}, spanlog.Writer{Writer: &text, Format: spanlog.Text}))
	log(l.Handler())
	log(slog.NewTextHandler(&slogs, &opts))
	if text.String() != slogs.String() {
		t.Errorf("Text\n got %swant %s", &text, &slogs)
	}
	if got, want := json.String(), `{"level":"INFO","msg":"m","user":"ann"}`+"\n"; got != want {
		t.Errorf("JSON\n got %swant %s", got, want)
	}
}

// callerPC is a program counter, always the same.
func callerPC() uintptr {
	var pcs [1]uintptr
	runtime.Callers(1, pcs[:])
	return pcs[0]
}
