// Package telemetry sets up distributed tracing for a program in one call: it
// makes spans, sends them to Zipkin or to anything that takes OTLP over HTTP,
// and passes the trace on to other services. It is the only package of this
// module that brings in the OpenTelemetry SDK; a program that sets tracing up
// by itself doesn't need it.
//
//	shutdown, err := telemetry.Start(ctx, telemetry.Options{
//		Service: spanlog.Service{Name: "shop"},
//		Zipkin:  "http://localhost:9411/api/v2/spans",
//	})
//	if err != nil {
//		log.Fatal(err)
//	}
//	defer shutdown(ctx)
//
// # Where spans go
//
// [Options].Zipkin and [Options].OTLP say so. When both are empty, these
// standard variables do:
//
//	OTEL_TRACES_EXPORTER                a list of zipkin, otlp and none
//	OTEL_EXPORTER_ZIPKIN_ENDPOINT       such as http://localhost:9411/api/v2/spans
//	OTEL_EXPORTER_OTLP_TRACES_ENDPOINT  such as http://localhost:4318/v1/traces
//	OTEL_EXPORTER_OTLP_ENDPOINT         such as http://localhost:4318
//
// An endpoint alone selects its exporter, an exporter alone goes to localhost.
// With none of them, spans are made and their ids are in the logs, but they
// are sent nowhere.
//
// # Where log records go
//
// Records of a logger with the sink [spanlog.OTel] go to [Options].OTLPLogs, which
// takes OTLP over HTTP: an OpenTelemetry Collector, mostly. When it is empty, these
// variables say where, by the same rules:
//
//	OTEL_LOGS_EXPORTER                a list of otlp and none
//	OTEL_EXPORTER_OTLP_LOGS_ENDPOINT  such as http://localhost:4318/v1/logs
//	OTEL_EXPORTER_OTLP_ENDPOINT       such as http://localhost:4318
//
// The sink may be made before or after [Start]. [spanlog.Logger.Flush] sends what
// waits for its export.
//
// # What else the environment says
//
// Those of OTLP are for all signals. Each has a form for one of them, such as
// OTEL_EXPORTER_OTLP_TRACES_TIMEOUT and OTEL_EXPORTER_OTLP_LOGS_TIMEOUT, which wins.
// Times are in milliseconds.
//
//	OTEL_SDK_DISABLED               true: no spans, nothing is sent; ids that callers send are still logged
//	OTEL_SERVICE_NAME               the service's name. Else unknown_service: and that of the executable
//	OTEL_RESOURCE_ATTRIBUTES        such as service.version=1.4,deployment.environment.name=test
//	OTEL_TRACES_SAMPLER             which traces to keep. Else those that a caller keeps, and all new ones
//	OTEL_TRACES_SAMPLER_ARG         its ratio, for example
//	OTEL_PROPAGATORS                a list of tracecontext, baggage, b3, b3multi and none. Else see below
//	OTEL_EXPORTER_ZIPKIN_TIMEOUT    how long a request may take. Else 10000
//	OTEL_EXPORTER_OTLP_TIMEOUT      the same
//	OTEL_EXPORTER_OTLP_HEADERS      what is sent with each request: name=value,name=value
//	OTEL_EXPORTER_OTLP_COMPRESSION  gzip or none. Else gzip
//	OTEL_EXPORTER_OTLP_PROTOCOL     http/protobuf, or for traces http/json. Else the first
//	OTEL_EXPORTER_OTLP_CERTIFICATE  a file of certificates to trust. Else the system's
//	OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE, OTEL_EXPORTER_OTLP_CLIENT_KEY   files for who we are
//	OTEL_BSP_MAX_QUEUE_SIZE, OTEL_BLRP_MAX_QUEUE_SIZE                      how many wait. Else 2048
//	OTEL_BSP_MAX_EXPORT_BATCH_SIZE, OTEL_BLRP_MAX_EXPORT_BATCH_SIZE        how many go at once. Else 512
//	OTEL_BSP_SCHEDULE_DELAY, OTEL_BLRP_SCHEDULE_DELAY                      how long one waits for others. Else 5000, and 1000
//	OTEL_BSP_EXPORT_TIMEOUT, OTEL_BLRP_EXPORT_TIMEOUT                      how long a batch is tried. Else 30000
//	OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT, OTEL_ATTRIBUTE_COUNT_LIMIT       of a log record. Else any number
//
// Of the pairs, the first is for spans and the second for log records. The SDK has more
// variables for its limits on spans and attributes, which hold as well. Names and
// meanings are OpenTelemetry's.
//
// Options win over the environment, the environment over the defaults. A bad
// value in Options is an error from [Start]. A bad value in the environment is
// reported (see [Options].OnError) and the default holds: a program must not
// fail to start because of its tracing. Headers, keys and addresses that can't be
// used are unset for a moment within [Start], as the exporters would print them.
//
// # When the server is down
//
// Spans are sent in batches, every 5 seconds or when 512 have come together, and
// log records every second. A batch that can't be delivered is tried again for up
// to 30 seconds; up to 2048 of each wait in the meantime, and the program does not.
// What is lost after all is reported, with its number, as an [ExportError]: to
// [Options].OnError, or by default to the program's own log, at most once a minute.
// OTEL_BSP_* and OTEL_BLRP_* change these limits.
//
// # Propagation
//
// Incoming requests are read in W3C trace context, B3 in one header and B3 in
// many; outgoing ones carry W3C trace context and B3 in many headers, the form
// that every Zipkin tracer and proxy reads. Where both came in, W3C counts,
// since it has the longer ids and the flags. W3C baggage is passed on.
//
// # Flight recorders
//
// Start also has a [spanlog.FlightRecorder] learn when traces end and which spans fail. A
// provider that was made without Start needs [SpanProcessor] for that.
//
// # Metrics
//
// [Metrics] makes OpenTelemetry metrics of a logger's own counters: how many
// records each sink has delivered and dropped, how full its queue is, whether it
// is broken off. It needs the metrics API only; the provider, with its exporter,
// is the program's.
//
//	if _, err := telemetry.Metrics(logger, nil); err != nil { // nil: the global provider
//		log.Print(err)
//	}
package telemetry
