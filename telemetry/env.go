package telemetry

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
)

// The variables that are read here. The SDK and the OTLP exporter read the
// others. Names and meanings are those of
// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/.
const (
	envDisabled           = "OTEL_SDK_DISABLED"
	envExporter           = "OTEL_TRACES_EXPORTER"
	envPropagators        = "OTEL_PROPAGATORS"
	envZipkinEndpoint     = "OTEL_EXPORTER_ZIPKIN_ENDPOINT"
	envZipkinTimeout      = "OTEL_EXPORTER_ZIPKIN_TIMEOUT"
	envOTLPEndpoint       = "OTEL_EXPORTER_OTLP_ENDPOINT"
	envOTLPTracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	envOTLPTimeout        = "OTEL_EXPORTER_OTLP_TIMEOUT"
	envOTLPTracesTimeout  = "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT"
	envOTLPProtocol       = "OTEL_EXPORTER_OTLP_PROTOCOL"
	envOTLPTracesProtocol = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"
	envLogsExporter       = "OTEL_LOGS_EXPORTER"
	envOTLPLogsEndpoint   = "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"
	envOTLPLogsTimeout    = "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT"
	envOTLPLogsProtocol   = "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL"
	envLogQueueSize       = "OTEL_BLRP_MAX_QUEUE_SIZE"
	envLogBatchSize       = "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE"
	envLogBatchDelay      = "OTEL_BLRP_SCHEDULE_DELAY"
	envLogBatchTimeout    = "OTEL_BLRP_EXPORT_TIMEOUT"
	envQueueSize          = "OTEL_BSP_MAX_QUEUE_SIZE"
	envBatchSize          = "OTEL_BSP_MAX_EXPORT_BATCH_SIZE"
	envBatchDelay         = "OTEL_BSP_SCHEDULE_DELAY"
	envBatchTimeout       = "OTEL_BSP_EXPORT_TIMEOUT"
	envLogAttrLimit       = "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT"
	envAttrLimit          = "OTEL_ATTRIBUTE_COUNT_LIMIT"
)

// Where the exporters send to when they are asked for by name only.
const (
	defaultZipkin = "http://localhost:9411" + zipkinPath
	defaultOTLP   = "http://localhost:4318" + otlpPath
	defaultLogs   = "http://localhost:4318" + logsPath
)

// getenv returns a variable's value; one of blanks counts as unset.
func getenv(name string) string { return strings.TrimSpace(os.Getenv(name)) }

// firstEnv returns the first of the named variables that is set, and its name.
func firstEnv(names ...string) (name, value string) {
	for _, name = range names {
		if value = getenv(name); value != "" {
			return name, value
		}
	}
	return "", ""
}

// listEnv returns the entries of a comma-separated list, in lower case.
func listEnv(name string) []string {
	var list []string
	for entry := range strings.SplitSeq(getenv(name), ",") {
		if entry = strings.ToLower(strings.TrimSpace(entry)); entry != "" {
			list = append(list, entry)
		}
	}
	return list
}

// warnings are bad values of the environment, which cost nothing but themselves: the default
// is used. They are collected, because the handler that they are for is installed only when
// the options are known to be good.
type warnings []error

// add notes that the named variable has a value that can't be used.
func (w *warnings) add(name, value string, err error) {
	*w = append(*w, fieldError(name, value, err))
}

// report gives all warnings to OpenTelemetry's error handler, one by one.
func (w *warnings) report() {
	for _, err := range *w {
		otel.Handle(err)
	}
}

// sdkDisabled reads OTEL_SDK_DISABLED, which only the word true sets.
func sdkDisabled(warn *warnings) bool {
	switch value := getenv(envDisabled); strings.ToLower(value) {
	case "true":
		return true
	case "", "false":
	default:
		warn.add(envDisabled, value, errors.New("want true or false"))
	}
	return false
}

