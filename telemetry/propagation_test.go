package telemetry

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

const (
	traceID = "0af7651916cd43dd8448eb211c80319c"
	spanID  = "b7ad6b7169203331"
	otherID = "4bf92f3577b34da6a3ce929d0e0e4736"
)

// carrier makes headers from words of the form name=value.
func carrier(words string) propagation.MapCarrier {
	c := propagation.MapCarrier{}
	for _, word := range strings.Fields(words) {
		name, value, _ := strings.Cut(word, "=")
		c[name] = value
	}
	return c
}

func TestExtract(t *testing.T) {
	clearEnv(t)
	var warn warnings
	p := propagatorFromEnv(&warn)
	for _, tt := range []struct{ name, headers, want string }{
		{"nothing", "", ""},
		{"W3C", "traceparent=00-" + traceID + "-" + spanID + "-01", traceID + " " + spanID + " 01"},
		{"W3C, not sampled", "traceparent=00-" + traceID + "-" + spanID + "-00", traceID + " " + spanID + " 00"},
		{"B3 single", "b3=" + traceID + "-" + spanID + "-1", traceID + " " + spanID + " 01"},
		{"B3 single, 64 bits", "b3=8448eb211c80319c-" + spanID + "-1", "00000000000000008448eb211c80319c " + spanID + " 01"},
		{"B3 single, debug", "b3=" + traceID + "-" + spanID + "-d", traceID + " " + spanID + " 01"},
		{"B3 multi", "x-b3-traceid=" + traceID + " x-b3-spanid=" + spanID + " x-b3-sampled=1", traceID + " " + spanID + " 01"},
		{"B3 multi, not sampled", "x-b3-traceid=" + traceID + " x-b3-spanid=" + spanID + " x-b3-sampled=0", traceID + " " + spanID + " 00"},
		{"both, W3C wins", "traceparent=00-" + traceID + "-" + spanID + "-01 b3=" + otherID + "-" + spanID + "-1", traceID + " " + spanID + " 01"},
		{"bad W3C, good B3", "traceparent=00-x b3=" + traceID + "-" + spanID + "-1", traceID + " " + spanID + " 01"},
		{"bad", "b3=x traceparent=y", ""},
		{"baggage alone", "baggage=tenant=blue", "tenant=blue"},
		{"B3 and baggage", "b3=" + traceID + "-" + spanID + "-1 baggage=tenant=blue", traceID + " " + spanID + " 01 tenant=blue"},
	} {
		ctx := p.Extract(context.Background(), carrier(tt.headers))
		var got []string
		if s := trace.SpanContextFromContext(ctx); s.IsValid() {
			got = append(got, s.TraceID().String(), s.SpanID().String(), s.TraceFlags().String())
			if !s.IsRemote() {
				t.Errorf("%s: not remote", tt.name)
			}
		}
		if b := baggage.FromContext(ctx).String(); b != "" {
			got = append(got, b)
		}
		if got := strings.Join(got, " "); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestInject(t *testing.T) {
	id, _ := trace.TraceIDFromHex(traceID)
	span, _ := trace.SpanIDFromHex(spanID)
	withSpan := trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: span, TraceFlags: 1}))
	member, _ := baggage.NewMember("tenant", "blue")
	bag, _ := baggage.New(member)
	const (
		w3c    = "traceparent=00-" + traceID + "-" + spanID + "-01"
		single = "b3=" + traceID + "-" + spanID + "-1"
		multi  = "x-b3-sampled=1 x-b3-spanid=" + spanID + " x-b3-traceid=" + traceID
	)
	for _, tt := range []struct {
		env  string
		ctx  context.Context
		want string
		warn string
	}{
		{"", withSpan, w3c + " " + multi, ""},
		{"", baggage.ContextWithBaggage(withSpan, bag), "baggage=tenant=blue " + w3c + " " + multi, ""},
		{"", baggage.ContextWithBaggage(context.Background(), bag), "baggage=tenant=blue", ""},
		{"", context.Background(), "", ""}, // above all, no "not sampled"
		{"b3", context.Background(), "", ""},
		{"b3", withSpan, single, ""},
		{"b3multi", withSpan, multi, ""},
		{"b3,b3multi", withSpan, single + " " + multi, ""},
		{"tracecontext", withSpan, w3c, ""},
		{"B3, TraceContext", withSpan, single + " " + w3c, ""},
		{"baggage", withSpan, "", ""},
		{"none", withSpan, "", ""},
		{"jaeger,b3", withSpan, single, "telemetry: OTEL_PROPAGATORS: \"jaeger\": not supported: want tracecontext, baggage, b3, b3multi or none\n"},
		{"xray", withSpan, w3c + " " + multi, "telemetry: OTEL_PROPAGATORS: \"xray\": not supported: want tracecontext, baggage, b3, b3multi or none\n"},
	} {
		t.Setenv(envPropagators, tt.env)
		var warn warnings
		p := propagatorFromEnv(&warn)
		got := propagation.MapCarrier{}
		p.Inject(tt.ctx, got)
		var words []string
		for _, name := range slices.Sorted(maps.Keys(got)) {
			words = append(words, name+"="+got[name])
		}
		if got := strings.Join(words, " "); got != tt.want || warn.text() != tt.warn {
			t.Errorf("%q: got %q, want %q; warnings %q", tt.env, got, tt.want, warn.text())
		}
	}
}

// TestPropagatorOption shows that code wins over the environment.
func TestPropagatorOption(t *testing.T) {
	setEnv(t, "OTEL_PROPAGATORS=smoke")
	_, errs := start(t, Options{Propagator: propagation.Baggage{}})
	if errs.all() != nil {
		t.Errorf("errors: %s", errs)
	}
}
