package spanlog_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// schemas are all of them, with the line for one record in each.
var schemas = []struct {
	name   string
	schema spanlog.Schema
	json   string // with everything: source, service, error, span
	text   string // the same, without the source
	bare   string // JSON with neither span nor anything else
}{
	{
		"otel", spanlog.SchemaOTel,
		`{"time":"2026-11-22T11:57:00.123Z","level":"WARN","source":{"function":"FUNC","file":"FILE","line":LINE},"msg":"paid","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","trace_flags":"01","service.name":"shop","service.version":"1.2.3","deployment.environment.name":"prod","host.name":"web-1","error":"EOF","n":1}`,
		`time=2026-11-22T11:57:00.123Z level=WARN msg=paid trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 trace_flags=01 service.name=shop service.version=1.2.3 deployment.environment.name=prod host.name=web-1 error=EOF n=1`,
		`{"time":"2026-11-22T11:57:00.123Z","level":"INFO","msg":"paid"}`,
	},
	{
		"datadog", spanlog.SchemaDatadog,
		`{"timestamp":"2026-11-22T11:57:00.123Z","level":"WARN","caller":{"function":"FUNC","file":"FILE","line":LINE},"message":"paid","dd.trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","dd.span_id":"67667974448284343","dd.service":"shop","dd.version":"1.2.3","dd.env":"prod","host":"web-1","error.message":"EOF","error.kind":"*errors.errorString","n":1}`,
		`timestamp=2026-11-22T11:57:00.123Z level=WARN message=paid dd.trace_id=4bf92f3577b34da6a3ce929d0e0e4736 dd.span_id=67667974448284343 dd.service=shop dd.version=1.2.3 dd.env=prod host=web-1 error.message=EOF error.kind=*errors.errorString n=1`,
		`{"timestamp":"2026-11-22T11:57:00.123Z","level":"INFO","message":"paid"}`,
	},
	{
		"google", spanlog.SchemaGoogleCloud("my-project"),
		`{"time":"2026-11-22T11:57:00.123Z","severity":"WARNING","logging.googleapis.com/sourceLocation":{"function":"FUNC","file":"FILE","line":"LINE"},"message":"paid","logging.googleapis.com/trace":"projects/my-project/traces/4bf92f3577b34da6a3ce929d0e0e4736","logging.googleapis.com/spanId":"00f067aa0ba902b7","logging.googleapis.com/trace_sampled":true,"service.name":"shop","service.version":"1.2.3","deployment.environment.name":"prod","host.name":"web-1","error":"EOF","n":1}`,
		`time=2026-11-22T11:57:00.123Z severity=WARNING message=paid logging.googleapis.com/trace=projects/my-project/traces/4bf92f3577b34da6a3ce929d0e0e4736 logging.googleapis.com/spanId=00f067aa0ba902b7 logging.googleapis.com/trace_sampled=true service.name=shop service.version=1.2.3 deployment.environment.name=prod host.name=web-1 error=EOF n=1`,
		`{"time":"2026-11-22T11:57:00.123Z","severity":"INFO","message":"paid"}`,
	},
	{
		"google without a project", spanlog.SchemaGoogleCloud(""),
		`{"time":"2026-11-22T11:57:00.123Z","severity":"WARNING","logging.googleapis.com/sourceLocation":{"function":"FUNC","file":"FILE","line":"LINE"},"message":"paid","logging.googleapis.com/trace":"4bf92f3577b34da6a3ce929d0e0e4736","logging.googleapis.com/spanId":"00f067aa0ba902b7","logging.googleapis.com/trace_sampled":true,"service.name":"shop","service.version":"1.2.3","deployment.environment.name":"prod","host.name":"web-1","error":"EOF","n":1}`,
		`time=2026-11-22T11:57:00.123Z severity=WARNING message=paid logging.googleapis.com/trace=4bf92f3577b34da6a3ce929d0e0e4736 logging.googleapis.com/spanId=00f067aa0ba902b7 logging.googleapis.com/trace_sampled=true service.name=shop service.version=1.2.3 deployment.environment.name=prod host.name=web-1 error=EOF n=1`,
		`{"time":"2026-11-22T11:57:00.123Z","severity":"INFO","message":"paid"}`,
	},
	{
		"xray", spanlog.SchemaXRay,
		`{"time":"2026-11-22T11:57:00.123Z","level":"WARN","source":{"function":"FUNC","file":"FILE","line":LINE},"msg":"paid","xray_trace_id":"1-4bf92f35-77b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","trace_flags":"01","service.name":"shop","service.version":"1.2.3","deployment.environment.name":"prod","host.name":"web-1","error":"EOF","n":1}`,
		`time=2026-11-22T11:57:00.123Z level=WARN msg=paid xray_trace_id=1-4bf92f35-77b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 trace_flags=01 service.name=shop service.version=1.2.3 deployment.environment.name=prod host.name=web-1 error=EOF n=1`,
		`{"time":"2026-11-22T11:57:00.123Z","level":"INFO","msg":"paid"}`,
	},
	{
		"ecs", spanlog.SchemaECS,
		`{"@timestamp":"2026-11-22T11:57:00.123Z","log.level":"warn","log.origin":{"function":"FUNC","file.name":"FILE","file.line":LINE},"message":"paid","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7","ecs.version":"8.11.0","service.name":"shop","service.version":"1.2.3","service.environment":"prod","host.name":"web-1","error.message":"EOF","error.type":"*errors.errorString","n":1}`,
		`@timestamp=2026-11-22T11:57:00.123Z log.level=warn message=paid trace.id=4bf92f3577b34da6a3ce929d0e0e4736 span.id=00f067aa0ba902b7 ecs.version=8.11.0 service.name=shop service.version=1.2.3 service.environment=prod host.name=web-1 error.message=EOF error.type=*errors.errorString n=1`,
		`{"@timestamp":"2026-11-22T11:57:00.123Z","log.level":"info","message":"paid","ecs.version":"8.11.0"}`,
	},
	{
		"newrelic", spanlog.SchemaNewRelic,
		`{"timestamp":"2026-11-22T11:57:00.123Z","level":"WARN","source":{"function":"FUNC","file":"FILE","line":LINE},"message":"paid","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7","service.name":"shop","service.version":"1.2.3","deployment.environment.name":"prod","hostname":"web-1","error":"EOF","n":1}`,
		`timestamp=2026-11-22T11:57:00.123Z level=WARN message=paid trace.id=4bf92f3577b34da6a3ce929d0e0e4736 span.id=00f067aa0ba902b7 service.name=shop service.version=1.2.3 deployment.environment.name=prod hostname=web-1 error=EOF n=1`,
		`{"timestamp":"2026-11-22T11:57:00.123Z","level":"INFO","message":"paid"}`,
	},
	{
		"honeycomb", spanlog.SchemaHoneycomb,
		`{"time":"2026-11-22T11:57:00.123Z","level":"WARN","source":{"function":"FUNC","file":"FILE","line":LINE},"msg":"paid","trace.trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","trace.parent_id":"00f067aa0ba902b7","meta.annotation_type":"span_event","service.name":"shop","service.version":"1.2.3","deployment.environment.name":"prod","host.name":"web-1","error":"EOF","n":1}`,
		`time=2026-11-22T11:57:00.123Z level=WARN msg=paid trace.trace_id=4bf92f3577b34da6a3ce929d0e0e4736 trace.parent_id=00f067aa0ba902b7 meta.annotation_type=span_event service.name=shop service.version=1.2.3 deployment.environment.name=prod host.name=web-1 error=EOF n=1`,
		`{"time":"2026-11-22T11:57:00.123Z","level":"INFO","msg":"paid"}`,
	},
	{
		"zipkin", spanlog.SchemaZipkin,
		`{"time":"2026-11-22T11:57:00.123Z","level":"WARN","source":{"function":"FUNC","file":"FILE","line":LINE},"msg":"paid","traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","service.name":"shop","service.version":"1.2.3","deployment.environment.name":"prod","host.name":"web-1","error":"EOF","n":1}`,
		`time=2026-11-22T11:57:00.123Z level=WARN msg=paid traceId=4bf92f3577b34da6a3ce929d0e0e4736 spanId=00f067aa0ba902b7 service.name=shop service.version=1.2.3 deployment.environment.name=prod host.name=web-1 error=EOF n=1`,
		`{"time":"2026-11-22T11:57:00.123Z","level":"INFO","msg":"paid"}`,
	},
}

