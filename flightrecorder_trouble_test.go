package spanlog_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/race"
)

// TestFlightRecorderPanic: a panic that ends a span releases the trace, whichever deferred
// call comes first; an error that was only recorded does not.
func TestFlightRecorderPanic(t *testing.T) {
	ended := "spanlog: 1 record of this trace released: a span has ended with a panic"
	for _, test := range []struct {
		name string
		do   func(ctx context.Context, root trace.Span, l *spanlog.Logger)
		want []string
	}{
		{"End first", func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			defer l.FlushOnPanic(ctx)
			defer root.End()
			l.DebugContext(ctx, "detail")
			panic("boom")
		}, []string{"detail", ended, "panic"}},
		{"End last", func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			defer root.End()
			defer l.FlushOnPanic(ctx)
			l.DebugContext(ctx, "detail")
			panic("boom")
		}, []string{"detail", "spanlog: 1 record of this trace released: a record at FATAL", "panic"}},
		{"nobody logs it", func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			defer root.End()
			l.DebugContext(ctx, "detail")
			panic("boom")
		}, []string{"detail", ended}},
		{"an error that was recorded", func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			defer root.End()
			l.DebugContext(ctx, "detail")
			root.RecordError(errors.New("tried again"))
			l.InfoContext(ctx, "info")
		}, []string{"info"}},
		{"a panic that is fine", func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			defer root.End()
			l.DebugContext(ctx, "detail")
			l.InfoContext(ctx, "info")
			root.SetStatus(codes.Ok, "")
			panic("done")
		}, []string{"info"}},
	} {
		got := letThrough(t, spanlog.FlightRecorder{}, func(l *spanlog.Logger) {
			defer func() { _ = recover() }()
			ctx, root := spans.Start(bg, "root")
			test.do(ctx, root, l)
		})
		assert.Equal(t, test.name, strings.Join(got, "\n"), strings.Join(test.want, "\n"))
	}
}

// TestFlightRecorderPager: what is released goes to the sink of a Failover that wants the
// least, not to one that calls somebody.
func TestFlightRecorderPager(t *testing.T) {
	var pager, file bytes.Buffer
	log := open(t, nil, spanlog.FlightRecorder{Sink: spanlog.Failover{Sinks: []spanlog.Sink{
		spanlog.Writer{Writer: &pager, Format: messageLines, Level: slog.LevelError},
		spanlog.Writer{Writer: &file, Format: messageLines},
	}}})
	ctx := inSpan(bg)
	log.DebugContext(ctx, "detail")
	log.ErrorContext(ctx, "error")
	log.DebugContext(ctx, "after")
	if got := file.String(); !strings.HasPrefix(got, "detail\n") || !strings.HasSuffix(got, "after\n") {
		t.Errorf("the file has %q", got)
	}
	if got := pager.String(); strings.Contains(got, "detail") || strings.Contains(got, "after") || !strings.Contains(got, "error") {
		t.Errorf("the pager has %q", got)
	}
}

