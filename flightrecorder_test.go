package spanlog_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/telemetry"
)

// spans makes spans of which FlightRecorders hear.
var spans = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(telemetry.SpanProcessor())).Tracer("test")

// messageLines is a format with the message only, and the time where it is not now.
var messageLines = spanlog.FormatFunc(func(dst []byte, e *spanlog.Event) []byte {
	return fmt.Appendf(dst, "%s\n", e.Message)
})

// letThrough is what a FlightRecorder around a Writer lets through, message by message.
func letThrough(t *testing.T, fr spanlog.FlightRecorder, do func(*spanlog.Logger)) []string {
	t.Helper()
	var buf bytes.Buffer
	if fr.Sink == nil {
		fr.Sink = spanlog.Writer{Writer: &buf, Format: messageLines}
	}
	log := open(t, nil, fr)
	do(log)
	flush(t, log)
	return strings.Split(strings.TrimSuffix(buf.String(), "\n"), "\n")
}

func TestFlightRecorder(t *testing.T) {
	var none spanlog.FlightRecorder
	const error1 = "spanlog: 1 record of this trace released: a record at ERROR"
	for _, test := range []struct {
		name string
		fr   spanlog.FlightRecorder
		do   func(ctx context.Context, root trace.Span, l *spanlog.Logger)
		want []string
	}{
		{"nothing goes wrong", none, func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			l.DebugContext(ctx, "detail")
			l.InfoContext(ctx, "info")
			l.WarnContext(ctx, "warn")
			root.End()
		}, []string{"info", "warn"}},
		{"an error", none, func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			l.DebugContext(ctx, "one")
			l.InfoContext(ctx, "info")
			l.DebugContext(ctx, "two")
			l.ErrorContext(ctx, "error")
		}, []string{"info", "one", "two", "spanlog: 2 records of this trace released: a record at ERROR", "error"}},
		{"what comes after the error", none, func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			l.DebugContext(ctx, "before")
			l.ErrorContext(ctx, "error")
			l.DebugContext(ctx, "after")
			root.End()
			l.DebugContext(ctx, "late")
		}, []string{"before", error1, "error", "after", "late"}},
		{"an error with nothing held", none, func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			l.ErrorContext(ctx, "error")
			l.DebugContext(ctx, "after")
		}, []string{"error", "after"}},
		{"another trace", none, func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			other, _ := spans.Start(bg, "other")
			l.DebugContext(other, "other")
			l.DebugContext(ctx, "detail")
			l.ErrorContext(ctx, "error")
			l.DebugContext(other, "other still")
		}, []string{"detail", error1, "error"}},
		{"no trace", none, func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			l.DebugContext(bg, "detail")
			l.InfoContext(bg, "info")
			l.ErrorContext(bg, "error")
		}, []string{"info", "error"}},
		{"below Level", none, func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			l.Log(ctx, spanlog.LevelTrace, "trace")
			l.DebugContext(ctx, "detail")
			l.ErrorContext(ctx, "error")
			l.Log(ctx, spanlog.LevelTrace, "trace still")
		}, []string{"detail", error1, "error"}},
		{"Level", spanlog.FlightRecorder{Level: spanlog.LevelTrace}, func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			l.Log(ctx, spanlog.LevelTrace, "trace")
			l.ErrorContext(ctx, "error")
		}, []string{"trace", error1, "error"}},
		{"Trigger", spanlog.FlightRecorder{Trigger: slog.LevelWarn}, func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			l.DebugContext(ctx, "detail")
			l.WarnContext(ctx, "warn")
		}, []string{"detail", "spanlog: 1 record of this trace released: a record at WARN", "warn"}},
		{"Trigger at rules", spanlog.FlightRecorder{Trigger: spanlog.Levels("error, spanlog_test=info")}, func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			l.DebugContext(ctx, "detail")
			l.InfoContext(ctx, "info")
		}, []string{"detail", "spanlog: 1 record of this trace released: a record at INFO", "info"}},
		{"Trigger(ctx)", none, func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			l.DebugContext(ctx, "one")
			spanlog.Trigger(ctx)
			l.DebugContext(ctx, "two")
			spanlog.Trigger(ctx)
			spanlog.Trigger(bg)
		}, []string{"one", "spanlog: 1 record of this trace released: Trigger was called", "two"}},
		{"the status of the root span", none, func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			l.DebugContext(ctx, "detail")
			root.SetStatus(codes.Error, "")
			root.End()
		}, []string{"detail", "spanlog: 1 record of this trace released: the status of a span is Error"}},
		{"the status of a child", none, func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			child, span := spans.Start(ctx, "child")
			l.DebugContext(child, "detail")
			span.SetStatus(codes.Error, "")
			span.End()
			l.DebugContext(ctx, "after")
			root.End()
		}, []string{"detail", "spanlog: 1 record of this trace released: the status of a span is Error", "after"}},
		{"a child ends well", none, func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			child, span := spans.Start(ctx, "child")
			l.DebugContext(child, "detail")
			span.End()
			l.ErrorContext(ctx, "error")
		}, []string{"detail", error1, "error"}},
		{"the root has ended", none, func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			l.DebugContext(ctx, "detail")
			root.End()
			l.DebugContext(ctx, "late")
			l.ErrorContext(ctx, "error")
		}, []string{"late", error1, "error"}},
		{"one of two local roots has ended", none, func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			remote := trace.ContextWithRemoteSpanContext(bg, trace.SpanContextFromContext(ctx))
			inner, second := spans.Start(remote, "second")
			l.DebugContext(ctx, "outer")
			l.DebugContext(inner, "inner")
			second.End()
			l.ErrorContext(ctx, "error")
		}, []string{"outer", "inner", "spanlog: 2 records of this trace released: a record at ERROR", "error"}},
		{"not too slow", spanlog.FlightRecorder{Slow: time.Hour}, func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			l.DebugContext(ctx, "detail")
			l.InfoContext(ctx, "info")
			root.End()
		}, []string{"info"}},
		{"Fatal is below the sink's level", spanlog.FlightRecorder{}, func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			l.DebugContext(ctx, "detail")
			func() {
				defer func() { _ = recover() }()
				defer l.FlushOnPanic(ctx)
				panic("boom")
			}()
		}, []string{"detail", "spanlog: 1 record of this trace released: a record at FATAL", "panic"}},
		{"a request that is logged in full", none, func(ctx context.Context, root trace.Span, l *spanlog.Logger) {
			l.DebugContext(spanlog.WithLevel(ctx, slog.LevelDebug), "detail")
		}, []string{"detail"}},
	} {
		got := letThrough(t, test.fr, func(l *spanlog.Logger) {
			ctx, root := spans.Start(bg, "root")
			test.do(ctx, root, l)
		})
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got\n\t%s\nwant\n\t%s", test.name, strings.Join(got, "\n\t"), strings.Join(test.want, "\n\t"))
		}
	}
}

