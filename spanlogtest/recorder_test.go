package spanlogtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

func TestRecorderKeepsSlogsRules(t *testing.T) {
	TestHandler(t, func(tb testing.TB) (slog.Handler, func() []map[string]any) {
		rec := New(quiet{tb})
		return rec, func() []map[string]any { return asMaps(rec.Records()) }
	}, &Options{NoTrace: true})
}

// quiet is a testing.TB that throws its output away.
type quiet struct{ testing.TB }

func (quiet) Output() io.Writer { return io.Discard }

// asMaps returns the records in the form that TestHandler wants.
func asMaps(recs []Record) []map[string]any {
	var maps []map[string]any
	for _, r := range recs {
		m := map[string]any{slog.LevelKey: r.Level, slog.MessageKey: r.Message}
		if !r.Time.IsZero() {
			m[slog.TimeKey] = r.Time
		}
		if src := r.Source(); src != nil {
			m[slog.SourceKey] = src
		}
		addAll(m, r.Attrs)
		maps = append(maps, m)
	}
	return maps
}

func addAll(m map[string]any, attrs []slog.Attr) {
	for _, a := range attrs {
		if a.Value.Kind() != slog.KindGroup {
			put(m, a.Key, a.Value.Any())
			continue
		}
		inner := map[string]any{}
		addAll(inner, a.Value.Group())
		put(m, a.Key, inner)
	}
}

func TestRecord(t *testing.T) {
	rec := New(t)
	start := time.Now()
	l := slog.New(rec).With("a", 1).WithGroup("g").With(slog.Group("h", "b", text("2")))
	l.WarnContext(sampled.ctx, "hello", "c", []int{3}, "a.b", 4, slog.Group("i"))

	r := rec.One("hello")
	if r.Level != slog.LevelWarn || r.Time.Before(start) || !r.Span.Equal(sampled.sc) {
		t.Errorf("level %v, time %v, span %v", r.Level, r.Time, r.Span)
	}
	if src := r.Source(); src == nil || !strings.HasSuffix(src.File, "recorder_test.go") || r.PC == 0 {
		t.Errorf("source is %v", src)
	}
	if got, want := r.String(), `WARN "hello" a=1 g.h.b=2 g.c=[3] g.a.b=4 [`+spanName(sampled.sc)+"]"; got != want {
		t.Errorf("String: got %s, want %s", got, want)
	}
	for path, want := range map[string]string{
		"a": "1", "g.h.b": "2", "g.c": "[3]", "g.a.b": "4", "g.h": "[b=2]",
		"b": "<nil>", "g.i": "<nil>", "h.b": "<nil>", "g.": "<nil>", "": "<nil>", "a.b": "<nil>",
	} {
		if got := r.Attr(path).String(); got != want {
			t.Errorf("Attr(%q): got %s, want %s", path, got, want)
		}
	}
	if r.Attr("b").Any() != nil {
		t.Error("an attribute that is missing should be nil")
	}
}