// TestFlightRecorderTracingSink: a sink that makes spans of its calls, which fail, does not
// wait for itself, and what is held is delivered.
func TestFlightRecorderTracingSink(t *testing.T) {
	for name, fail := range map[string]func(context.Context){
		"span": func(ctx context.Context) {
			_, span := spans.Start(ctx, "write")
			span.SetStatus(codes.Error, "")
			span.End()
		},
		"Trigger": spanlog.Trigger,
	} {
		var buf bytes.Buffer
		first := true
		w := contextFunc(func(ctx context.Context, e spanlog.Entry) error {
			if first && strings.Contains(string(e.Line), "info") {
				first = false
				fail(ctx)
			}
			_, err := buf.Write(e.Line)
			return err
		})
		log := open(t, nil, spanlog.FlightRecorder{Sink: spanlog.Writer{Writer: w, Format: messageLines}})
		ctx := inSpan(bg)
		log.DebugContext(ctx, "one")
		log.DebugContext(ctx, "two")
		log.InfoContext(ctx, "info")
		assert.Eventually(t, "the release", func() bool { return log.Stats().Sinks[0].Notices == 1 })
		flush(t, log)
		want := "info\none\ntwo\nspanlog: 2 records of this trace released: "
		if got := buf.String(); !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

type contextFunc func(context.Context, spanlog.Entry) error

func (contextFunc) Write([]byte) (int, error)                               { return 0, errors.New("Write is not for entries") }
func (f contextFunc) WriteEntry(ctx context.Context, e spanlog.Entry) error { return f(ctx, e) }

// TestFlightRecorderNestedLoggers: a recorder whose records go to another logger with one is
// not taken for a sink that logs itself.
func TestFlightRecorderNestedLoggers(t *testing.T) {
	entered, goOn := make(chan bool, 10), make(chan bool)
	slow := writeFunc(func(b []byte) (int, error) {
		if strings.Contains(string(b), "slow") {
			entered <- true
			<-goOn
		}
		return len(b), nil
	})
	inner := open(t, nil, spanlog.FlightRecorder{Sink: spanlog.Writer{Writer: slow, Format: messageLines}})
	outer := open(t, nil, spanlog.FlightRecorder{Sink: spanlog.Relay{Handler: inner.Handler(), Level: slog.LevelInfo}})
	other, _ := spans.Start(bg, "other")
	inner.DebugContext(other, "slow")
	done := make(chan bool)
	go func() { inner.ErrorContext(other, "error"); close(done) }()
	<-entered // a release is under way in the inner logger
	ctx := inSpan(bg)
	outer.DebugContext(ctx, "detail")
	outerDone := make(chan bool)
	go func() { outer.ErrorContext(ctx, "trouble"); close(outerDone) }()
	assert.Eventually(t, "the details", func() bool {
		s := inner.Stats().Sinks[0]
		return s.Recorder.Records == 1 || droppedFor(s, "nested") > 0
	})
	close(goOn)
	<-done
	<-outerDone
	if n := droppedFor(inner.Stats().Sinks[0], "nested"); n != 0 {
		t.Errorf("%d records are taken for nested", n)
	}
}

// TestFlightRecorderGoexit: a sink that ends the goroutine, and then fails, costs records
// that are counted; and the end of a root span is not missed for it.
func TestFlightRecorderGoexit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		w := writeFunc(func(b []byte) (int, error) {
			if calls++; calls == 1 {
				runtime.Goexit()
			}
			return 0, errors.New("broken")
		})
		log := spanlog.Must(spanlog.New(&spanlog.Options{OnError: func(error) {}}, spanlog.FlightRecorder{Sink: spanlog.Writer{Writer: w}, MaxIdle: time.Second}))
		defer log.Close()
		in := func(f func()) {
			done := make(chan bool)
			go func() { defer close(done); f() }()
			<-done
		}
		ctx, root := spans.Start(bg, "root")
		log.DebugContext(ctx, "detail")
		in(func() { log.ErrorContext(ctx, "trouble") })
		if n := dropped(log.Stats().Sinks[0]); n != 2 {
			t.Errorf("%d records are counted, want both: %+v", n, log.Stats())
		}
		in(func() { root.End() })

		calls = 0
		ctx, root = spans.Start(bg, "root")
		log.DebugContext(ctx, "detail")
		root.SetStatus(codes.Error, "")
		in(func() { root.End() })
		time.Sleep(time.Minute)
		if r := log.Stats().Sinks[0].Recorder; r.Traces != 0 {
			t.Errorf("a minute later there is %+v", r)
		}
	})
}

