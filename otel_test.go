package spanlog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/log/embedded"
	nolog "go.opentelemetry.io/otel/log/noop"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/logprovider"
	"github.com/spanlog/spanlog/spanlogtest"
)

// An otelTap is a processor of OpenTelemetry's SDK that keeps the records.
type otelTap struct {
	mu      sync.Mutex
	records []sdklog.Record
	flushed int
}

func (p *otelTap) Enabled(context.Context, sdklog.EnabledParameters) bool { return true }

func (p *otelTap) OnEmit(ctx context.Context, r *sdklog.Record) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.records = append(p.records, r.Clone())
	return ctx.Err()
}

func (p *otelTap) Shutdown(context.Context) error { return nil }

func (p *otelTap) ForceFlush(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flushed++
	return nil
}

// take returns the records so far.
func (p *otelTap) take() []sdklog.Record {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]sdklog.Record(nil), p.records...)
}

// newTap returns a tap and the SDK's provider in front of it.
func newTap() (*otelTap, *sdklog.LoggerProvider) {
	tap := new(otelTap)
	return tap, sdklog.NewLoggerProvider(sdklog.WithProcessor(tap), sdklog.WithAllowKeyDuplication())
}

// TestOTelValues compares values of all kinds with what JSON writes of them.
func TestOTelValues(t *testing.T) {
	type order struct {
		ID    int      `json:"id"`
		Items []string `json:"items"`
		Note  *string  `json:"note"`
	}
	for _, c := range []struct {
		name  string
		value any
		want  attribute.Value
	}{
		{"string", "x", attribute.StringValue("x")},
		{"string that is not UTF-8", "a\xff\xfeb", attribute.StringValue("a��b")},
		{"int", 1, attribute.Int64Value(1)},
		{"uint64", uint64(7), attribute.Int64Value(7)},
		{"the largest uint64", uint64(math.MaxUint64), attribute.StringValue("18446744073709551615")},
		{"float", 1.5, attribute.Float64Value(1.5)},
		{"infinity", math.Inf(1), attribute.Float64Value(math.Inf(1))},
		{"bool", true, attribute.BoolValue(true)},
		{"duration", time.Second, attribute.Int64Value(1e9)},
		{"time", time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), attribute.StringValue("2026-01-02T03:04:05.000000006Z")},
		{"nil", nil, attribute.Value{}},
		{"bytes", []byte{0, 0xff}, attribute.ByteSliceValue([]byte{0, 0xff})},
		{"strings", []string{"a", "b"}, attribute.SliceValue(attribute.StringValue("a"), attribute.StringValue("b"))},
		{"mixed", []any{1, "a", nil}, attribute.SliceValue(attribute.Int64Value(1), attribute.StringValue("a"), attribute.Value{})},
		{"map", map[string]int{"b": 2, "a": 1}, attribute.MapValue(attribute.Int("a", 1), attribute.Int("b", 2))},
		{"struct", order{7, []string{"x"}, nil}, attribute.MapValue(attribute.Int("id", 7),
			attribute.KeyValue{Key: "items", Value: attribute.SliceValue(attribute.StringValue("x"))}, attribute.KeyValue{Key: "note"})},
		{"error", errors.New("no"), attribute.StringValue("no")},
		{"large number in JSON", json.RawMessage(`123456789012345678901234567890`), attribute.StringValue("123456789012345678901234567890")},
		{"floats", []float64{1, 2.5, 1e20, 1e300}, attribute.SliceValue(attribute.Int64Value(1), attribute.Float64Value(2.5), attribute.Float64Value(1e20), attribute.Float64Value(1e300))},
		{"number in JSON", json.RawMessage(`1e3`), attribute.Float64Value(1000)},
		{"source", &slog.Source{File: "a.go", Line: 3}, attribute.MapValue(attribute.String("file", "a.go"), attribute.Int("line", 3))},
		{"what JSON can't", make(chan int), attribute.StringValue("!ERROR:json: unsupported type: chan int")},
	} {
		t.Run(c.name, func(t *testing.T) {
			tap, provider := newTap()
			var lines bytes.Buffer
			l := spanlog.Must(spanlog.New(nil, spanlog.OTel{Provider: provider}, spanlog.Writer{Writer: &lines}))
			l.Info("m", "k", c.value)
			l.With("k", c.value).Info("m")
			l.WithGroup("g").Info("m", "k", c.value)
			records, docs := tap.take(), spanlogtest.ParseJSON(t, lines.Bytes())
			for i := range records {
				var got attribute.Value
				records[i].WalkAttributes(func(kv attribute.KeyValue) bool {
					switch kv.Key {
					case "k":
						got = kv.Value
					case "g":
						got = kv.Value.AsMap()[0].Value
					}
					return true
				})
				if fmt.Sprint(got.Type(), got.AsInterface()) != fmt.Sprint(c.want.Type(), c.want.AsInterface()) {
					t.Errorf("record %d: %v %v, want %v %v", i, got.Type(), got, c.want.Type(), c.want)
				}
				if doc := otelDoc(&records[i]); !sameAsJSON(doc, docs[i]) {
					t.Errorf("OTel has\n%v\nJSON has\n%v", doc, docs[i])
				}
			}
		})
	}
}