var shop = spanlog.Service{Name: "shop", Version: "1.2.3", Env: "prod", Host: "web-1"}

func TestSchemas(t *testing.T) {
	pc, src := here()
	fill := strings.NewReplacer("FUNC", src.Function, "FILE", src.File, "LINE", strconv.Itoa(src.Line))
	for _, test := range schemas {
		t.Run(test.name, func(t *testing.T) {
			var asJSON, asText, bare bytes.Buffer
			full := &spanlog.Options{AddSource: true, Schema: test.schema, Service: shop}
			l := open(t, full, spanlog.Writer{Writer: &asJSON})
			slog.New(stamp{l.Handler(), noon, pc}).WarnContext(inSpan(bg), "paid", spanlog.Err(io.EOF), "n", 1)
			assert.Equal(t, "JSON", asJSON.String(), fill.Replace(test.json)+"\n")

			l = open(t, &spanlog.Options{Schema: test.schema, Service: shop}, spanlog.Writer{Writer: &asText, Format: spanlog.Text})
			slog.New(stamp{l.Handler(), noon, pc}).WarnContext(inSpan(bg), "paid", spanlog.Err(io.EOF), "n", 1)
			assert.Equal(t, "Text", asText.String(), test.text+"\n")

			l = open(t, &spanlog.Options{Schema: test.schema}, spanlog.Writer{Writer: &bare})
			slog.New(stamp{l.Handler(), noon, pc}).Info("paid")
			assert.Equal(t, "bare", bare.String(), test.bare+"\n")
		})
	}
}