// TestFlightRecorderBound: what a record brings along counts.
func TestFlightRecorderBound(t *testing.T) {
	race.Skip(t)
	big := strings.Repeat("x", 64<<10)
	relay := spanlog.Relay{Handler: slog.DiscardHandler, Level: slog.LevelInfo}
	relay.Handler = slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug})
	lines := spanlog.Writer{Writer: io.Discard}
	state := trace.TraceState{}
	for i := range 32 {
		state, _ = state.Insert(fmt.Sprintf("k%d", i), strings.Repeat("v", 250))
	}
	for _, test := range []struct {
		name string
		sink spanlog.Sink
		log  func(ctx context.Context, l *slog.Logger)
	}{
		{"bytes", relay, func(ctx context.Context, l *slog.Logger) { l.DebugContext(ctx, "m", "b", []byte(big)) }},
		{"a map", relay, func(ctx context.Context, l *slog.Logger) {
			l.DebugContext(ctx, "m", "m", map[string][]string{"k": {strings.Clone(big)}})
		}},
		{"a pointer", relay, func(ctx context.Context, l *slog.Logger) {
			l.DebugContext(ctx, "m", "p", &struct{ B []byte }{[]byte(big)})
		}},
		{"a group", relay, func(ctx context.Context, l *slog.Logger) {
			l.DebugContext(ctx, "m", slog.Group("g", "text", strings.Clone(big)))
		}},
		{"a part of a text, as the message", lines, func(ctx context.Context, l *slog.Logger) { l.DebugContext(ctx, strings.Clone(big)[:10]) }},
		{"the same, for a Limit", spanlog.Limit{Sink: lines}, func(ctx context.Context, l *slog.Logger) {
			l.DebugContext(ctx, strings.Clone(big)[:10])
		}},
		{"a trace state", lines, func(ctx context.Context, l *slog.Logger) { l.DebugContext(withState(ctx, state), "m") }},
		{"a trace state, for a handler", relay, func(ctx context.Context, l *slog.Logger) { l.DebugContext(withState(ctx, state), "m") }},
	} {
		log := open(t, nil, spanlog.FlightRecorder{Sink: test.sink, MaxBytes: 4 * spanlog.MiB})
		before := heapInUse()
		for n := range 3000 {
			id := trace.TraceID{0: 1, 13: byte(n >> 8), 15: byte(n)}
			test.log(trace.ContextWithSpanContext(bg, trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: trace.SpanID{1}})), log.Logger)
		}
		if grown := heapInUse() - before; grown > 6*spanlog.MiB {
			t.Errorf("%s: the heap has grown by %.1f MiB, and %+v", test.name, mib(grown), log.Stats().Sinks[0].Recorder)
		}
		log.Close()
	}
}

// withState gives the span of ctx a trace state of its own.
func withState(ctx context.Context, state trace.TraceState) context.Context {
	state, _ = state.Insert("own", "1")
	return trace.ContextWithSpanContext(ctx, trace.SpanContextFromContext(ctx).WithTraceState(state))
}

func heapInUse() int {
	runtime.GC()
	runtime.GC() // pools are emptied by the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// TestFlightRecorderReleasing: what is being released, to a sink that is slow, counts as
// held.
func TestFlightRecorderReleasing(t *testing.T) {
	race.Skip(t)
	goOn := make(chan bool)
	w := writeFunc(func(b []byte) (int, error) { <-goOn; return len(b), nil })
	log := open(t, nil, spanlog.FlightRecorder{Sink: spanlog.Writer{Writer: w}, MaxBytes: spanlog.MiB})
	before := heapInUse()
	done := make(chan bool)
	const traces = 300
	for n := range traces {
		ctx := trace.ContextWithSpanContext(bg, trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{0: 1, 13: byte(n >> 8), 15: byte(n)}, SpanID: trace.SpanID{1}}))
		for range 20 {
			log.DebugContext(ctx, strings.Repeat("x", 10_000))
		}
		go func() { spanlog.Trigger(ctx); done <- true }()
	}
	time.Sleep(50 * time.Millisecond) // the goroutines are where they wait
	grown := heapInUse() - before
	close(goOn)
	for range traces {
		<-done
	}
	if grown > 12*spanlog.MiB { // with the stacks of the goroutines, and their entries
		t.Errorf("the heap has grown by %.1f MiB", mib(grown))
	}
}

// TestFlightRecorderTriggerBelow: a record at Trigger is one also below Level and the sink's.
func TestFlightRecorderTriggerBelow(t *testing.T) {
	got := letThrough(t, spanlog.FlightRecorder{Level: spanlog.Levels("error"), Trigger: slog.LevelDebug}, func(l *spanlog.Logger) {
		ctx := inSpan(bg)
		if !l.Enabled(ctx, slog.LevelDebug) {
			t.Error("Debug is not enabled")
		}
		l.DebugContext(ctx, "trigger")
	})
	assert.Equal(t, "what is let through", strings.Join(got, "\n"), "trigger")
}
