package spanlog_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
)

// TestSample: which records of a trace pass.
func TestSample(t *testing.T) {
	traced := func(lastBytes string, flags trace.TraceFlags) context.Context {
		id, err := trace.TraceIDFromHex("4bf92f3577b34da6" + lastBytes)
		if err != nil {
			t.Fatal(err)
		}
		return trace.ContextWithSpanContext(bg, trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: trace.SpanID{1}, TraceFlags: flags}))
	}
	const low, middle, high = "0000000000000001", "7fffffffffffffff", "ffffffffffffffff"
	for _, test := range []struct {
		name  string
		s     spanlog.Sample
		ctx   context.Context
		level slog.Level
		want  int
	}{
		{"sampled", spanlog.Sample{}, traced(high, 1), slog.LevelInfo, 1},
		{"sampled, another flag", spanlog.Sample{}, traced(high, 3), slog.LevelInfo, 1},
		{"not sampled", spanlog.Sample{}, traced(low, 0), slog.LevelInfo, 0},
		{"not sampled, another flag", spanlog.Sample{}, traced(low, 2), slog.LevelInfo, 0},
		{"not sampled, Warn", spanlog.Sample{}, traced(low, 0), slog.LevelWarn, 1},
		{"no trace", spanlog.Sample{}, bg, slog.LevelInfo, 1},
		{"Always", spanlog.Sample{Always: slog.LevelError}, traced(low, 0), slog.LevelWarn, 0},
		{"Always rules", spanlog.Sample{Always: spanlog.Levels("error, spanlog_test=info")}, traced(low, 0), slog.LevelInfo, 1},
		{"logged in full", spanlog.Sample{}, spanlog.WithLevel(traced(low, 0), slog.LevelInfo), slog.LevelInfo, 1},
		{"logged in full, pinned", spanlog.Sample{Always: spanlog.Pinned(slog.LevelWarn)}, spanlog.WithLevel(traced(low, 0), slog.LevelInfo), slog.LevelInfo, 0},
		{"a half, low", spanlog.Sample{Ratio: 0.5}, traced(low, 0), slog.LevelInfo, 1},
		{"a half, just", spanlog.Sample{Ratio: 0.5}, traced(middle, 0), slog.LevelInfo, 1},
		{"a half, high", spanlog.Sample{Ratio: 0.5}, traced(high, 1), slog.LevelInfo, 0},
		{"all", spanlog.Sample{Ratio: 1}, traced(high, 0), slog.LevelInfo, 1},
		{"nearly none", spanlog.Sample{Ratio: 1e-18}, traced(middle, 0), slog.LevelInfo, 0},
		{"a half, no trace", spanlog.Sample{Ratio: 0.5}, bg, slog.LevelInfo, 1},
	} {
		var n int
		test.s.Sink = spanlog.Writer{Writer: io.Discard, Format: countFormat(&n)}
		log := open(t, nil, test.s)
		log.Log(test.ctx, test.level, "m")
		if left := droppedFor(log.Stats().Sinks[0], "sampled"); n != test.want || n+int(left) != 1 {
			t.Errorf("%s: %d records pass and %d are counted, want %d to pass", test.name, n, left, test.want)
		}
	}
}

// TestSampleSDK: a ratio keeps the traces that OpenTelemetry's own sampler keeps.
func TestSampleSDK(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, ratio := range []float64{1e-9, 0.01, 0.1, 0.25, 1. / 3, 0.5, 0.9, 0.999999, 1} {
		sampler := sdktrace.TraceIDRatioBased(ratio)
		var n int
		log := open(t, nil, spanlog.Sample{Sink: spanlog.Writer{Writer: io.Discard, Format: countFormat(&n)}, Ratio: ratio})
		for i := range 2000 {
			var id trace.TraceID
			for j := range id {
				id[j] = byte(random.Uint32())
			}
			if i < 64 { // the edges
				bound := uint64(ratio*(1<<63))<<1 + uint64(i) - 32
				for j := range 8 {
					id[8+j] = byte(bound >> (56 - 8*j))
				}
			}
			n = 0
			log.InfoContext(trace.ContextWithSpanContext(bg, trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: trace.SpanID{1}})), "m")
			want := sampler.ShouldSample(sdktrace.SamplingParameters{ParentContext: bg, TraceID: id}).Decision == sdktrace.RecordAndSample
			if (n == 1) != want {
				t.Fatalf("ratio %v, trace %s: %d records pass, and the SDK's sampler says %v", ratio, id, n, want)
			}
		}
	}
}

