package logline

// A role is what the value of a key means.
type role uint8

const (
	roleTime role = iota
	roleLevel
	roleTrace
	roleSpan
	roleMessage
	roleLogger
	roleService
	roles             // how many can be claimed by one value
	roleSource        // needs a line number, mostly from another key
	roleParent        // a traceparent: the trace and the span
	rolePart          // a value that another one needs
	roleNone   = 0xFF // only a part of longer names
)

// A part is a value that completes another one.
type part uint8

const (
	noPart part = iota
	partTimestamp
	partTimestampFlat
	partInstant
	partPID
	partHostname
	partLine // at the root
	partLineSource
	partLineCaller
	partLineOrigin
	partLineGoogle
	partLineCode
	partLineSrc
	parts
)

// A form is what else is to be known of a name's value.
type form uint8

const (
	formUsual    form = iota
	formDecimal       // an id whose digits are decimal
	formNamed         // a level that is no number
	formSeverity      // a level whose numbers are Google's, OpenTelemetry's or syslog's
	formOTel          // OpenTelemetry's numbers, 1 to 24
	formPython        // Python's numbers, and the name of a Python logger's field
	formSyslog        // syslog's numbers, 0 to 7
	formGuess         // only what bunyan, pino and Python write
)

type name struct {
	// text is the name in lower case. An underscore stands for one, for a hyphen, or
	// for nothing.
	text string
	role role
	part part
	form form
}