// TestSchemaUnsampled is about what the flags look like where they are written.
func TestSchemaUnsampled(t *testing.T) {
	for _, test := range []struct {
		name   string
		schema spanlog.Schema
		flags  trace.TraceFlags
		want   string
	}{
		{"otel", spanlog.SchemaOTel, 0, `"trace_flags":"00"`},
		{"otel, sampled and random", spanlog.SchemaOTel, 3, `"trace_flags":"03"`},
		{"xray", spanlog.SchemaXRay, 0, `"trace_flags":"00"`},
		{"google", spanlog.SchemaGoogleCloud("p"), 0, `"logging.googleapis.com/trace_sampled":false`},
		{"google, random", spanlog.SchemaGoogleCloud("p"), 2, `"logging.googleapis.com/trace_sampled":false`},
		{"google, sampled and random", spanlog.SchemaGoogleCloud("p"), 3, `"logging.googleapis.com/trace_sampled":true`},
	} {
		got := written(t, &spanlog.Options{Schema: test.schema}, spanlog.JSON, func(l *slog.Logger) {
			l.InfoContext(trace.ContextWithSpanContext(bg, w3cSpan(test.flags)), "m")
		})
		if !strings.Contains(got, test.want) {
			t.Errorf("%s: got %s, want %s in it", test.name, got, test.want)
		}
	}
}

// TestSchemaTraceOnly is about a caller that sent a trace id and no span id.
func TestSchemaTraceOnly(t *testing.T) {
	sc := w3cSpan(trace.FlagsSampled).WithSpanID(trace.SpanID{})
	for _, test := range []struct {
		schema spanlog.Schema
		want   string
	}{
		{spanlog.SchemaOTel, `{"level":"INFO","msg":"m","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","trace_flags":"01","span_id":"mine"}`},
		{spanlog.SchemaDatadog, `{"level":"INFO","message":"m","dd.trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"mine"}`},
		{spanlog.SchemaHoneycomb, `{"level":"INFO","msg":"m","trace.trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","meta.annotation_type":"span_event","span_id":"mine"}`},
	} {
		opts := &spanlog.Options{Schema: test.schema, SpanContext: func(context.Context) trace.SpanContext { return sc }}
		log := func(l *slog.Logger) { l.Info("m", "span_id", "mine") }
		assert.Equal(t, "JSON", written(t, opts, spanlog.JSON, log), test.want)
	}
}