func TestOTelSeverity(t *testing.T) {
	for _, c := range []struct {
		level slog.Level
		want  log.Severity
		text  string
	}{
		{-100, log.SeverityTrace1, "DEBUG-96"},
		{-9, log.SeverityTrace1, "DEBUG-5"},
		{spanlog.LevelTrace, log.SeverityTrace1, "TRACE"},
		{slog.LevelDebug, log.SeverityDebug1, "DEBUG"},
		{slog.LevelInfo, log.SeverityInfo1, "INFO"},
		{slog.LevelInfo + 2, log.SeverityInfo3, "INFO+2"},
		{slog.LevelWarn, log.SeverityWarn1, "WARN"},
		{slog.LevelError, log.SeverityError1, "ERROR"},
		{spanlog.LevelFatal, log.SeverityFatal1, "FATAL"},
		{15, log.SeverityFatal4, "ERROR+7"},
		{math.MaxInt, log.SeverityFatal4, "ERROR+9223372036854775799"},
		{math.MinInt, log.SeverityTrace1, "DEBUG-9223372036854775804"},
	} {
		tap, provider := newTap()
		l := spanlog.Must(spanlog.New(nil, spanlog.OTel{Provider: provider, Level: slog.Level(math.MinInt)}))
		l.Log(context.Background(), c.level, "m")
		records := tap.take()
		if len(records) != 1 || records[0].Severity() != c.want || records[0].SeverityText() != c.text {
			t.Errorf("level %d: %v, want %v %s", c.level, records, c.want, c.text)
		}
	}
}

// wordlessError cannot be printed.
type wordlessError struct{}

func (wordlessError) Error() string { panic("no text") }

func TestOTelException(t *testing.T) {
	for _, c := range []struct {
		name string
		args []any
		want string
	}{
		{"no error", []any{"k", 1}, "map[k:1]"},
		{"error", []any{spanlog.Err(errors.New("no"))}, "map[error:no exception.message:no exception.type:*errors.errorString]"},
		{"in a group", []any{slog.Group("g", "cause", errors.New("no"))}, "map[exception.message:no exception.type:*errors.errorString g:map[cause:no]]"},
		{"with a stack", []any{"error", stackError{"deep"}}, "map[error:deep exception.message:deep exception.stacktrace:deep\nmain.run\n\tmain.go:7 exception.type:spanlog_test.stackError]"},
		{"wrapped", []any{"error", fmt.Errorf("pay: %w", errors.New("no"))}, "map[error:pay: no exception.message:pay: no exception.type:*errors.errorString]"},
		{"two", []any{"first", errors.New("1"), "second", errors.New("2")}, "map[exception.message:1 exception.type:*errors.errorString first:1 second:2]"},
		{"the program's own", []any{"exception.type", "mine", "error", errors.New("no")}, "map[error:no exception.message:no exception.type:[*errors.errorString mine]]"},
		{"one that panics", []any{"error", wordlessError{}}, "map[error:!PANIC: no text exception.message:panic: no text exception.type:spanlog_test.wordlessError]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tap, provider := newTap()
			l := spanlog.Must(spanlog.New(nil, spanlog.OTel{Provider: provider}))
			l.Error("m", c.args...)
			doc := otelDoc(&tap.take()[0])
			for _, key := range []string{slog.TimeKey, slog.LevelKey, slog.MessageKey} {
				delete(doc, key)
			}
			if got := fmt.Sprint(doc); got != c.want {
				t.Errorf("attributes are\n%s, want\n%s", got, c.want)
			}
		})
	}
}

