package telemetry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/log/noop"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/logprovider"
)

// Options says what [Start] sets up. The zero value is good: it takes all from
// the environment. Start doesn't write to Options and keeps no slice or map of
// it.
type Options struct {
	// Service says which program makes the spans. By default, each field is
	// what OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say; failing that, the
	// name is unknown_service: with the executable's name, and the host is the
	// machine's.
	Service spanlog.Service

	// Zipkin is the URL that takes spans in Zipkin's format. The path may be
	// left out: http://localhost:9411 is http://localhost:9411/api/v2/spans. By
	// default, when OTLP is empty as well, the environment decides.
	Zipkin string

	// OTLP is the URL that takes traces in OpenTelemetry's own format over
	// HTTP. The path may be left out: http://localhost:4318 is
	// http://localhost:4318/v1/traces. When Zipkin is set too, spans go to both.
	// By default, when Zipkin is empty as well, the environment decides.
	OTLP string

	// OTLPLogs is the URL that takes log records in OpenTelemetry's own format
	// over HTTP. The path may be left out: http://localhost:4318 is
	// http://localhost:4318/v1/logs. The records are those of a logger with the
	// sink spanlog.OTel, made before or after Start, and of everybody else who
	// uses OpenTelemetry's global logger provider. By default, the environment
	// decides.
	OTLPLogs string

	// Headers are sent with every request to Zipkin and OTLP, for example for
	// authentication. By default, there are none for Zipkin, and those of
	// OTEL_EXPORTER_OTLP_HEADERS for OTLP.
	Headers map[string]string

	// Client makes the requests to Zipkin and OTLP. Its transport may be one
	// that makes spans: those of the export itself are thrown away. It is not
	// closed at shutdown. By default, a client made for the purpose, with the
	// transport settings of net/http and, for OTLP, the certificates that
	// OTEL_EXPORTER_OTLP_CERTIFICATE and its like name.
	Client *http.Client

	// Timeout bounds one request; the export of one batch, with all its
	// retries, may take three times as long. By default, Client's timeout, else
	// what OTEL_EXPORTER_ZIPKIN_TIMEOUT, OTEL_EXPORTER_OTLP_TIMEOUT,
	// OTEL_BSP_EXPORT_TIMEOUT and OTEL_BLRP_EXPORT_TIMEOUT say, else 10 and 30
	// seconds.
	Timeout time.Duration

	// Sampler decides which spans are kept. By default, OTEL_TRACES_SAMPLER
	// does, else the caller's decision holds and all new traces are kept.
	Sampler sdktrace.Sampler

	// Propagator passes traces to and from other services. By default, what
	// OTEL_PROPAGATORS says, else W3C trace context, W3C baggage and B3 as the
	// package's documentation tells.
	Propagator propagation.TextMapPropagator

	// SpanProcessors see every span before it is exported, in this order. They
	// are shut down with the rest, all at the same time. None may be nil. By
	// default, there are none.
	SpanProcessors []sdktrace.SpanProcessor

	// OnError hears what goes wrong behind the program's back: exports that
	// fail (as *[ExportError]), bad values in the environment, and everything
	// else that is given to otel.Handle in this program. It may be called from
	// any goroutine, also after the shutdown, and should return soon. What it logs
	// to a spanlog.OTel sink about log records that could not be sent makes a record
	// that may fail like those before. By default, a handler that the program gave
	// to otel.SetErrorHandler stays in place; without one, errors are records at
	// WARN of slog.Default, if that is spanlog's and takes them, and lines on stderr
	// otherwise; repeated ones at most once a minute with their number. What is said
	// of log records then does not go to a spanlog.OTel sink.
	OnError func(error)
}

// Start sets up tracing for the whole program: it installs OpenTelemetry's
// global tracer provider, propagator and error handler, and, where log records are
// to be sent, the global logger provider. It does no network I/O; a server that is
// down makes itself known through OnError. Call it once, early in main: tracers made
// before know only the first provider.
//
// The error names the field of opts and the value that is wrong. Nothing is
// installed then.
//
// The function that Start returns, which is never nil, sends what is left and
// ends all that Start began. It returns by its context's deadline. When that
// context has no deadline or is done already, as the one of
// signal.NotifyContext is by the time that main returns, it takes up to 5
// seconds of its own. Its error tells how many spans and log records were lost. It
// may be called more than once and concurrently; it does its work once, and later
// calls return what that came to. The globals stay: the propagator works on, the
// provider makes no more spans.
//
// Values of ctx are passed to the detection of the program's surroundings; its
// end has no effect.
func Start(ctx context.Context, opts Options) (shutdown func(context.Context) error, err error) {
	nothing := func(context.Context) error { return nil }
	to, err := opts.endpoints()
	if err != nil {
		return nothing, err
	}
	var warn warnings
	ctx = context.WithoutCancel(ctx)
	p := newPipeline()
	disabled, err := p.prepare(ctx, &opts, to, &warn)
	if err != nil {
		return nothing, err
	}
	// Nothing fails from here on.
	p.report = installReporter(opts.OnError)
	warn.report()
	otel.SetTextMapPropagator(opts.Propagator)
	if disabled {
		logprovider.Install(noop.NewLoggerProvider())
		return nothing, nil
	}
	p.addProviders(ctx, opts)
	otel.SetTracerProvider(p.provider)
	if p.logs == nil {
		p.installed = logprovider.Install(noop.NewLoggerProvider())
	} else {
		p.installed = logprovider.Install(p.logs)
		otel.SetLoggerProvider(p.logs)
	}
	return p.shutdown, nil
}

// endpoints says where spans and log records go; nil is nowhere.
type endpoints struct{ zipkin, otlp, logs *url.URL }

// The paths at which the two kinds of servers take spans, and log records.
const (
	zipkinPath = "/api/v2/spans"
	otlpPath   = "/v1/traces"
	logsPath   = "/v1/logs"
)

// endpoints checks the options and returns where they want spans to go.
func (o *Options) endpoints() (to endpoints, err error) {
	if o.Zipkin != "" {
		if to.zipkin, err = parseZipkin(o.Zipkin); err != nil {
			return to, fieldError("Zipkin", o.Zipkin, err)
		}
	}
	if o.OTLP != "" {
		if to.otlp, err = parseOTLP(o.OTLP, otlpPath); err != nil {
			return to, fieldError("OTLP", o.OTLP, err)
		}
	}
	if o.OTLPLogs != "" {
		if to.logs, err = parseOTLP(o.OTLPLogs, logsPath); err != nil {
			return to, fieldError("OTLPLogs", o.OTLPLogs, err)
		}
	}
	if o.Timeout < 0 {
		return to, fieldError("Timeout", o.Timeout.String(), errNegative)
	}
	for name, value := range o.Headers {
		// The value may be a secret and is not repeated, nor a name that is none: it may be the
		// value of another one.
		if err := checkHeader(name, value); errors.Is(err, errHeaderName) {
			return to, fmt.Errorf("telemetry: Headers: %w", err)
		} else if err != nil {
			return to, fieldError("Headers", name, err)
		}
	}
	if v := reflect.ValueOf(o.Sampler); v.Kind() == reflect.Pointer && v.IsNil() {
		return to, fmt.Errorf("telemetry: Sampler: a nil %T", o.Sampler)
	}
	for i, p := range o.SpanProcessors {
		if p == nil {
			return to, fmt.Errorf("telemetry: SpanProcessors: nil at %d", i)
		}
	}
	return to, nil
}

// notHeaderName reports whether r can't be in the name of an HTTP header, by
// RFC 9110's definition of a token.
func notHeaderName(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
}