// TestSchemaRelay compares a handler of somebody else's, told the names by
// ReplaceAttr, with our own JSON.
func TestSchemaRelay(t *testing.T) {
	pc, src := here()
	fill := strings.NewReplacer("FUNC", src.Function, "FILE", src.File, "LINE", strconv.Itoa(src.Line))
	levels := []slog.Level{spanlog.LevelTrace, slog.LevelDebug, slog.LevelInfo, slog.LevelInfo + 2, slog.LevelError, spanlog.LevelFatal}
	for _, test := range schemas {
		var theirs bytes.Buffer
		opts := &spanlog.Options{Schema: test.schema, Service: shop, AddSource: true, Level: spanlog.LevelTrace}
		next := slog.NewJSONHandler(&theirs, &slog.HandlerOptions{AddSource: true, Level: spanlog.LevelTrace, ReplaceAttr: test.schema.ReplaceAttr})
		var ours bytes.Buffer
		l := open(t, opts, spanlog.Relay{Handler: next}, spanlog.Writer{Writer: &ours})
		log := slog.New(stamp{l.Handler(), noon, pc})
		log.WarnContext(inSpan(bg), "paid", spanlog.Err(io.EOF), "n", 1)
		if got, want := parsed(t, theirs.String()), parsed(t, fill.Replace(test.json)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %v\nwant %v", test.name, got, want)
		}
		for _, level := range levels {
			ours.Reset()
			theirs.Reset()
			log.With("a", 1).WithGroup("g").LogAttrs(inSpan(bg), level, "m", slog.Any("msg", "inner"), slog.Any("level", level))
			if got, want := parsed(t, theirs.String()), parsed(t, ours.String()); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %v:\nrelay %v\n ours %v", test.name, level, got, want)
			}
		}

		// NewHandler does the same, without the service of the environment.
		theirs.Reset()
		h := spanlog.NewHandler(next, &spanlog.Options{Schema: test.schema, Service: shop})
		slog.New(stamp{h, noon, pc}).WarnContext(inSpan(bg), "paid", spanlog.Err(io.EOF), "n", 1)
		if got, want := parsed(t, theirs.String()), parsed(t, fill.Replace(test.json)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: NewHandler:\n got %v\nwant %v", test.name, got, want)
		}
	}
}

