package spanlog_test

import (
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

func TestSchemaChangedKey(t *testing.T) {
	s := spanlog.SchemaDatadog
	s.MessageKey = "msg"
	s.TraceIDKey = "trace"
	got := written(t, &spanlog.Options{Schema: s}, nil, func(l *slog.Logger) {
		l.InfoContext(inSpan(bg), "m", "trace", "mine", "dd.trace_id", "free")
	})
	assert.Equal(t, "changed", got, `{"level":"INFO","msg":"m","trace":"4bf92f3577b34da6a3ce929d0e0e4736","dd.span_id":"67667974448284343","attr.trace":"mine","dd.trace_id":"free"}`)
	if spanlog.SchemaDatadog.MessageKey != "message" {
		t.Error("the schema itself has changed")
	}

	// A key that a format has to quote.
	s = spanlog.Schema{MessageKey: `the "message"`, SpanIDKey: "span id"}
	log := func(l *slog.Logger) { l.InfoContext(inSpan(bg), "m") }
	assert.Equal(t, "JSON", written(t, &spanlog.Options{Schema: s}, spanlog.JSON, log),
		`{"level":"INFO","the \"message\"":"m","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span id":"00f067aa0ba902b7","trace_flags":"01"}`)
	assert.Equal(t, "Text", written(t, &spanlog.Options{Schema: s}, spanlog.Text, log),
		`level=INFO "the \"message\""=m trace_id=4bf92f3577b34da6a3ce929d0e0e4736 "span id"=00f067aa0ba902b7 trace_flags=01`)
}

func TestSchemaCollisions(t *testing.T) {
	for _, test := range []struct {
		name   string
		schema spanlog.Schema
		log    func(*slog.Logger)
		want   string // what follows the span's own fields
	}{
		{"otel", spanlog.SchemaOTel, func(l *slog.Logger) { l.InfoContext(inSpan(bg), "m", "trace_id", "x") }, `,"attr.trace_id":"x"`},
		{"no span", spanlog.SchemaOTel, func(l *slog.Logger) { l.Info("m", "trace_id", "x") }, `,"trace_id":"x"`},
		{"another schema's name", spanlog.SchemaDatadog, func(l *slog.Logger) { l.InfoContext(inSpan(bg), "m", "trace_id", "x") }, `,"trace_id":"x"`},
		{"datadog", spanlog.SchemaDatadog, func(l *slog.Logger) { l.InfoContext(inSpan(bg), "m", "dd.trace_id", "x") }, `,"attr.dd.trace_id":"x"`},
		{"datadog, same span", spanlog.SchemaDatadog, func(l *slog.Logger) { l.InfoContext(inSpan(bg), "m", "dd.span_id", "67667974448284343") }, ``},
		{"datadog, same span as a number", spanlog.SchemaDatadog, func(l *slog.Logger) { l.InfoContext(inSpan(bg), "m", "dd.span_id", uint64(67667974448284343)) }, ``},
		{"datadog, span as hex", spanlog.SchemaDatadog, func(l *slog.Logger) { l.InfoContext(inSpan(bg), "m", "dd.span_id", w3cSpanID) }, `,"attr.dd.span_id":"00f067aa0ba902b7"`},
		{"google, same flag", spanlog.SchemaGoogleCloud("p"), func(l *slog.Logger) {
			l.InfoContext(inSpan(bg), "m", "logging.googleapis.com/trace_sampled", true)
		}, ``},
		{"google, other flag", spanlog.SchemaGoogleCloud("p"), func(l *slog.Logger) {
			l.InfoContext(inSpan(bg), "m", "logging.googleapis.com/trace_sampled", false)
		}, `,"attr.logging.googleapis.com/trace_sampled":false`},
		{"xray", spanlog.SchemaXRay, func(l *slog.Logger) {
			l.InfoContext(inSpan(bg), "m", "xray_trace_id", w3cTraceID)
		}, `,"attr.xray_trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"`},
		{"ecs", spanlog.SchemaECS, func(l *slog.Logger) { l.InfoContext(inSpan(bg), "m", "trace.id", 1) }, `,"ecs.version":"8.11.0","attr.trace.id":1`},
		{"honeycomb's constant", spanlog.SchemaHoneycomb, func(l *slog.Logger) { l.InfoContext(inSpan(bg), "m", "meta.annotation_type", "link") }, `,"attr.meta.annotation_type":"link"`},
		{"zipkin, in a group", spanlog.SchemaZipkin, func(l *slog.Logger) { l.WithGroup("g").InfoContext(inSpan(bg), "m", "traceId", "x") }, `,"g":{"traceId":"x"}`},
		{"zipkin, With", spanlog.SchemaZipkin, func(l *slog.Logger) { l.With("traceId", "x").InfoContext(inSpan(bg), "m") }, `,"attr.traceId":"x"`},
		{"zipkin, context", spanlog.SchemaZipkin, func(l *slog.Logger) { l.InfoContext(spanlog.With(inSpan(bg), "traceId", "x"), "m") }, `,"attr.traceId":"x"`},
		{"a group of the name", spanlog.SchemaOTel, func(l *slog.Logger) { l.InfoContext(inSpan(bg), "m", slog.Group("trace_id", "a", 1)) }, `,"attr.trace_id":{"a":1}`},
	} {
		opts := &spanlog.Options{Schema: test.schema}
		got := written(t, opts, nil, test.log)
		start := written(t, opts, nil, func(l *slog.Logger) { l.InfoContext(inSpan(bg), "m") })
		if test.name == "no span" {
			start = written(t, opts, nil, func(l *slog.Logger) { l.Info("m") })
		}
		start = strings.TrimSuffix(strings.TrimSuffix(start, "}"), `,"ecs.version":"8.11.0"`)
		assert.Equal(t, test.name, got, start+test.want+"}")
		if test.name == "ecs" {
			continue // JSONHandler writes the version elsewhere
		}
		if got := parsed(t, relayed(opts, test.log)); !reflect.DeepEqual(withoutBuiltins(got), withoutBuiltins(parsed(t, start+test.want+"}"))) {
			t.Errorf("%s: relayed %v, want %s", test.name, got, start+test.want+"}")
		}
	}
}

// withoutBuiltins removes what a plain JSONHandler names in its own way.
func withoutBuiltins(m map[string]any) map[string]any {
	for _, k := range []string{"level", "msg", "status", "severity", "message", "log.level"} {
		delete(m, k)
	}
	return m
}

// TestSchemaAfterReplaceAttr is about the order of the two: ReplaceAttr sees
// slog's keys, and what it leaves there gets the schema's.
func TestSchemaAfterReplaceAttr(t *testing.T) {
	for _, test := range []struct {
		name    string
		replace func([]string, slog.Attr) slog.Attr
		want    string
	}{
		{"nothing changed", func(_ []string, a slog.Attr) slog.Attr { return a }, `{"severity":"WARNING","message":"m"}`},
		{"another level", func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.LevelKey {
				a.Value = slog.AnyValue(slog.LevelError)
			}
			return a
		}, `{"severity":"ERROR","message":"m"}`},
		{"level as a text", func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.LevelKey {
				a.Value = slog.StringValue("NOTICE")
			}
			return a
		}, `{"severity":"NOTICE","message":"m"}`},
		{"message as a number", func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.MessageKey {
				a.Value = slog.IntValue(7)
			}
			return a
		}, `{"severity":"WARNING","message":7}`},
		{"renamed", func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.MessageKey {
				a.Key = "text"
			}
			return a
		}, `{"severity":"WARNING","text":"m"}`},
		{"removed", func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.LevelKey {
				return slog.Attr{}
			}
			return a
		}, `{"message":"m"}`},
	} {
		opts := &spanlog.Options{Schema: spanlog.SchemaGoogleCloud("p"), ReplaceAttr: test.replace}
		assert.Equal(t, test.name, written(t, opts, nil, func(l *slog.Logger) { l.Warn("m") }), test.want)
	}
}
