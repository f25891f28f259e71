package e2e_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/telemetry"
)

// remote is the span of a caller elsewhere.
var remote = trace.NewSpanContext(trace.SpanContextConfig{
	TraceID:    trace.TraceID{0: 0x5b, 7: 0x01, 15: 0xe2},
	SpanID:     trace.SpanID{0: 0x0a, 7: 0x1e},
	TraceFlags: trace.FlagsSampled,
	Remote:     true,
})

// wantSpan is what a span must be when it comes out of the Collector.
type wantSpan struct {
	id, parent string
	name       string
	kind       int               // in OTLP's numbers
	code       int               // of the status
	message    string            // of the status
	attributes map[string]string // at least these
	events     []string          // names
}

// byZipkin is what is left of a span on its way through Zipkin's format.
func (w wantSpan) byZipkin() wantSpan {
	if w.kind == 1 { // internal: Zipkin has no word for it
		w.kind = 0
	}
	tags := make(map[string]string)
	for key, value := range w.attributes {
		tags[key] = tagOf[value]
	}
	if w.code == otlpError { // the message is a tag that the Collector leaves alone
		tags["error"], w.message = `{"stringValue":"`+w.message+`"}`, ""
	}
	if w.code == otlpOK { // the Collector expects another spelling than OpenTelemetry's OK
		w.code = 0
	}
	w.attributes = tags
	return w
}

// tagOf has the values of attributes and what they are as Zipkin's tags, which
// are all strings.
var tagOf = map[string]string{
	`{"stringValue":"Zoë \"Z\"\n"}`:   `{"stringValue":"Zoë \"Z\"\n"}`,
	`{"intValue":"9007199254740993"}`: `{"stringValue":"9007199254740993"}`,
	`{"doubleValue":12.5}`:            `{"stringValue":"12.5"}`,
	`{"boolValue":true}`:              `{"stringValue":"true"}`,
	`{"arrayValue":{"values":[{"stringValue":"a"},{"stringValue":"b"}]}}`: `{"stringValue":"[\"a\",\"b\"]"}`,
}

// times of the spans, to the microsecond, as Zipkin has them.
var (
	begin = time.Date(2026, 3, 29, 1, 30, 0, 123456000, time.UTC)
	end   = begin.Add(250 * time.Millisecond)
)

// makeTrace makes a trace that has one of everything. Its root has a parent
// elsewhere.
func makeTrace(ctx context.Context) []wantSpan {
	tracer := otel.Tracer("e2e")
	at, until := trace.WithTimestamp(begin), trace.WithTimestamp(end)
	ctx = trace.ContextWithRemoteSpanContext(ctx, remote)

	ctx, server := tracer.Start(ctx, "get /cart", at, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		attribute.String("cart.owner", "Zoë \"Z\"\n"),
		attribute.Int64("cart.items", 1<<53+1),
		attribute.Float64("cart.total", 12.5),
		attribute.Bool("cart.paid", true),
		attribute.StringSlice("cart.tags", []string{"a", "b"}),
	))
	_, client := tracer.Start(ctx, "select", at, trace.WithSpanKind(trace.SpanKindClient))
	client.RecordError(errors.New("no such table"), at)
	client.SetStatus(codes.Error, "no such table")
	client.End(until)
	_, producer := tracer.Start(ctx, "publish", at, trace.WithSpanKind(trace.SpanKindProducer))
	producer.End(until)
	_, consumer := tracer.Start(ctx, "receive", at, trace.WithSpanKind(trace.SpanKindConsumer))
	consumer.End(until)
	_, internal := tracer.Start(ctx, "render", at)
	internal.AddEvent("first byte", at, trace.WithAttributes(attribute.Int("bytes", 42)))
	internal.AddEvent("last byte", until)
	internal.SetStatus(codes.Ok, "")
	internal.End(until)
	server.End(until)

	id := func(s trace.Span) string { return s.SpanContext().SpanID().String() }
	root := id(server)
	return []wantSpan{
		{
			id: root, parent: remote.SpanID().String(), name: "get /cart", kind: 2,
			attributes: map[string]string{
				"cart.owner": `{"stringValue":"Zoë \"Z\"\n"}`,
				"cart.items": `{"intValue":"9007199254740993"}`,
				"cart.total": `{"doubleValue":12.5}`,
				"cart.paid":  `{"boolValue":true}`,
				"cart.tags":  `{"arrayValue":{"values":[{"stringValue":"a"},{"stringValue":"b"}]}}`,
			},
		},
		{id: id(client), parent: root, name: "select", kind: 3, code: otlpError, message: "no such table", events: []string{"exception"}},
		{id: id(producer), parent: root, name: "publish", kind: 4},
		{id: id(consumer), parent: root, name: "receive", kind: 5},
		{id: id(internal), parent: root, name: "render", kind: 1, code: otlpOK, events: []string{"first byte", "last byte"}},
	}
}