// endpointsFromEnv returns where the environment wants spans to go. An unknown
// exporter counts as not named, as the specification asks. With no exporter
// named, every endpoint that is set is meant. The specification would then send
// to OTLP on localhost, where in most places nobody listens.
func endpointsFromEnv(warn *warnings) (to endpoints) {
	var zipkin, otlp, byName bool // byName: at least one is named
	for _, name := range listEnv(envExporter) {
		switch name {
		case "none":
			return endpoints{}
		case "zipkin":
			zipkin, byName = true, true
		case "otlp":
			otlp, byName = true, true
		default:
			warn.add(envExporter, name, errors.New("not supported: want zipkin, otlp or none"))
		}
	}
	if zipkin || !byName {
		to.zipkin = zipkinFromEnv(warn)
	}
	if otlp || !byName {
		to.otlp = otlpFromEnv(warn, envOTLPTracesEndpoint, otlpPath)
	}
	if zipkin && to.zipkin == nil {
		to.zipkin, _ = parseZipkin(defaultZipkin)
	}
	if otlp && to.otlp == nil {
		to.otlp, _ = parseOTLP(defaultOTLP, otlpPath)
	}
	return to
}

// zipkinFromEnv returns the endpoint for Zipkin, or nil when there is none or
// it is bad.
func zipkinFromEnv(warn *warnings) *url.URL {
	value := getenv(envZipkinEndpoint)
	if value == "" {
		return nil
	}
	u, err := parseZipkin(value)
	if err != nil {
		warn.add(envZipkinEndpoint, value, err)
	}
	return u
}

// logsFromEnv returns where the environment wants log records to go, by the same
// rules, or nil.
func logsFromEnv(warn *warnings) *url.URL {
	byName := false
	for _, name := range listEnv(envLogsExporter) {
		switch name {
		case "none":
			return nil
		case "otlp":
			byName = true
		default:
			warn.add(envLogsExporter, name, errors.New("not supported: want otlp or none"))
		}
	}
	to := otlpFromEnv(warn, envOTLPLogsEndpoint, logsPath)
	if to == nil && byName {
		to, _ = parseOTLP(defaultLogs, logsPath)
	}
	return to
}

// otlpFromEnv returns the endpoint for a signal, or nil when there is none or it is
// bad. By the specification the signal's own variable has the full URL, the one
// for all signals only its beginning.
func otlpFromEnv(warn *warnings, own, path string) *url.URL {
	if value := getenv(own); value != "" {
		u, err := parseOTLP(value, "/")
		if err == nil {
			return u
		}
		warn.add(own, value, err)
	}
	value := getenv(envOTLPEndpoint)
	if value == "" {
		return nil
	}
	u, err := parseOTLP(value, "/")
	if err != nil {
		warn.add(envOTLPEndpoint, value, err)
		return nil
	}
	return u.JoinPath(path)
}

// numberFromEnv returns the first of the named variables that is set, or 0. It
// must be from 1 to most.
func numberFromEnv(warn *warnings, most int, names ...string) int {
	name, value := firstEnv(names...)
	if name == "" {
		return 0
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > most {
		warn.add(name, value, fmt.Errorf("want a number from 1 to %d", most))
		return 0
	}
	return n
}

// timeoutFromEnv returns the milliseconds of the first of the named variables
// that is set, or 0.
func timeoutFromEnv(warn *warnings, names ...string) time.Duration {
	return time.Duration(numberFromEnv(warn, math.MaxInt32, names...)) * time.Millisecond
}

// checkProtocol warns when the environment wants OTLP in a way that this
// package doesn't speak. The exporter would say so only in its debug log.
func checkProtocol(warn *warnings, own string) {
	name, value := firstEnv(own, envOTLPProtocol)
	switch {
	case value == "", value == "http/protobuf":
	case value == "http/json" && own == envOTLPTracesProtocol: // which the exporter of logs does not have
	default:
		warn.add(name, value, errors.New("not supported: using http/protobuf"))
	}
}