func TestOTelSource(t *testing.T) {
	tap, provider := newTap()
	l := spanlog.Must(spanlog.New(&spanlog.Options{AddSource: true}, spanlog.OTel{Provider: provider}))
	l.Info("m")
	doc := otelDoc(&tap.take()[0])
	if fn, _ := doc["code.function.name"].(string); !strings.HasSuffix(fn, ".TestOTelSource") {
		t.Errorf("code.function.name is %q", fn)
	}
	if file, _ := doc["code.file.path"].(string); !strings.HasSuffix(file, "otel_test.go") {
		t.Errorf("code.file.path is %q", file)
	}
	if line, _ := doc["code.line.number"].(json.Number).Int64(); line < 1 {
		t.Errorf("code.line.number is %d", line)
	}
}

// TestOTelRecord shows what is not among the attributes.
func TestOTelRecord(t *testing.T) {
	tap, provider := newTap()
	options := &spanlog.Options{
		Service: spanlog.Service{Name: "shop"},
		Redact:  []string{"password"},
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.MessageKey {
				a.Value = slog.StringValue("replaced")
			}
			return a
		},
		SpanContext: func(context.Context) trace.SpanContext {
			return trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: 3})
		},
	}
	l := spanlog.Must(spanlog.New(options, spanlog.OTel{Provider: provider}))
	ctx, cancel := context.WithCancel(spanlog.With(context.Background(), "tenant", "acme"))
	cancel() // a record is written all the same: the tap would return the context's error
	before := time.Now()
	l.ErrorContext(ctx, "secret", "password", "1234")

	r := tap.take()[0]
	if r.Body().AsString() != "replaced" {
		t.Errorf("body %q, want what ReplaceAttr made of the message", r.Body().AsString())
	}
	if r.TraceID() != (trace.TraceID{1}) || r.SpanID() != (trace.SpanID{2}) || r.TraceFlags() != 3 {
		t.Errorf("trace %s, span %s, flags %s, want those of Options.SpanContext", r.TraceID(), r.SpanID(), r.TraceFlags())
	}
	if r.Timestamp().Before(before) || r.ObservedTimestamp().Before(r.Timestamp()) {
		t.Errorf("logged at %v, observed at %v, began at %v", r.Timestamp(), r.ObservedTimestamp(), before)
	}
	doc := otelDoc(&r)
	if doc["tenant"] != "acme" || doc["password"] != "[REDACTED]" || doc["service.name"] != nil {
		t.Errorf("attributes are %v", doc)
	}
	if name := r.InstrumentationScope().Name; name != "github.com/spanlog/spanlog" {
		t.Errorf("scope %q", name)
	}
}