func TestSampleBad(t *testing.T) {
	good := spanlog.Writer{Writer: io.Discard}
	for _, test := range []struct {
		sink spanlog.Sample
		want string
	}{
		{spanlog.Sample{}, "sample sink: Sink is nil"},
		{spanlog.Sample{Sink: good, Ratio: -0.1}, "sampled writer sink io.discard: Ratio is -0.1: want a part of 1"},
		{spanlog.Sample{Sink: good, Ratio: 10}, "Ratio is 10"},
		{spanlog.Sample{Sink: good, Ratio: math.NaN()}, "Ratio is NaN"},
		{spanlog.Sample{Sink: good, Always: (*slog.LevelVar)(nil)}, "Always is a nil *slog.LevelVar"},
		{spanlog.Sample{Sink: good, Always: spanlog.Levels("loud")}, "Always is bad: level rules"},
	} {
		_, err := spanlog.New(nil, test.sink)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: got error %v, want %q", test.sink, err, test.want)
		}
	}
}

// TestSampleTwoServices: two services, in two processes, keep all the records of the same
// traces: by a ratio, and by the flag that travels with the trace.
func TestSampleTwoServices(t *testing.T) {
	const each = 3 // records of a trace in each service
	serve := func(ctx context.Context, log *slog.Logger) {
		for i := range each {
			log.InfoContext(ctx, "m", "i", i)
		}
	}
	logger := func(byFlag, byRatio io.Writer) *spanlog.Logger {
		return spanlog.Must(spanlog.New(nil,
			spanlog.Sample{Sink: spanlog.Writer{Writer: byFlag}},
			spanlog.Sample{Sink: spanlog.Writer{Writer: byRatio}, Ratio: 0.2}))
	}
	carrier := propagation.TraceContext{}
	if os.Getenv(childVar) != "" { // the second service: its requests are the lines of its input
		log := logger(os.Stdout, os.Stderr)
		for requests := bufio.NewScanner(os.Stdin); requests.Scan(); {
			serve(carrier.Extract(bg, propagation.MapCarrier{"traceparent": requests.Text()}), log.Logger)
		}
		_ = log.Close()
		os.Exit(0)
	}
	var mine, theirs [2]bytes.Buffer // by flag, by ratio
	var requests strings.Builder
	log := logger(&mine[0], &mine[1])
	tracer := sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.TraceIDRatioBased(0.4))).Tracer("first")
	for range 1000 {
		ctx, span := tracer.Start(bg, "request")
		serve(ctx, log.Logger)
		header := propagation.MapCarrier{}
		carrier.Inject(ctx, header)
		requests.WriteString(header["traceparent"] + "\n")
		span.End()
	}
	log.Close()

	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := childCommand(ctx, t, "serve")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(requests.String()), &theirs[0], &theirs[1]
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %.500s", err, theirs[1].String())
	}
	for i, by := range []string{"flag", "ratio"} {
		first, second := recordsByTrace(t, &mine[i]), recordsByTrace(t, &theirs[i])
		if !reflect.DeepEqual(first, second) {
			t.Errorf("by %s: the services keep %d and %d traces, which are not the same", by, len(first), len(second))
		}
		if len(first) < 100 || len(first) > 500 {
			t.Errorf("by %s: %d traces are kept of 1000", by, len(first))
		}
		for id, n := range first {
			if n != each {
				t.Errorf("by %s: trace %s has %d records, want all %d", by, id, n, each)
			}
		}
	}
}

// recordsByTrace counts lines of JSON by their trace.
func recordsByTrace(t *testing.T, lines io.Reader) map[string]int {
	n := make(map[string]int)
	for d := json.NewDecoder(lines); d.More(); {
		var r struct {
			Trace string `json:"trace_id"`
		}
		if err := d.Decode(&r); err != nil {
			t.Fatal(err)
		}
		n[r.Trace]++
	}
	return n
}
