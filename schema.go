package spanlog

import (
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"github.com/spanlog/spanlog/internal/levelname"
)

// Schema names the fields that a record has besides its attributes, and says
// which form their values take, so that a back end finds the trace of a record
// without being configured. It applies to JSON, Text, [Relay] and Pattern's
// %(trace)s; the rest of Pattern, and Pretty, have forms of their own.
//
// The zero value is [SchemaOTel]. The keys are exported so that one can be
// changed:
//
//	s := spanlog.SchemaDatadog
//	s.MessageKey = "msg"
//
// An empty key means OpenTelemetry's, or slog's for the four that slog has. A
// dotted key is one flat key, as the back ends expect it in JSON.
//
// Renames cost nothing per record: they are worked out when a logger is made.
type Schema struct {
	TimeKey    string // By default, "time".
	LevelKey   string // By default, "level".
	SourceKey  string // By default, "source".
	MessageKey string // By default, "msg".

	TraceIDKey    string // By default, "trace_id".
	SpanIDKey     string // By default, "span_id".
	TraceFlagsKey string // By default, "trace_flags".

	ServiceNameKey    string // By default, "service.name".
	ServiceVersionKey string // By default, "service.version".
	ServiceEnvKey     string // By default, "deployment.environment.name".
	HostKey           string // By default, "host.name".

	name    string // as ParseSchema knows it; "" is OpenTelemetry
	project string // Google Cloud: the project that traces belong to

	traceForm, spanForm idForm
	flags               flagsForm
	level               levelForm
	source              sourceForm
	err                 errorForm
	constKey, constVal  string // a field on every record
	linkKey, linkVal    string // a field on every record with a trace
}

// The forms in which back ends want what OpenTelemetry gives as hex digits, and
// slog as a level, a source or an error. The zero forms are theirs.
type (
	idForm     uint8
	flagsForm  uint8
	levelForm  uint8
	sourceForm uint8
	errorForm  uint8
)

const (
	idHex     idForm = iota // lower-case hex, 32 or 16 digits
	idDecimal               // the id's low 64 bits as a decimal string
	idXRay                  // 1-<8 hex>-<24 hex>
	idProject               // projects/PROJECT/traces/<32 hex>
)

const (
	flagsHex     flagsForm = iota // two hex digits
	flagsSampled                  // true or false
	flagsNone                     // no field
)

const (
	levelSlog   levelForm = iota // slog's names, and TRACE and FATAL
	levelGoogle                  // Cloud Logging's severities
	levelLower                   // slog's in lower case
)

const (
	sourceSlog   sourceForm = iota // function, file, line
	sourceGoogle                   // the same, the line as a string
	sourceECS                      // function, file.name, file.line
)

const (
	errorSlog  errorForm = iota // the key as given, the error's text
	errorField                  // error.message, error.type, error.stack_trace
	errorKind                   // error.message, error.kind, error.stack
)