// TestOTelInstalled uses the provider that telemetry.Start leaves behind, whichever
// comes first.
func TestOTelInstalled(t *testing.T) {
	var errs []error
	l := spanlog.Must(spanlog.New(&spanlog.Options{OnError: func(err error) { errs = append(errs, err) }}, spanlog.OTel{}))
	for range 20 { // more than it takes to be broken off
		l.Info("too early")
	}
	if s := l.Stats().Sinks[0]; lost(s) != 20 || len(errs) == 0 || !strings.Contains(errs[0].Error(), "telemetry.Start") {
		t.Errorf("without a provider: %+v, told %v", s, errs)
	}

	tap, provider := newTap()
	installed := logprovider.Install(provider)
	l.Info("now")
	l.InfoContext(logprovider.Quiet(context.Background()), "of the export itself")
	late := spanlog.Must(spanlog.New(nil, spanlog.OTel{}))
	late.Info("late")
	if err := l.Flush(context.Background()); err != nil {
		t.Error(err)
	}
	// Flush brings the news of what is missing.
	if got := bodies(tap); len(got) != 3 || got[0] != "now" || got[1] != "late" || !strings.Contains(got[2], "20 records dropped") {
		t.Errorf("the provider got %q", got)
	}
	if tap.flushed == 0 {
		t.Error("Flush has not reached the provider")
	}
	tap2, provider2 := newTap()
	installed2 := logprovider.Install(provider2)
	installed.Remove()
	l.Info("to the second")
	if got := fmt.Sprint(bodies(tap2)); got != "[to the second]" {
		t.Errorf("the second provider got %s", got)
	}
	installed2.Remove()
	before := lost(l.Stats().Sinks[0])
	l.Info("after the shutdown")
	if n := lost(l.Stats().Sinks[0]) - before; n != 1 {
		t.Errorf("%d records dropped after the shutdown, want 1", n)
	}
	none := logprovider.Install(nolog.NewLoggerProvider())
	defer none.Remove()
	if l.Enabled(context.Background(), slog.LevelError) {
		t.Error("with a provider that wants nothing, the sink is enabled")
	}
}

func bodies(tap *otelTap) (all []string) {
	for _, r := range tap.take() {
		all = append(all, r.Body().AsString())
	}
	return all
}

func TestOTelClosed(t *testing.T) {
	tap, provider := newTap()
	l := spanlog.Must(spanlog.New(nil, spanlog.OTel{Provider: provider}))
	if err := l.Close(); err != nil || tap.flushed != 1 {
		t.Errorf("close: %v, flushed %d times", err, tap.flushed)
	}
	err := l.Handler().Handle(context.Background(), slog.NewRecord(time.Now(), slog.LevelInfo, "late", 0))
	if !errors.Is(err, spanlog.ErrClosed) || len(tap.take()) != 0 {
		t.Errorf("after close: %v", err)
	}
}

// oddProvider panics where it is told to.
type oddProvider struct {
	embedded.LoggerProvider
	inLogger, inEnabled bool
}

func (p oddProvider) Logger(string, ...log.LoggerOption) log.Logger {
	if p.inLogger {
		panic("no logger")
	}
	return oddLogger{inEnabled: p.inEnabled}
}

type oddLogger struct {
	embedded.Logger
	inEnabled bool
}

func (p oddLogger) Enabled(context.Context, log.EnabledParameters) bool {
	if p.inEnabled {
		panic("not asked")
	}
	return true
}

func (oddLogger) Emit(context.Context, log.Record) { panic("no record") }

func TestOTelPanics(t *testing.T) {
	if _, err := spanlog.New(nil, spanlog.OTel{Provider: oddProvider{inLogger: true}}); err == nil || !strings.Contains(err.Error(), "no logger") {
		t.Errorf("a provider that panics when asked for a logger: %v", err)
	}
	for _, p := range []oddProvider{{}, {inEnabled: true}} {
		var buf bytes.Buffer
		l := spanlog.Must(spanlog.New(&spanlog.Options{OnError: func(error) {}}, spanlog.OTel{Provider: p}, spanlog.Writer{Writer: &buf}))
		l.Info("m")
		if s := l.Stats().Sinks; lost(s[0]) != 1 || s[1].Delivered != 1 {
			t.Errorf("%+v: %+v", p, s)
		}
	}
}

// lost is how many records a sink has dropped.
func lost(s spanlog.SinkStats) (n uint64) {
	for _, d := range s.Dropped {
		n += d.Records
	}
	return n
}
