package logline

// The names that are known. This is the table to change when another logger is to be understood:
// put its names where they rank among the others of their role, and its line into lines_test.go.
// All else follows from the table: the spellings, the lookup, and which of two names wins.
// TestNamesMakeSense finds a spelling that two names have, and TestOrderOfNames has each name win
// against all behind it.

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

// A part is a value that completes another one: the one and the other have the same part in the
// table. Each has a part of its own, so that a file does not get the line of another source.
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

// A name is a row of the table.
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
	// Times. slog, zerolog, logrus, pino, bunyan and Docker have time; winston, structlog, Rust's
	// tracing, GELF, Datadog and New Relic timestamp; ECS, Logback and hclog @timestamp; zap and
	// go-kit ts; Serilog @t; Monolog datetime; Python asctime, as text, and created, as a number.
	// OpenTelemetry's is that of the event, and the observed one that of its collection: second
	// best. Google has seconds and nanoseconds apart, as has Log4j.
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

	// Levels. log.level is ECS's, severity_text and severity_number are OpenTelemetry's, severity
	// is Google's and that of OpenTelemetry for Go, level_name and level_no are Python's, which
	// writes them as one word, @level is hclog's, @l Serilog's, log_level that of .NET's console,
	// and priority is journald's. A text comes before a number that says the same, which could
	// be misunderstood.
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

	// Traces and spans. trace_id and span_id are what OpenTelemetry recommends for logs in other
	// formats than its own, and what loggers of all languages have in one spelling or another.
	// trace.id is ECS's and New Relic's, trace.trace_id Honeycomb's, otel_trace_id is that of
	// OpenTelemetry for Python, dd.trace_id is Datadog's, @tr Serilog's; the ones with mdc and
	// context are where Java's loggers and others put what belongs to a request. The names of a
	// span are in the order of those of its trace.
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

	// The W3C's header, as some log it. Its ids claim the roles of a trace and a span, behind all
	// names above: it may be that of a request that came in, whose span is the caller's.
	{text: "traceparent", role: roleParent},

	// Messages. slog, zap, logrus, pino and bunyan have msg; zerolog, winston, ECS, Google and the
	// loggers of Java and Python message; OpenTelemetry body, within which its Go exporter has a
	// value; hclog @message; Serilog @m, or the template @mt. The last ones are words that a
	// program may well have a use of its own for.
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

	// Loggers. "name" is that of bunyan, pino and Python, and in other lines that of anybody: it
	// counts where the line has what only these write (hasLoggerName).
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

	// Services. service.name is OpenTelemetry's semantic convention, and ECS's.
	{text: "service.name", role: roleService},
	{text: "service", role: roleService},
	{text: "service_name", role: roleService},
	{text: "dd.service", role: roleService},
	{text: "otel_service_name", role: roleService},
	{text: "resource.service.name", role: roleService},
	{text: "service_context.service", role: roleService}, // Google's Error Reporting
	{text: "entity.name", role: roleService},             // New Relic
	{text: "app", role: roleService},

	// Sources. slog has source as an object, zap, zerolog and go-kit have caller as file:line,
	// code.file.path is OpenTelemetry's. A file alone is no source: the line number makes it one,
	// so that a program's own "file" is left to it. The names with a file stand together, since
	// claims keep them by their place (firstSource).
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