// The schemas of the vendors' documentation. Splunk, Amazon CloudWatch and
// Grafana Loki read OpenTelemetry's names.
var (
	// SchemaOTel is OpenTelemetry's "trace context in non-OTLP log formats"
	// (https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/).
	// It is the default:
	//
	//	{"time":…,"level":"INFO","msg":…,"trace_id":"4bf92f35…","span_id":"00f067aa0ba902b7","trace_flags":"01"}
	SchemaOTel = Schema{}

	// SchemaDatadog is what Datadog's trace-log correlation reads: ids under
	// dd.*, the trace as hex and the span as a decimal number, both strings
	// (https://docs.datadoghq.com/tracing/other_telemetry/connect_logs_and_traces/opentelemetry/).
	// Errors become error.message, error.kind and error.stack.
	//
	//	{"timestamp":…,"level":"INFO","message":…,"dd.trace_id":"4bf92f35…","dd.span_id":"67667974448284343"}
	SchemaDatadog = Schema{
		name:    "datadog",
		TimeKey: "timestamp", MessageKey: "message", SourceKey: "caller",
		TraceIDKey: "dd.trace_id", SpanIDKey: "dd.span_id",
		ServiceNameKey: "dd.service", ServiceVersionKey: "dd.version", ServiceEnvKey: "dd.env", HostKey: "host",
		spanForm: idDecimal, flags: flagsNone, err: errorKind,
	}

	// SchemaECS is the Elastic Common Schema, version 8.11
	// (https://www.elastic.co/guide/en/ecs/8.11/ecs-field-reference.html). Errors become
	// error.message, error.type and error.stack_trace.
	//
	//	{"@timestamp":…,"log.level":"info","message":…,"trace.id":"4bf92f35…","span.id":"00f067aa0ba902b7","ecs.version":"8.11.0"}
	SchemaECS = Schema{
		name:    "ecs",
		TimeKey: "@timestamp", LevelKey: "log.level", MessageKey: "message", SourceKey: "log.origin",
		TraceIDKey: "trace.id", SpanIDKey: "span.id",
		ServiceEnvKey: "service.environment",
		flags:         flagsNone, level: levelLower, source: sourceECS, err: errorField,
		constKey: "ecs.version", constVal: "8.11.0",
	}

	// SchemaXRay is for AWS X-Ray through CloudWatch Logs. The form of the trace id is
	// X-Ray's (https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html).
	//
	//	{"time":…,"level":"INFO","msg":…,"xray_trace_id":"1-4bf92f35-77b34da6a3ce929d0e0e4736","span_id":…,"trace_flags":"01"}
	SchemaXRay = Schema{
		name:       "xray",
		TraceIDKey: "xray_trace_id",
		traceForm:  idXRay,
	}

	// SchemaNewRelic is New Relic's logs in context
	// (https://github.com/newrelic/newrelic-exporter-specs/blob/master/logging/README.md).
	//
	//	{"timestamp":…,"level":"INFO","message":…,"trace.id":"4bf92f35…","span.id":"00f067aa0ba902b7"}
	SchemaNewRelic = Schema{
		name:    "newrelic",
		TimeKey: "timestamp", MessageKey: "message",
		TraceIDKey: "trace.id", SpanIDKey: "span.id",
		HostKey: "hostname",
		flags:   flagsNone,
	}

	// SchemaHoneycomb hangs each record on its span as a span event, which is a record
	// with the span as its parent (https://docs.honeycomb.io/enhance/add-context).
	//
	//	{"time":…,"level":"INFO","msg":…,"trace.trace_id":"4bf92f35…","trace.parent_id":"00f067aa0ba902b7","meta.annotation_type":"span_event"}
	SchemaHoneycomb = Schema{
		name:       "honeycomb",
		TraceIDKey: "trace.trace_id", SpanIDKey: "trace.parent_id",
		flags:   flagsNone,
		linkKey: "meta.annotation_type", linkVal: "span_event",
	}

	// SchemaZipkin has the names of Zipkin's Brave and of Micrometer.
	//
	//	{"time":…,"level":"INFO","msg":…,"traceId":"4bf92f35…","spanId":"00f067aa0ba902b7"}
	SchemaZipkin = Schema{
		name:       "zipkin",
		TraceIDKey: "traceId", SpanIDKey: "spanId",
		flags: flagsNone,
	}
)

// SchemaGoogleCloud is Cloud Logging's structured log entry
// (https://cloud.google.com/logging/docs/structured-logging). Traces are named
// by the project that they belong to. By default, with an empty project, the
// trace is its bare id, which Cloud Logging shows but does not link.
//
//	{"time":…,"severity":"INFO","message":…,"logging.googleapis.com/trace":"projects/shop/traces/4bf92f35…","logging.googleapis.com/spanId":…,"logging.googleapis.com/trace_sampled":true}
func SchemaGoogleCloud(project string) Schema {
	s := Schema{
		name: "google", project: project,
		LevelKey: "severity", MessageKey: "message",
		SourceKey:  "logging.googleapis.com/sourceLocation",
		TraceIDKey: "logging.googleapis.com/trace", SpanIDKey: "logging.googleapis.com/spanId",
		TraceFlagsKey: "logging.googleapis.com/trace_sampled",
		flags:         flagsSampled, level: levelGoogle, source: sourceGoogle,
	}
	if project != "" {
		s.traceForm = idProject
	}
	return s
}