// names are the names that are known, for each role in order of precedence.
//
// Names that say what they are come before those that a program could use for something
// of its own. What loggers and collectors write by themselves comes before what they copy
// from elsewhere.
var names = []name{
	{text: "time", role: roleTime},
	{text: "timestamp", role: roleTime},
	{text: "@timestamp", role: roleTime},
	{text: "ts", role: roleTime},
	{text: "time_unix_nano", role: roleTime},
	{text: "asctime", role: roleTime, form: formPython},
	{text: "datetime", role: roleTime},
	{text: "@t", role: roleTime},
	{text: "t", role: roleTime},
	{text: "timestamp.seconds", role: roleTime, part: partTimestamp},
	{text: "timestamp_seconds", role: roleTime, part: partTimestampFlat},
	{text: "instant.epoch_second", role: roleTime, part: partInstant},
	{text: "time_millis", role: roleTime},
	{text: "__realtime_timestamp", role: roleTime}, // journald
	{text: "observed_time_unix_nano", role: roleTime},
	{text: "observed_timestamp", role: roleTime},
	{text: "created", role: roleTime},
	{text: "date", role: roleTime},
	{text: "timestamp.nanos", role: rolePart, part: partTimestamp},
	{text: "timestamp_nanos", role: rolePart, part: partTimestampFlat},
	{text: "instant.nano_of_second", role: rolePart, part: partInstant},

	{text: "level", role: roleLevel},
	{text: "log.level", role: roleLevel},
	{text: "severity_text", role: roleLevel},
	{text: "severity", role: roleLevel, form: formSeverity},
	{text: "level_name", role: roleLevel, form: formPython},
	{text: "@level", role: roleLevel},
	{text: "@l", role: roleLevel},
	{text: "lvl", role: roleLevel},
	{text: "log_level", role: roleLevel},
	{text: "severity_number", role: roleLevel, form: formOTel},
	{text: "level_no", role: roleLevel, form: formPython},
	{text: "syslog.severity", role: roleLevel, form: formSyslog},
	{text: "priority", role: roleLevel, form: formSyslog},
	{text: "status", role: roleLevel, form: formNamed}, // Datadog

	{text: "trace_id", role: roleTrace},
	{text: "trace.id", role: roleTrace},
	{text: "trace.trace_id", role: roleTrace},
	{text: "otel_trace_id", role: roleTrace},
	{text: "logging.googleapis.com/trace", role: roleTrace},
	{text: "xray_trace_id", role: roleTrace},
	{text: "@tr", role: roleTrace},
	{text: "dd.trace_id", role: roleTrace, form: formDecimal},
	{text: "span_context.trace_id", role: roleTrace},
	{text: "mdc.trace_id", role: roleTrace},
	{text: "context_map.trace_id", role: roleTrace},
	{text: "context.trace_id", role: roleTrace},
	{text: "x_b3_trace_id", role: roleTrace},
	{text: "trace", role: roleTrace}, // a Google LogEntry

	{text: "span_id", role: roleSpan},
	{text: "span.id", role: roleSpan},
	{text: "trace.span_id", role: roleSpan},
	{text: "trace.parent_id", role: roleSpan}, // a span event of Honeycomb's
	{text: "otel_span_id", role: roleSpan},
	{text: "logging.googleapis.com/span_id", role: roleSpan},
	{text: "@sp", role: roleSpan},
	{text: "dd.span_id", role: roleSpan, form: formDecimal},
	{text: "span_context.span_id", role: roleSpan},
	{text: "mdc.span_id", role: roleSpan},
	{text: "context_map.span_id", role: roleSpan},
	{text: "context.span_id", role: roleSpan},
	{text: "x_b3_span_id", role: roleSpan},
	{text: "transaction.id", role: roleSpan}, // Elastic APM

	{text: "traceparent", role: roleParent},

	{text: "msg", role: roleMessage},
	{text: "message", role: roleMessage},
	{text: "body", role: roleMessage},
	{text: "body.string_value", role: roleMessage},
	{text: "body.value", role: roleMessage},
	{text: "@message", role: roleMessage},
	{text: "@m", role: roleMessage},
	{text: "@mt", role: roleMessage},
	{text: "short_message", role: roleMessage},  // GELF
	{text: "fields.message", role: roleMessage}, // Rust's tracing
	{text: "event", role: roleMessage},          // structlog
	{text: "text_payload", role: roleMessage},   // a Google LogEntry
	{text: "json_payload.message", role: roleMessage},
	{text: "log", role: roleMessage}, // Docker

	{text: "logger", role: roleLogger},
	{text: "logger_name", role: roleLogger},
	{text: "log.logger", role: roleLogger},
	{text: "@module", role: roleLogger},
	{text: "source_context", role: roleLogger}, // Serilog
	{text: "scope.name", role: roleLogger},
	{text: "instrumentation_scope.name", role: roleLogger},
	{text: "otel.scope.name", role: roleLogger},
	{text: "name", role: roleLogger, form: formGuess},
	{text: "pid", role: rolePart, part: partPID},
	{text: "hostname", role: rolePart, part: partHostname},

	{text: "service.name", role: roleService},
	{text: "service", role: roleService},
	{text: "service_name", role: roleService},
	{text: "dd.service", role: roleService},
	{text: "otel_service_name", role: roleService},
	{text: "resource.service.name", role: roleService},
	{text: "service_context.service", role: roleService}, // Google's Error Reporting
	{text: "entity.name", role: roleService},             // New Relic
	{text: "app", role: roleService},

	{text: "source", role: roleSource},
	{text: "source.file", role: roleSource, part: partLineSource},
	{text: "caller", role: roleSource},
	{text: "caller.file", role: roleSource, part: partLineCaller},
	{text: "@caller", role: roleSource},
	{text: "log.origin", role: roleSource},
	{text: "log.origin.file.name", role: roleSource, part: partLineOrigin},
	{text: "logging.googleapis.com/source_location", role: roleSource},
	{text: "logging.googleapis.com/source_location.file", role: roleSource, part: partLineGoogle},
	{text: "code.file.path", role: roleSource, part: partLineCode},
	{text: "code.filepath", role: roleSource, part: partLineCode},
	{text: "src.file", role: roleSource, part: partLineSrc}, // bunyan
	{text: "pathname", role: roleSource, part: partLine},
	{text: "filename", role: roleSource, part: partLine},
	{text: "file", role: roleSource, part: partLine},
	{text: "source.line", role: rolePart, part: partLineSource},
	{text: "caller.line", role: rolePart, part: partLineCaller},
	{text: "log.origin.file.line", role: rolePart, part: partLineOrigin},
	{text: "logging.googleapis.com/source_location.line", role: rolePart, part: partLineGoogle},
	{text: "code.line.number", role: rolePart, part: partLineCode},
	{text: "code.lineno", role: rolePart, part: partLineCode},
	{text: "src.line", role: rolePart, part: partLineSrc},
	{text: "line_number", role: rolePart, part: partLine},
	{text: "line_no", role: rolePart, part: partLine},
	{text: "line", role: rolePart, part: partLine},
}