// TestFlightRecorderSlow: a root span that takes as long as Slow releases its trace.
func TestFlightRecorderSlow(t *testing.T) {
	got := letThrough(t, spanlog.FlightRecorder{Slow: time.Second}, func(l *spanlog.Logger) {
		ctx, root := spans.Start(bg, "root", trace.WithTimestamp(noon))
		l.DebugContext(ctx, "detail")
		_, child := spans.Start(ctx, "child", trace.WithTimestamp(noon))
		child.End(trace.WithTimestamp(noon.Add(time.Hour))) // which is not the root
		root.End(trace.WithTimestamp(noon.Add(time.Second)))
	})
	if want := []string{"detail", "spanlog: 1 record of this trace released: the root span took 1s"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestFlightRecorderLines: a released line is the line that it would have been, with its own
// time, and the summary has the trace's ids.
func TestFlightRecorderLines(t *testing.T) {
	var buf, plain bytes.Buffer
	at := func(w io.Writer, level slog.Level) spanlog.Sink { return spanlog.Writer{Writer: w, Level: level} }
	ctx := inSpan(bg)
	for _, sink := range []spanlog.Sink{spanlog.FlightRecorder{Sink: at(&buf, slog.LevelInfo)}, at(&plain, slog.LevelDebug)} {
		log := open(t, nil, sink)
		h := log.With("a", 1).WithGroup("g").With("b", 2).Handler()
		for i := range 3 {
			r := slog.NewRecord(noon.Add(time.Duration(i)*time.Hour), slog.LevelDebug, "m", 0)
			r.Add("i", i, "text", strings.Repeat("x", i*100))
			if err := h.Handle(ctx, r); err != nil {
				t.Error(err)
			}
		}
		spanlog.Trigger(ctx)
	}
	released, summary := buf.String()[:plain.Len()], buf.String()[plain.Len():]
	assert.Equal(t, "released", released, plain.String())
	if want := `"level":"INFO","msg":"spanlog: 3 records of this trace released: Trigger was called","trace_id":"` + w3cTraceID + `","span_id":"` + w3cSpanID + `","trace_flags":"01","released":3}`; !strings.Contains(summary, want) {
		t.Errorf("got %s, want %s", summary, want)
	}
}

// TestFlightRecorderStats: each record is counted once.
func TestFlightRecorderStats(t *testing.T) {
	log := open(t, nil, spanlog.FlightRecorder{Sink: spanlog.Writer{Writer: io.Discard}})
	ctx, root := spans.Start(bg, "root")
	for range 3 {
		log.DebugContext(ctx, "m")
	}
	log.InfoContext(ctx, "m")
	if r := log.Stats().Sinks[0].Recorder; r.Traces != 1 || r.Records != 3 || r.Bytes == 0 || r.ByteLimit != 32*spanlog.MiB {
		t.Errorf("while it is held: %+v", r)
	}
	root.End()
	failing := inSpan(bg)
	log.DebugContext(failing, "m")
	log.ErrorContext(failing, "m")
	log.DebugContext(failing, "m")
	left, _ := spans.Start(bg, "left")
	log.DebugContext(left, "m")
	log.Close()
	s := log.Stats().Sinks[0]
	want := []spanlog.Drops{{Level: slog.LevelDebug, Reason: "ended", Records: 4}}
	if s.Delivered != 5 || s.Notices != 1 || s.Recorder.Released != 2 || s.Recorder.Records != 0 || !reflect.DeepEqual(s.Dropped, want) {
		t.Errorf("got %+v, %+v", s, s.Recorder)
	}
	log.DebugContext(failing, "after the end")
	spanlog.Trigger(failing)
	if again := log.Stats().Sinks[0]; again.Delivered != s.Delivered {
		t.Errorf("after the end: %+v", again)
	}
}

// TestFlightRecorderEvicts: what there is no room for is counted, and the summary says so.
func TestFlightRecorderEvicts(t *testing.T) {
	var buf bytes.Buffer
	fr := spanlog.FlightRecorder{Sink: spanlog.Writer{Writer: &buf, Format: messageLines}, MaxTraceBytes: 4 * spanlog.KiB, MaxBytes: 16 * spanlog.KiB}
	log := open(t, nil, fr)
	ctx := inSpan(bg)
	const all = 100
	for i := range all {
		log.DebugContext(ctx, fmt.Sprintf("%03d %s", i, strings.Repeat("x", 100)))
	}
	log.ErrorContext(ctx, "trouble")
	stats := log.Stats().Sinks[0]
	evicted := int(droppedFor(stats, "evicted"))
	lines := strings.Split(strings.TrimSpace(buf.String()), "\n")
	for i, line := range lines[:len(lines)-2] {
		if want := fmt.Sprintf("%03d ", evicted+i); !strings.HasPrefix(line, want) {
			t.Fatalf("line %d is %q, want %q: the newest are kept, in order", i, line, want)
		}
	}
	want := fmt.Sprintf("spanlog: %d records of this trace released, %d more had to go before: a record at ERROR", all-evicted, evicted)
	if got := lines[len(lines)-2]; got != want || evicted == 0 {
		t.Errorf("got %q, want %q", got, want)
	}

	// A trace that had to go as a whole is missed when it fails.
	buf.Reset()
	first, _ := spans.Start(bg, "first")
	log.DebugContext(first, "gone")
	for before := droppedFor(log.Stats().Sinks[0], "evicted"); droppedFor(log.Stats().Sinks[0], "evicted") == before; {
		other, _ := spans.Start(bg, "other")
		log.DebugContext(other, strings.Repeat("y", 300))
	}
	log.DebugContext(first, "back")
	spanlog.Trigger(first)
	assert.Equal(t, "a trace that is back", buf.String(), "back\nspanlog: 1 record of this trace released, 1 more had to go before: Trigger was called\n")
	if b := log.Stats().Sinks[0].Recorder.Bytes; b > 16*spanlog.KiB {
		t.Errorf("%d bytes are held", b)
	}
}

func droppedFor(s spanlog.SinkStats, reason string) (n uint64) {
	for _, d := range s.Dropped {
		if d.Reason == reason {
			n += d.Records
		}
	}
	return n
}

// TestFlightRecorderIdle: without news of spans, time ends a trace; with a root span it does
// not.
func TestFlightRecorderIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := spanlog.Must(spanlog.New(nil, spanlog.FlightRecorder{Sink: spanlog.Writer{Writer: io.Discard}, MaxIdle: time.Minute}))
		defer log.Close()
		held := func() int { return log.Stats().Sinks[0].Recorder.Records }
		known, root := spans.Start(bg, "known")
		log.DebugContext(known, "m")
		log.DebugContext(inSpan(bg), "m")
		for range 5 { // it goes on
			time.Sleep(50 * time.Second)
			log.DebugContext(inSpan(bg), "m")
		}
		if n := held(); n != 7 {
			t.Errorf("%d records are held, want 7", n)
		}
		time.Sleep(time.Minute + 16*time.Second) // time is looked at every quarter of a minute
		if n := held(); n != 1 {
			t.Errorf("%d records are held a minute later, want that of the root span", n)
		}
		time.Sleep(time.Hour)
		if n := held(); n != 1 {
			t.Errorf("%d records are held after an hour, want that of the root span", n)
		}
		root.End()
		time.Sleep(time.Hour)
		if r := log.Stats().Sinks[0].Recorder; r.Records != 0 || r.Traces != 0 || r.Bytes != 0 {
			t.Errorf("at the end there is %+v", r)
		}
	})
}