func TestSchemaReplaceAttr(t *testing.T) {
	src := &slog.Source{Function: "f", File: "a.go", Line: 7}
	for _, test := range []struct {
		name   string
		schema spanlog.Schema
		groups []string
		attr   slog.Attr
		want   string
	}{
		{"time", spanlog.SchemaECS, nil, slog.Time("time", noon), "@timestamp=2026-11-22 11:57:00.123 +0000 UTC"},
		{"a text under time", spanlog.SchemaECS, nil, slog.String("time", "now"), "time=now"},
		{"level", spanlog.SchemaGoogleCloud("p"), nil, slog.Any("level", slog.LevelWarn), "severity=WARNING"},
		{"a text under level", spanlog.SchemaGoogleCloud("p"), nil, slog.String("level", "high"), "level=high"},
		{"message", spanlog.SchemaDatadog, nil, slog.String("msg", "hi"), "message=hi"},
		{"a number under msg", spanlog.SchemaDatadog, nil, slog.Int("msg", 1), "msg=1"},
		{"in a group", spanlog.SchemaDatadog, []string{"g"}, slog.String("msg", "hi"), "msg=hi"},
		{"source", spanlog.SchemaECS, nil, slog.Any("source", src), "log.origin=[function=f file.name=a.go file.line=7]"},
		{"no source", spanlog.SchemaECS, nil, slog.Any("source", new(slog.Source)), "=<nil>"},
		{"something else", spanlog.SchemaECS, nil, slog.Int("n", 1), "n=1"},
		{"TRACE", spanlog.SchemaOTel, nil, slog.Any("level", spanlog.LevelTrace), "level=TRACE"},
		{"zero Schema", spanlog.Schema{}, nil, slog.String("msg", "hi"), "msg=hi"},
	} {
		if got := test.schema.ReplaceAttr(test.groups, test.attr).String(); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestSchemaSeverity(t *testing.T) {
	for _, test := range []struct {
		level               slog.Level
		otel, google, lower string
	}{
		{-9, "DEBUG-5", "DEBUG", "debug-5"},
		{spanlog.LevelTrace, "TRACE", "DEBUG", "trace"},
		{-7, "DEBUG-3", "DEBUG", "debug-3"},
		{slog.LevelDebug, "DEBUG", "DEBUG", "debug"},
		{-1, "DEBUG+3", "DEBUG", "debug+3"},
		{slog.LevelInfo, "INFO", "INFO", "info"},
		{2, "INFO+2", "INFO", "info+2"},
		{slog.LevelWarn, "WARN", "WARNING", "warn"},
		{7, "WARN+3", "WARNING", "warn+3"},
		{slog.LevelError, "ERROR", "ERROR", "error"},
		{11, "ERROR+3", "ERROR", "error+3"},
		{spanlog.LevelFatal, "FATAL", "CRITICAL", "fatal"},
		{13, "ERROR+5", "CRITICAL", "error+5"},
	} {
		for _, s := range []struct {
			schema    spanlog.Schema
			key, want string
		}{
			{spanlog.SchemaOTel, "level", test.otel},
			{spanlog.SchemaDatadog, "level", test.otel},
			{spanlog.SchemaGoogleCloud("p"), "severity", test.google},
			{spanlog.SchemaECS, "log.level", test.lower},
		} {
			opts := &spanlog.Options{Schema: s.schema, Level: slog.Level(-99)}
			log := func(l *slog.Logger) { l.Log(bg, test.level, "m") }
			if got := parsed(t, written(t, opts, spanlog.JSON, log))[s.key]; got != s.want {
				t.Errorf("%d: %s is %v, want %s", test.level, s.key, got, s.want)
			}
		}
	}
}

func TestParseSchema(t *testing.T) {
	project := spanlog.SchemaGoogleCloud("My-Project")
	for _, test := range []struct {
		in   string
		want spanlog.Schema
		err  string // part of the error; "" is none
	}{
		{"otel", spanlog.SchemaOTel, ""},
		{"OpenTelemetry", spanlog.SchemaOTel, ""},
		{"splunk", spanlog.SchemaOTel, ""},
		{"cloudwatch", spanlog.SchemaOTel, ""},
		{"loki", spanlog.SchemaOTel, ""},
		{"Datadog", spanlog.SchemaDatadog, ""},
		{" ecs ", spanlog.SchemaECS, ""},
		{"elastic", spanlog.SchemaECS, ""},
		{"xray", spanlog.SchemaXRay, ""},
		{"newrelic", spanlog.SchemaNewRelic, ""},
		{"honeycomb", spanlog.SchemaHoneycomb, ""},
		{"zipkin", spanlog.SchemaZipkin, ""},
		{"brave", spanlog.SchemaZipkin, ""},
		{"MICROMETER", spanlog.SchemaZipkin, ""},
		{"google", spanlog.SchemaGoogleCloud(""), ""},
		{"google:", spanlog.SchemaGoogleCloud(""), ""},
		{"Google:My-Project", project, ""},
		{"", spanlog.Schema{}, `schema ""`},
		{"jaeger", spanlog.Schema{}, `schema "jaeger"`},
		{"otel:project", spanlog.Schema{}, `schema "otel:project"`},
		{"datadog:x", spanlog.Schema{}, `schema "datadog:x"`},
	} {
		got, err := spanlog.ParseSchema(test.in)
		if got != test.want || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("ParseSchema(%q): got %+v, %v", test.in, got, err)
		}
	}
}
