package telemetry

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/race"
	"github.com/spanlog/spanlog/internal/spanend"
	"github.com/spanlog/spanlog/internal/zipkin"
)

// spanNews is a listener that writes down what it hears, as text: "start" and "end" with the
// first byte of the trace's id, "root", "failed" and the duration.
type spanNews struct {
	mu    sync.Mutex
	heard []string
	onEnd func() // nil: nothing
}

func (l *spanNews) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard = append(l.heard, fmt.Sprintf(format, args...))
}

func (l *spanNews) RootStarted(id trace.TraceID) { l.add("start %02x", id[0]) }
func (l *spanNews) Triggered(context.Context)    { l.add("trigger") }

func (l *spanNews) Ended(e spanend.End) {
	text := fmt.Sprintf("end %02x", e.Trace[0])
	if e.Root {
		text += " root"
	}
	if e.Failed {
		text += " failed"
	}
	l.add("%s %v", text, e.Duration)
	if l.onEnd != nil {
		l.onEnd()
	}
}

func (l *spanNews) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.heard, ", ")
}

// listen has l hear of spans until the end of the test.
func (l *spanNews) listen(t *testing.T) *spanNews {
	t.Cleanup(spanend.Listen(l))
	return l
}

// ownIDs makes traces whose ids begin with 1: those of callers begin with 0a.
type ownIDs struct{ n byte }

func (g *ownIDs) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	return trace.TraceID{1}, g.NewSpanID(ctx, trace.TraceID{})
}

func (g *ownIDs) NewSpanID(context.Context, trace.TraceID) trace.SpanID {
	g.n++
	return trace.SpanID{g.n}
}

// samplerFunc decides by the span's name.
type samplerFunc func(name string) sdktrace.SamplingDecision

func (f samplerFunc) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	return sdktrace.SamplingResult{Decision: f(p.Name)}
}
func (samplerFunc) Description() string { return "by name" }

// makeNested makes spans, of which each is the parent of the next. The first takes 10
// seconds, each other one 2 less than its parent. A span whose name ends in ! has the status
// Error, in + the status Ok; one whose name begins with ^ is made as a new root.
func makeNested(ctx context.Context, tracer trace.Tracer, names string) {
	begin := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	var end []func()
	for i, name := range strings.Fields(names) {
		options := []trace.SpanStartOption{trace.WithTimestamp(begin.Add(time.Duration(i) * time.Second))}
		if strings.HasPrefix(name, "^") {
			options = append(options, trace.WithNewRoot())
		}
		var span trace.Span
		ctx, span = tracer.Start(ctx, name, options...)
		switch name[len(name)-1] {
		case '!':
			span.SetStatus(codes.Error, "no luck")
		case '+':
			span.SetStatus(codes.Ok, "")
		}
		end = append(end, func() { span.End(trace.WithTimestamp(begin.Add(time.Duration(10-i) * time.Second))) })
	}
	for i := range end {
		end[len(end)-1-i]()
	}
}