func TestFlightRecorderBad(t *testing.T) {
	good := spanlog.Writer{Writer: io.Discard}
	for _, test := range []struct {
		sink spanlog.Sink
		want string
	}{
		{spanlog.FlightRecorder{}, "flight recorder sink: Sink is nil"},
		{spanlog.FlightRecorder{Sink: good, Slow: -1}, "recorded writer sink io.discard: Slow is -1ns, which is negative"},
		{spanlog.FlightRecorder{Sink: good, MaxTraceBytes: 100}, "MaxTraceBytes is 100: want 4096 bytes at least"},
		{spanlog.FlightRecorder{Sink: good, MaxTraceBytes: -1}, "MaxTraceBytes is -1"},
		{spanlog.FlightRecorder{Sink: good, MaxBytes: 1000}, "MaxBytes is 1000: want four times MaxTraceBytes at least, which is 4096"},
		{spanlog.FlightRecorder{Sink: good, MaxBytes: 8192, MaxTraceBytes: 4096}, "MaxBytes is 8192: want four times MaxTraceBytes at least, which is 4096"},
		{spanlog.FlightRecorder{Sink: good, MaxBytes: -1}, "MaxBytes is -1"},
		{spanlog.FlightRecorder{Sink: good, MaxIdle: time.Millisecond}, "MaxIdle is 1ms: want 100 ms at least"},
		{spanlog.FlightRecorder{Sink: good, MaxIdle: -time.Second}, "MaxIdle is -1s"},
		{spanlog.FlightRecorder{Sink: good, Level: slog.LevelWarn, Trigger: slog.LevelInfo}, "Level is WARN, above Trigger, which is INFO"},
		{spanlog.FlightRecorder{Sink: good, Level: (*slog.LevelVar)(nil)}, "Level is a nil *slog.LevelVar"},
		{spanlog.FlightRecorder{Sink: good, Trigger: (*slog.LevelVar)(nil)}, "Trigger is a nil *slog.LevelVar"},
		{spanlog.FlightRecorder{Sink: spanlog.Writer{}}, "recorded writer sink <nil>: writer sink <nil>: Writer is nil"},
		{spanlog.FlightRecorder{Sink: spanlog.FlightRecorder{Sink: good}}, "Sink is a FlightRecorder already"},
		{spanlog.FlightRecorder{Sink: spanlog.Limit{Sink: &spanlog.FlightRecorder{Sink: good}}}, "Sink is a FlightRecorder already"},
		{spanlog.FlightRecorder{Sink: spanlog.Limit{Sink: spanlog.Sample{Sink: good}}}, "Sink has a Sample within another decorator"},
		{spanlog.FlightRecorder{Sink: spanlog.Sample{Sink: spanlog.Sample{Sink: good}}}, "Sink has a Sample within another decorator"},
		{spanlog.Async{Sink: spanlog.FlightRecorder{Sink: good}}, "Sink is a FlightRecorder, which would learn of a trace's end before its records"},
		{spanlog.Async{Sink: spanlog.Sample{Sink: &spanlog.FlightRecorder{Sink: good}}}, "Sink is a FlightRecorder, which would learn"},
		{spanlog.Failover{Sinks: []spanlog.Sink{good, spanlog.FlightRecorder{Sink: good}}}, "Sinks[1] is a FlightRecorder, which takes each record and fails later"},
	} {
		_, err := spanlog.New(nil, test.sink)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: got error %v, want %q", test.sink, err, test.want)
		}
	}
}