// schemaNames are what [ParseSchema] knows the schemas by, but for Google's: the first of
// each is its own.
var schemaNames = []struct {
	schema *Schema
	names  []string
}{
	{&SchemaOTel, []string{"otel", "opentelemetry", "splunk", "cloudwatch", "loki"}},
	{&SchemaDatadog, []string{"datadog"}},
	{&SchemaECS, []string{"ecs", "elastic"}},
	{&SchemaXRay, []string{"xray"}},
	{&SchemaNewRelic, []string{"newrelic"}},
	{&SchemaHoneycomb, []string{"honeycomb"}},
	{&SchemaZipkin, []string{"zipkin", "brave", "micrometer"}},
}

// ParseSchema returns the schema with a name, in any case: otel, splunk,
// cloudwatch, loki, datadog, ecs, elastic, xray, newrelic, honeycomb, zipkin,
// brave, micrometer, google, or google:PROJECT. The error names what there is.
func ParseSchema(name string) (Schema, error) {
	lower, project, hasProject := strings.Cut(strings.TrimSpace(name), ":")
	lower = strings.ToLower(lower)
	if lower == "google" {
		return SchemaGoogleCloud(project), nil
	}
	var own []string
	for _, s := range schemaNames {
		if !hasProject && slices.Contains(s.names, lower) {
			return *s.schema, nil
		}
		own = append(own, s.names[0])
	}
	return Schema{}, fmt.Errorf("schema %q: want %s, google or google:PROJECT", name, strings.Join(own, ", "))
}

// validate refuses a schema that gives two fields one key.
func (s Schema) validate() error {
	s = s.withDefaults()
	keys := []string{
		s.TimeKey, s.LevelKey, s.SourceKey, s.MessageKey,
		s.ServiceNameKey, s.ServiceVersionKey, s.ServiceEnvKey, s.HostKey,
	}
	for _, f := range newTraceFields(s).fields {
		keys = append(keys, f.key)
	}
	for i, key := range keys {
		if slices.Contains(keys[:i], key) {
			return badField("Schema", "has two fields with the key %q", key)
		}
	}
	return nil
}

// withDefaults fills the keys that are left to slog and OpenTelemetry.
func (s Schema) withDefaults() Schema {
	for _, k := range []struct {
		key  *string
		name string
	}{
		{&s.TimeKey, slog.TimeKey},
		{&s.LevelKey, slog.LevelKey},
		{&s.SourceKey, slog.SourceKey},
		{&s.MessageKey, slog.MessageKey},
		{&s.TraceIDKey, "trace_id"},
		{&s.SpanIDKey, "span_id"},
		{&s.TraceFlagsKey, "trace_flags"},
		{&s.ServiceNameKey, "service.name"},
		{&s.ServiceVersionKey, "service.version"},
		{&s.ServiceEnvKey, "deployment.environment.name"},
		{&s.HostKey, "host.name"},
	} {
		if *k.key == "" {
			*k.key = k.name
		}
	}
	return s
}

// ReplaceAttr gives slog's built-in attributes the schema's names and forms. It
// is for a handler that spanlog does not write for, as its
// [slog.HandlerOptions].ReplaceAttr:
//
//	next := slog.NewJSONHandler(w, &slog.HandlerOptions{ReplaceAttr: spanlog.SchemaECS.ReplaceAttr})
//	log := slog.New(spanlog.NewHandler(next, &spanlog.Options{Schema: spanlog.SchemaECS}))
//
// The trace fields come from the Schema in [Options]. An attribute of the
// program's own at the root that bears a built-in's name, and has a value of
// its type, cannot be told from it and is renamed as well.
func (s Schema) ReplaceAttr(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return a
	}
	is := false
	switch v := a.Value; a.Key {
	case slog.TimeKey:
		is = v.Kind() == slog.KindTime
	case slog.LevelKey:
		_, is = v.Any().(slog.Level)
	case slog.SourceKey:
		_, is = v.Any().(*slog.Source)
	case slog.MessageKey:
		is = v.Kind() == slog.KindString
	}
	if !is {
		return a
	}
	s = s.withDefaults()
	return s.builtin(a)
}