// TestCollectorSpans sends one trace in each of the two formats to a Collector,
// which is a reader of both that others have written, and compares what it made
// of them with what was meant.
func TestCollectorSpans(t *testing.T) {
	tests := []struct {
		name    string
		options func(*collector) telemetry.Options
	}{
		{"by OTLP", func(c *collector) telemetry.Options { return telemetry.Options{OTLP: c.OTLP} }},
		{"by Zipkin", func(c *collector) telemetry.Options { return telemetry.Options{Zipkin: c.Zipkin} }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := startCollector(t)
			opts := test.options(c)
			opts.Service = spanlog.Service{Name: "cart", Version: "1.2.3"}
			opts.OnError = func(err error) { t.Error(err) }
			shutdown, err := telemetry.Start(t.Context(), opts)
			if err != nil {
				t.Fatal(err)
			}
			want := makeTrace(t.Context())
			if err := shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			c.Stop(t)

			got := make(map[string]otlpSpan)
			for _, request := range readLines[otlpTraces](t, c.TracesFile) {
				for _, r := range request.ResourceSpans {
					if name := r.Resource.Attributes["service.name"]; name != `{"stringValue":"cart"}` {
						t.Errorf("service.name is %s", name)
					}
					for _, scope := range r.ScopeSpans {
						for _, s := range scope.Spans {
							got[s.SpanID] = s
						}
					}
				}
			}
			if len(got) != len(want) {
				t.Errorf("%d spans, want %d", len(got), len(want))
			}
			for _, w := range want {
				s, ok := got[w.id]
				if !ok {
					t.Errorf("span %q is not there", w.name)
					continue
				}
				if opts.Zipkin != "" {
					w = w.byZipkin()
				}
				checkSpan(t, s, w)
			}
		})
	}
}

// checkSpan compares a span with what was meant.
func checkSpan(t *testing.T, s otlpSpan, w wantSpan) {
	t.Helper()
	if s.TraceID != remote.TraceID().String() {
		t.Errorf("%s: trace %s, want %s", w.name, s.TraceID, remote.TraceID())
	}
	if s.ParentSpanID != w.parent {
		t.Errorf("%s: parent %s, want %s", w.name, s.ParentSpanID, w.parent)
	}
	if s.Name != w.name || s.Kind != w.kind {
		t.Errorf("%s: name %q of kind %d, want kind %d", w.name, s.Name, s.Kind, w.kind)
	}
	if s.Start != nanoseconds(begin) || s.End != nanoseconds(end) {
		t.Errorf("%s: from %s to %s, want from %s to %s", w.name, s.Start, s.End, nanoseconds(begin), nanoseconds(end))
	}
	if s.Status.Code != w.code || s.Status.Message != w.message {
		t.Errorf("%s: status %d %q, want %d %q", w.name, s.Status.Code, s.Status.Message, w.code, w.message)
	}
	for _, key := range slices.Sorted(maps.Keys(w.attributes)) {
		if s.Attributes[key] != w.attributes[key] {
			t.Errorf("%s: %s is %s, want %s", w.name, key, s.Attributes[key], w.attributes[key])
		}
	}
	var events []string
	for _, e := range s.Events {
		name, _, _ := strings.Cut(e.Name, ": {") // Zipkin has no place for attributes but the name
		events = append(events, name)
	}
	if !slices.Equal(events, w.events) {
		t.Errorf("%s: events %q, want %q", w.name, events, w.events)
	}
}

// nanoseconds is a time as OTLP has it.
func nanoseconds(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }
