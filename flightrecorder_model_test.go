package spanlog_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"pgregory.net/rapid"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/race"
	"github.com/spanlog/spanlog/internal/spanend"
)

// A traceStep is what one goroutine does at a time in TestFlightRecorderModel.
type traceStep struct {
	do    string
	trace int
	size  int // of a record's message
}

// TestFlightRecorderModel: whatever goroutines do in whatever order, each record is emitted,
// released, evicted or ended, exactly one of them, and the sum of the counters is what was
// logged. What is released keeps its order, by goroutine and trace.
func TestFlightRecorderModel(t *testing.T) {
	steps := rapid.Custom(func(t *rapid.T) traceStep {
		return traceStep{
			do:    rapid.SampledFrom([]string{"debug", "debug", "debug", "debug", "debug", "debug", "info", "error", "trigger", "start", "end", "fail", "stats"}).Draw(t, "do"),
			trace: rapid.IntRange(0, 5).Draw(t, "trace"),
			size:  rapid.SampledFrom([]int{1, 100, 1000, 5000}).Draw(t, "size"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		plans := rapid.SliceOfN(rapid.SliceOfN(steps, 0, 60), 1, 4).Draw(t, "plans")
		async := rapid.Bool().Draw(t, "async")
		closes := rapid.Bool().Draw(t, "closes") // while they log
		var buf bytes.Buffer
		sink := spanlog.Sink(spanlog.Writer{Writer: &buf, Format: messageLines})
		if async {
			sink = spanlog.Async{Sink: sink, Overflow: spanlog.Block, MaxBlock: time.Minute}
		}
		log := spanlog.Must(spanlog.New(&spanlog.Options{OnError: func(error) {}}, spanlog.FlightRecorder{Sink: sink, MaxTraceBytes: 4 * spanlog.KiB, MaxBytes: 16 * spanlog.KiB}))
		var wg sync.WaitGroup
		for g, plan := range plans {
			wg.Go(func() { playTrace(log, g, plan) })
		}
		if closes {
			log.Close()
		}
		wg.Wait()
		log.Close()

		logged := make(map[string]slog.Level) // by message, but for its padding
		for g, plan := range plans {
			for n, s := range plan {
				if level, ok := stepLevels[s.do]; ok {
					logged[fmt.Sprintf("%d/%d/%d", g, s.trace, n)] = level
				}
			}
		}
		seen, last, notices := make(map[string]bool), make(map[string]int), uint64(0)
		for line := range strings.Lines(buf.String()) {
			message, _, _ := strings.Cut(line, " ")
			if message == "spanlog:" {
				notices++
				continue
			}
			level, ok := logged[message]
			if !ok || seen[message] {
				t.Fatalf("%q was not logged, or is there twice", message)
			}
			seen[message] = true
			if level == slog.LevelDebug {
				var g, id, n int
				fmt.Sscanf(message, "%d/%d/%d", &g, &id, &n)
				if of := fmt.Sprint(g, "/", id); last[of] > n {
					t.Fatalf("%q comes after %d of the same goroutine and trace", message, last[of])
				} else {
					last[of] = n
				}
			}
		}
		s := log.Stats().Sinks[0]
		gone := droppedFor(s, "ended") + droppedFor(s, "evicted")
		if closes {
			gone += droppedFor(s, "closed")
		}
		switch {
		case s.Delivered != uint64(len(seen))+notices || s.Notices != notices:
			t.Fatalf("%d records and %d notices are written, and counted as %d and %d", len(seen), notices, s.Delivered, s.Notices)
		case s.Recorder.Records != 0 || s.Recorder.Bytes != 0:
			t.Fatalf("after the end, there is %+v", s.Recorder)
		case closes:
			// What is below the sink's level, and comes after the end, is not wanted.
			if uint64(len(seen))+gone > uint64(len(logged)) {
				t.Fatalf("%d written and %d counted, of %d", len(seen), gone, len(logged))
			}
		case uint64(len(seen))+gone != uint64(len(logged)):
			t.Fatalf("%d written and %d counted, of %d", len(seen), gone, len(logged))
		}
		for message, level := range logged {
			if level >= slog.LevelInfo && !seen[message] && !closes {
				t.Fatalf("%q at %v is missing", message, level)
			}
		}
	})
}

var stepLevels = map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "error": slog.LevelError}

// playTrace does what a plan says, as the goroutine g.
func playTrace(log *spanlog.Logger, g int, plan []traceStep) {
	for n, s := range plan {
		id := trace.TraceID{0: 1, 15: byte(s.trace)}
		ctx := trace.ContextWithSpanContext(bg, trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: trace.SpanID{1}}))
		switch s.do {
		case "trigger":
			spanlog.Trigger(ctx)
		case "start":
			spanend.RootStarted(id)
		case "end":
			spanend.Ended(spanend.End{Trace: id, Root: true})
		case "fail":
			spanend.Ended(spanend.End{Trace: id, Failed: true})
		case "stats":
			_ = log.Stats()
		default:
			log.Log(ctx, stepLevels[s.do], fmt.Sprintf("%d/%d/%d %s", g, s.trace, n, strings.Repeat("x", s.size)))
		}
		if n%7 == g {
			runtime.Gosched()
		}
	}
}

// TestFlightRecorderMemory: a hundred thousand traces at once take up no more memory than
// they may; those that there is room for are complete.
func TestFlightRecorderMemory(t *testing.T) {
	race.Skip(t) // which has its own memory
	const traces, each = 100_000, 5
	log := open(t, nil, spanlog.FlightRecorder{Sink: spanlog.Writer{Writer: io.Discard}})
	random := rand.New(rand.NewPCG(1, 2))
	before := heapInUse()
	for n := range traces {
		ctx := trace.ContextWithSpanContext(bg, trace.NewSpanContext(trace.SpanContextConfig{TraceID: randomTrace(random), SpanID: trace.SpanID{1}}))
		for range each {
			log.LogAttrs(ctx, slog.LevelDebug, "request done", fiveAttrs...)
		}
		if n == traces-1 {
			spanlog.Trigger(ctx)
		}
	}
	grown := heapInUse() - before
	s := log.Stats().Sinks[0]
	t.Logf("%d traces with %d records each: %d traces and %d records are held, in %.1f MiB by their own count; the heap has grown by %.1f MiB; the limit is %.0f MiB",
		traces, each, s.Recorder.Traces, s.Recorder.Records, mib(s.Recorder.Bytes), mib(grown), mib(s.Recorder.ByteLimit))
	if s.Recorder.Bytes > s.Recorder.ByteLimit || grown > s.Recorder.ByteLimit {
		t.Error("that is above the limit")
	}
	if s.Recorder.Released != each {
		t.Errorf("of the last trace, %d records were released", s.Recorder.Released)
	}
	if n := uint64(s.Recorder.Records) + droppedFor(s, "evicted") + s.Recorder.Released; n != traces*each {
		t.Errorf("%d records are accounted for, of %d", n, traces*each)
	}
}

func randomTrace(r *rand.Rand) (id trace.TraceID) {
	for i := range id {
		id[i] = byte(r.Uint32())
	}
	return id
}

func mib(n int) float64 { return float64(n) / spanlog.MiB }

// TestAllocsFlightRecorder: what is held is in memory that is used again.
func TestAllocsFlightRecorder(t *testing.T) {
	race.Skip(t)
	log := open(t, nil, spanlog.FlightRecorder{Sink: spanlog.Writer{Writer: io.Discard}})
	ids := newTraceIDs()
	request := func() {
		ctx := ids.next()
		for range 20 {
			log.LogAttrs(ctx, slog.LevelDebug, "request done", fiveAttrs...)
		}
	}
	for range 5000 {
		request()
	}
	wantAllocs(t, 0, request)
}

// TestFlightRecorderSpans: the whole way with OpenTelemetry's SDK, many requests at a time.
func TestFlightRecorderSpans(t *testing.T) {
	var buf bytes.Buffer
	log := open(t, nil, spanlog.FlightRecorder{Sink: spanlog.Writer{Writer: &buf, Format: messageLines}})
	const requests, each = 400, 10
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for n := g; n < requests; n += 8 {
				nestedSpans(log.Logger, n, each, n%100 == 7)
			}
		})
	}
	wg.Wait()
	got := make(map[string]int)
	for line := range strings.Lines(buf.String()) {
		if word, _, _ := strings.Cut(line, " "); word != "spanlog:" {
			got[strings.TrimSpace(word)]++
		}
	}
	for n := range requests {
		want := 0
		if n%100 == 7 {
			want = each
		}
		if got[fmt.Sprint(n)] != want {
			t.Errorf("request %d has %d records, want %d", n, got[fmt.Sprint(n)], want)
		}
	}
	if r := log.Stats().Sinks[0].Recorder; r.Records != 0 {
		t.Errorf("after the end, there is %+v", r)
	}
}

// nestedSpans logs in spans within each other, in two goroutines.
func nestedSpans(log *slog.Logger, n, each int, fails bool) {
	ctx, root := spans.Start(context.Background(), "root")
	defer root.End()
	inner, child := spans.Start(ctx, "child")
	var wg sync.WaitGroup
	for _, ctx := range []context.Context{ctx, inner} {
		wg.Go(func() {
			for range each / 2 {
				log.DebugContext(ctx, fmt.Sprintf("%d detail", n))
			}
		})
	}
	wg.Wait()
	if fails {
		child.SetStatus(codes.Error, "")
	}
	child.End()
}