func TestRecordString(t *testing.T) {
	for _, c := range []struct {
		r    Record
		want string
	}{
		{Record{}, `INFO ""`},
		{Record{Message: "two words\n", Level: 1}, `INFO+1 "two words\n"`},
		{Record{Attrs: []slog.Attr{slog.String("a b", "c d"), slog.String("", "")}}, `INFO "" "a b"="c d" ""=""`},
		{Record{Attrs: []slog.Attr{slog.String("a", "x\x1by"), slog.Any("e", (*wrapped)(nil))}}, `INFO "" a="x\x1by" e=<nil>`},
	} {
		if got := c.r.String(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestRecordAttrLastWins(t *testing.T) {
	rec := New(t)
	slog.New(rec).With("a", 1, slog.Group("g", "b", 1)).Info("m", "a", 2, slog.Group("g", "b", 2), slog.Group("g", "c", 3))
	r := rec.One("m")
	if a, b := r.Attr("a").Int64(), r.Attr("g.b").Int64(); a != 2 || b != 2 {
		t.Errorf("got a=%d g.b=%d, want 2 and 2", a, b)
	}
}

// TestRecordsIsACopy changes what Records returns.
func TestRecordsIsACopy(t *testing.T) {
	rec := New(t)
	slog.New(rec).Info("m", "a", 1)
	recs := rec.Records()
	recs[0].Message = "changed"
	recs[0].Attrs[0] = slog.Int("changed", 2)
	if r := rec.One("m"); r.Attr("a").Int64() != 1 {
		t.Errorf("the record has changed: %v", r)
	}
	rec.Reset()
	rec.None("m")
	if len(recs) != 1 || len(rec.Records()) != 0 {
		t.Errorf("after Reset there are %d records", len(rec.Records()))
	}
}

func TestAsserts(t *testing.T) {
	ctx, span := sdktrace.NewTracerProvider().Tracer("").Start(t.Context(), "outer")
	innerCtx, inner := span.TracerProvider().Tracer("").Start(ctx, "inner")
	_, other := span.TracerProvider().Tracer("").Start(t.Context(), "other")

	for _, c := range []struct {
		name   string
		assert func(*Recorder)
		says   []string // in the one failure; nothing: no failure
	}{
		{"One", func(r *Recorder) { r.One("in outer") }, nil},
		{"One of none", func(r *Recorder) { r.One("gone") }, []string{`0 records have the message "gone", want exactly one; all 5 records:`, "\n\tINFO \"twice\" n=1\n"}},
		{"One of two", func(r *Recorder) { r.One("twice") }, []string{`2 records have the message "twice"`}},
		{"One of nothing", func(r *Recorder) { r.Reset(); r.One("x") }, []string{"nothing was logged"}},
		{"None", func(r *Recorder) { r.None("gone") }, nil},
		{"None of two", func(r *Recorder) { r.None("twice") }, []string{`2 records have the message "twice", want none`, "n=2"}},
		{"AssertInSpan", func(r *Recorder) { r.AssertInSpan("in outer", span) }, nil},
		{"AssertInSpan, the inner one", func(r *Recorder) { r.AssertInSpan("in inner", inner) }, nil},
		{"AssertInSpan, same trace", func(r *Recorder) { r.AssertInSpan("in inner", span) },
			[]string{`record "in inner" was logged in span ` + id(inner), "want span " + id(span), "of the same trace"}},
		{"AssertInSpan, other trace", func(r *Recorder) { r.AssertInSpan("in outer", other) },
			[]string{"was logged in trace " + span.SpanContext().TraceID().String(), "want trace " + other.SpanContext().TraceID().String()}},
		{"AssertInSpan without a span", func(r *Recorder) { r.AssertInSpan("no context", span) },
			[]string{"was logged without a span", id(span), "slog.Info carries no context, slog.InfoContext(ctx, …) does"}},
		{"AssertInSpan of a span of nobody", func(r *Recorder) { r.AssertInSpan("in outer", noop.Span{}) }, []string{"no valid ids"}},
		{"AssertInSpan of none", func(r *Recorder) { r.AssertInSpan("gone", span) }, []string{"0 records"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			failures := failuresOf(t, func(tb testing.TB) {
				rec := New(quiet{tb})
				l := slog.New(rec)
				l.InfoContext(ctx, "in outer")
				l.WithGroup("g").InfoContext(innerCtx, "in inner")
				l.Info("no context")
				l.Info("twice", "n", 1)
				l.Info("twice", "n", 2)
				c.assert(rec)
			})
			switch {
			case len(c.says) == 0 && len(failures) == 0:
			case len(c.says) == 0 || len(failures) != 1:
				t.Errorf("failures: %q, want %d", failures, min(len(c.says), 1))
			}
			for _, want := range c.says {
				if !strings.Contains(strings.Join(failures, ""), want) {
					t.Errorf("the failure %q doesn't say %q", failures, want)
				}
			}
		})
	}
}

func id(span trace.Span) string { return span.SpanContext().SpanID().String() }

// failuresOf runs a test that may fail and returns its failures.
func failuresOf(t *testing.T, test func(testing.TB)) []string {
	r := &reporter{TB: t}
	var wg sync.WaitGroup
	wg.Go(func() { test(r) }) // for Fatal to end
	wg.Wait()
	var failures []string
	for _, p := range r.all() {
		failures = append(failures, p.String())
	}
	return failures
}

// tapped is a testing.TB whose output can be read.
type tapped struct {
	testing.TB
	buf *bytes.Buffer
}

func (t tapped) Output() io.Writer { return t.buf }

func TestEcho(t *testing.T) {
	var buf bytes.Buffer
	l := slog.New(New(tapped{t, &buf})).With("a", 1)
	l.Info("one", "b", "x\ny")
	l.DebugContext(sampled.ctx, "two")
	want := "INFO \"one\" a=1 b=\"x\\ny\"\nDEBUG \"two\" a=1 [" + spanName(sampled.sc) + "]\n"
	if got := buf.String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestLate logs from a goroutine that outlives its test.
func TestLate(t *testing.T) {
	var buf bytes.Buffer
	var rec *Recorder
	var wg sync.WaitGroup
	stop := make(chan struct{})
	logged := make(chan struct{}, 1)
	t.Run("short", func(t *testing.T) {
		rec = New(tapped{t, &buf})
		l := slog.New(rec)
		wg.Go(func() {
			for {
				l.Info("tick")
				select {
				case logged <- struct{}{}:
				case <-stop:
					return
				}
			}
		})
		<-logged
	})
	// The test is over: what is written now is written too late.
	written, recorded := buf.Len(), len(rec.Records())
	for range 5 {
		<-logged
	}
	close(stop)
	wg.Wait()
	if buf.Len() != written {
		t.Errorf("written after the end: %q", buf.String()[written:])
	}
	if n := len(rec.Records()); n < recorded+4 {
		t.Errorf("%d records, %d of them before the end: late ones are missing", n, recorded)
	}
}

// TestLogWhileLogging logs from methods that the Recorder calls.
func TestLogWhileLogging(t *testing.T) {
	rec := New(t)
	l := slog.New(rec)
	l.Info("outer", "a", &logging{l: l}, "b", stringer{l})
	rec.One("from LogValue")
	rec.One("from String")
	rec.One("outer")
}

type stringer struct{ l *slog.Logger }

func (s stringer) String() string { s.l.Info("from String"); return "s" }

func TestRecorderConcurrently(t *testing.T) {
	rec := New(quiet{t})
	var wg sync.WaitGroup
	for i := range 8 {
		l := slog.New(rec).With("i", i)
		wg.Go(func() {
			for j := range 50 {
				l.WithGroup("g").Info("m", "j", j)
				if j%10 == 0 {
					rec.Records()
					rec.None("no such message")
				}
			}
		})
	}
	wg.Wait()
	if n := len(rec.Records()); n != 400 {
		t.Errorf("%d records, want 400", n)
	}
}

// TestSlicesAreTheCallers changes slices after they were logged.
func TestSlicesAreTheCallers(t *testing.T) {
	rec := New(t)
	attrs := []slog.Attr{slog.Int("a", 1), slog.Group("g", "b", 2)}
	h := rec.WithAttrs(attrs)
	attrs[0] = slog.Int("changed", 0)
	r := slog.NewRecord(time.Time{}, slog.LevelInfo, "m", 0)
	r.AddAttrs(slog.Int("c", 3))
	if err := h.Handle(context.Background(), r); err != nil {
		t.Error(err)
	}
	r.AddAttrs(slog.Any("late", errors.New("x")))
	var keys []string
	for _, a := range rec.One("m").Attrs {
		keys = append(keys, a.Key)
	}
	if want := []string{"a", "g", "c"}; !slices.Equal(keys, want) {
		t.Errorf("keys are %q, want %q", keys, want)
	}
	if got := rec.One("m"); !got.Time.IsZero() || got.Source() != nil {
		t.Errorf("time %v, source %v, want none", got.Time, got.Source())
	}
}

// A node logs its parent, which logs the node.
type node struct{ parent *node }

func (n *node) LogValue() slog.Value { return slog.GroupValue(slog.Any("parent", n.parent)) }

// TestRecorderCycles: what has itself in it ends in an error, also as text.
func TestRecorderCycles(t *testing.T) {
	n := &node{}
	n.parent = &node{n}
	m := map[string]any{}
	m["m"] = m
	rec := New(t)
	slog.New(rec).With("n", n).Info("m", "m", m)
	want := `n.parent.parent="!ERROR:encountered a cycle via *spanlogtest.node" m="!ERROR:encountered a cycle via map[string]interface {}"`
	if got := rec.One("m").String(); !strings.HasSuffix(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
}