// builtin gives one of slog's own attributes the schema's name, unless it has
// been given another, and the schema's form, if it still has slog's.
func (s *Schema) builtin(a slog.Attr) slog.Attr {
	switch a.Key {
	case slog.TimeKey:
		a.Key = s.TimeKey
	case slog.LevelKey:
		a.Key = s.LevelKey
		if l, ok := a.Value.Any().(slog.Level); ok {
			a.Value = slog.StringValue(s.levelText(l))
		}
	case slog.SourceKey:
		a.Key = s.SourceKey
		if src := valueSource(a.Value); src != nil && s.source != sourceSlog {
			return s.sourceAttr(src)
		}
	case slog.MessageKey:
		a.Key = s.MessageKey
	}
	return a
}

// levelText is the level in the schema's form.
func (s *Schema) levelText(l slog.Level) string {
	switch s.level {
	case levelLower:
		switch l { // the usual ones need no new string
		case slog.LevelDebug:
			return "debug"
		case slog.LevelInfo:
			return "info"
		case slog.LevelWarn:
			return "warn"
		case slog.LevelError:
			return "error"
		}
		return strings.ToLower(levelname.Of(l))
	case levelGoogle:
		// Cloud Logging has steps, no offsets: a level belongs to the step
		// that it has reached.
		switch {
		case l >= LevelFatal:
			return "CRITICAL"
		case l >= slog.LevelError:
			return "ERROR"
		case l >= slog.LevelWarn:
			return "WARNING"
		case l >= slog.LevelInfo:
			return "INFO"
		}
		return "DEBUG"
	}
	return levelname.Of(l)
}

// sourceAttr is the source in the schema's form. An unknown source is the zero
// Attr, which nothing prints.
func (s *Schema) sourceAttr(src *slog.Source) slog.Attr {
	if src == nil || *src == (slog.Source{}) {
		return slog.Attr{}
	}
	switch s.source {
	case sourceGoogle:
		return slog.Group(s.SourceKey, slog.String("function", src.Function),
			slog.String("file", src.File), slog.String("line", strconv.Itoa(src.Line)))
	case sourceECS:
		return slog.Group(s.SourceKey, slog.String("function", src.Function),
			slog.String("file.name", src.File), slog.Int("file.line", src.Line))
	}
	return slog.Any(s.SourceKey, src)
}

// errorForm returns attributes at the root with the errors among them in the
// schema's form. Mostly that is attrs itself.
func (s *Schema) errorForm(attrs []slog.Attr) []slog.Attr {
	if s.err == errorSlog {
		return attrs
	}
	for i, a := range attrs {
		if err, ok := attrError(a); ok && a.Key == ErrorKey {
			out := append(attrs[:i:i], s.errorAttrs(err)...)
			return append(out, s.errorForm(attrs[i+1:])...)
		}
	}
	return attrs
}

func (s *Schema) errorAttrs(err error) []slog.Attr {
	typeKey, stackKey := "error.type", "error.stack_trace"
	if s.err == errorKind {
		typeKey, stackKey = "error.kind", "error.stack"
	}
	attrs := []slog.Attr{slog.String("error.message", errorMessage(err)), slog.String(typeKey, errorType(err))}
	if stack := errorStack(err); stack != "" {
		attrs = append(attrs, slog.String(stackKey, stack))
	}
	return attrs
}

// rootAttrs are the fields on every record: the service, and what the schema
// itself demands.
func (s *Schema) rootAttrs(svc Service) []slog.Attr {
	var attrs []slog.Attr
	for _, f := range []struct{ key, value string }{
		{s.constKey, s.constVal},
		{s.ServiceNameKey, svc.Name},
		{s.ServiceVersionKey, svc.Version},
		{s.ServiceEnvKey, svc.Env},
		{s.HostKey, svc.Host},
	} {
		if f.value != "" {
			attrs = append(attrs, slog.String(f.key, f.value))
		}
	}
	return attrs
}