func TestSpanProcessor(t *testing.T) {
	parent := func(flags trace.TraceFlags, remote bool) trace.SpanContext {
		return trace.NewSpanContext(trace.SpanContextConfig{
			TraceID: trace.TraceID{10}, SpanID: trace.SpanID{10}, TraceFlags: flags, Remote: remote,
		})
	}
	var (
		none      trace.SpanContext
		remote    = parent(trace.FlagsSampled, true)
		unsampled = parent(0, true)
		local     = parent(trace.FlagsSampled, false)
		traceOnly = none.WithTraceID(trace.TraceID{10})

		always     = sdktrace.AlwaysSample()
		never      = sdktrace.NeverSample()
		asParent   = sdktrace.ParentBased(always)
		recordOnly = samplerFunc(func(string) sdktrace.SamplingDecision { return sdktrace.RecordOnly })
		notX       = samplerFunc(func(name string) sdktrace.SamplingDecision {
			if name == "x" {
				return sdktrace.Drop
			}
			return sdktrace.RecordAndSample
		})
	)
	for _, test := range []struct {
		name    string
		sampler sdktrace.Sampler
		parent  trace.SpanContext
		spans   string // see makeNested
		want    string
	}{
		{"root", always, none, "a", "start 01, end 01 root 10s"},
		{"child", always, none, "a b", "start 01, end 01 8s, end 01 root 10s"},
		{"grandchild", always, none, "a b c", "start 01, end 01 6s, end 01 8s, end 01 root 10s"},
		{"root fails", always, none, "a! b", "start 01, end 01 8s, end 01 root failed 10s"},
		{"child fails", always, none, "a b!", "start 01, end 01 failed 8s, end 01 root 10s"},
		{"all is well", always, none, "a+ b+", "start 01, end 01 8s, end 01 root 10s"},
		{"new root within", always, none, "a ^b", "start 01, start 01, end 01 root 8s, end 01 root 10s"},
		{"remote parent", always, remote, "a b", "start 0a, end 0a 8s, end 0a root 10s"},
		{"remote parent, failing", always, remote, "a!", "start 0a, end 0a root failed 10s"},
		{"remote parent, by its flag", asParent, remote, "a", "start 0a, end 0a root 10s"},
		{"unsampled remote parent", always, unsampled, "a b", "start 0a, end 0a 8s, end 0a root 10s"},
		{"unsampled remote parent, by its flag", asParent, unsampled, "a b!", ""},
		{"local parent of another provider", always, local, "a", "end 0a 10s"},
		{"trace without a span", always, traceOnly, "a", "start 0a, end 0a root 10s"},
		{"not sampled", never, none, "a b!", ""},
		{"recorded, not sampled", recordOnly, none, "a b!", "start 01, end 01 failed 8s, end 01 root 10s"},
		{"root dropped, child not", notX, none, "x b", "end 01 8s"},
		{"child dropped, root not", notX, none, "a x", "start 01, end 01 root 10s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			news := new(spanNews).listen(t)
			provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(SpanProcessor()),
				sdktrace.WithSampler(test.sampler), sdktrace.WithIDGenerator(new(ownIDs)))
			makeNested(trace.ContextWithSpanContext(t.Context(), test.parent), provider.Tracer("test"), test.spans)
			if got := news.String(); got != test.want {
				t.Errorf("heard\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// TestSpanProcessorWhileListening has a span that begins, and one that ends, while nobody
// listens.
func TestSpanProcessorWhileListening(t *testing.T) {
	tracer := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(SpanProcessor()),
		sdktrace.WithIDGenerator(new(ownIDs))).Tracer("test")
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	begin := func() trace.Span {
		_, span := tracer.Start(t.Context(), "a", trace.WithTimestamp(at))
		return span
	}
	var news spanNews
	before := begin()
	stop := spanend.Listen(&news)
	before.End(trace.WithTimestamp(at.Add(time.Second)))
	after := begin()
	stop()
	after.End()
	if got, want := news.String(), "end 01 root 1s, start 01"; got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
}

// TestSpanProcessorIsStateless: what one call returned is taken away with what another does,
// and its shutdown ends nothing.
func TestSpanProcessorIsStateless(t *testing.T) {
	news := new(spanNews).listen(t)
	if SpanProcessor() != SpanProcessor() {
		t.Error("two are not equal")
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithIDGenerator(new(ownIDs)))
	tracer := provider.Tracer("test")
	provider.RegisterSpanProcessor(SpanProcessor())
	if err := SpanProcessor().ForceFlush(cancelled()); err != nil {
		t.Error(err)
	}
	if err := SpanProcessor().Shutdown(cancelled()); err != nil {
		t.Error(err)
	}
	makeNested(t.Context(), tracer, "a")
	provider.UnregisterSpanProcessor(SpanProcessor())
	makeNested(t.Context(), tracer, "b")
	if got, want := news.String(), "start 01, end 01 root 10s"; got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
}

func TestSpanProcessorAllocs(t *testing.T) {
	race.Skip(t)
	ctx := t.Context()
	_, span := sdktrace.NewTracerProvider().Tracer("test").Start(ctx, "a")
	p, s := SpanProcessor(), span.(sdktrace.ReadWriteSpan)
	if n := testing.AllocsPerRun(1000, func() { p.OnStart(ctx, s); p.OnEnd(s) }); n != 0 {
		t.Errorf("%v allocations while nobody listens", n)
	}
}

func TestStartInstallsSpanProcessor(t *testing.T) {
	clearEnv(t)
	news := new(spanNews).listen(t)
	shutdown, _ := start(t, Options{})
	makeNested(trace.ContextWithRemoteSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{10}, SpanID: trace.SpanID{10}, TraceFlags: trace.FlagsSampled,
	})), otel.Tracer("test"), "a b!")
	if err := shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	makeSpans(1)
	if got, want := news.String(), "start 0a, end 0a failed 8s, end 0a root 10s"; got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
}

// TestSlowListener: while who hears of a span's end is stuck, the program's processors have
// had the span, and it is exported.
func TestSlowListener(t *testing.T) {
	clearEnv(t)
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan struct{})
		news := (&spanNews{onEnd: func() { <-stuck }}).listen(t)
		recorder := tracetest.NewSpanRecorder()
		var server zipkin.Store
		start(t, Options{Zipkin: "http://z", Client: memory(&server), SpanProcessors: []sdktrace.SpanProcessor{recorder}})
		go makeSpans(0)
		time.Sleep(time.Minute)
		if !strings.Contains(news.String(), "end") || len(recorder.Ended()) != 1 || server.Len() != 1 {
			t.Errorf("heard %q; %d spans at the processor, %d exported", news, len(recorder.Ended()), server.Len())
		}
		close(stuck)
		synctest.Wait()
	})
}

// TestSpanProcessorMoreThanOnce: to register it besides Start makes no difference to a
// FlightRecorder.
func TestSpanProcessorMoreThanOnce(t *testing.T) {
	clearEnv(t)
	const want = "detail of x!\nspanlog: 1 record of this trace released: the status of a span is Error\n"
	for more := range 3 {
		var processors []sdktrace.SpanProcessor
		for range more {
			processors = append(processors, SpanProcessor())
		}
		shutdown, _ := start(t, Options{SpanProcessors: processors})
		var out bytes.Buffer
		log, err := spanlog.New(nil, spanlog.FlightRecorder{Sink: spanlog.Writer{
			Writer: &out,
			Format: spanlog.FormatFunc(func(dst []byte, e *spanlog.Event) []byte { return fmt.Appendln(dst, e.Message) }),
		}})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"a", "x!", "b"} {
			ctx, span := otel.Tracer("test").Start(t.Context(), name)
			log.DebugContext(ctx, "detail of "+name)
			if name == "x!" {
				span.SetStatus(codes.Error, "no luck")
			}
			span.End()
		}
		if held := log.Stats().Sinks[0].Recorder; held.Records != 0 || held.Traces != 1 {
			t.Errorf("%d more: %+v is held, want the trace that was released", more, held)
		}
		if err := log.Close(); err != nil {
			t.Error(err)
		}
		if got := out.String(); got != want {
			t.Errorf("%d more: logged\n%swant\n%s", more, got, want)
		}
		if err := shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
