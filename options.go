package spanlog

// What all sinks have in common: options, and the environment where they say nothing. The
// parts that they set are in files of their own: redact.go, context.go, spanmirror.go and so
// on. All is checked before the first record: what is wrong is an error of New.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"

	"go.opentelemetry.io/otel/trace"
)

// The environment variables that spanlog reads beside OpenTelemetry's own. What
// the code says wins over them, and they win over the defaults. A value that
// cannot be understood is one WARN record and the default: it never keeps a
// program from starting.
const (
	envLevel  = "SPANLOG_LEVEL"  // a level as of [ParseLevel], or rules as of [Levels]
	envFormat = "SPANLOG_FORMAT" // see [ParseFormat]; for consoles without a Format
)

// Options are what a [Logger] or [Handler] does with records before they reach
// its sinks. A nil *Options and the zero value consist entirely of defaults.
// Options are read once and never written to; slices are copied.
//
// The functions and levels are called concurrently. A function that panics is
// reported to OnError, and the record goes on without what it would have given;
// an attribute that ReplaceAttr panics on is withheld.
type Options struct {
	// Level is the least level that sinks without a Level of their own take;
	// for a Relay, its handler decides. It can be [Rules], or a [slog.LevelVar],
	// to change it later. By default, the environment variable SPANLOG_LEVEL,
	// else Info; for NewHandler, what its handler says.
	Level slog.Leveler

	// AddSource adds the function, file and line of the call under the key "source",
	// as [slog.HandlerOptions].AddSource does. A [Pattern] does not need it: its layout
	// says whether it has them. By default, it is left out.
	AddSource bool

	// ReplaceAttr rewrites attributes as in [slog.HandlerOptions]. It sees
	// slog's own keys, before Schema renames them, and is called once per
	// attribute, not once per sink. The trace fields are not shown to it: their
	// names are Schema's affair. A Relay's handler gets the replaced attributes
	// and message. By default, attributes are left as they are.
	ReplaceAttr func(groups []string, a slog.Attr) slog.Attr

	// Schema names the fields of JSON, Text and Relay. By default,
	// OpenTelemetry's names; see [SchemaOTel].
	Schema Schema

	// Service is written on every record. By default, its fields are taken
	// from OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, with SchemaDatadog
	// from DD_SERVICE, DD_VERSION and DD_ENV before those. What is still empty
	// is left out.
	Service Service

	// Attrs are added to every record, at the root. By default, none.
	Attrs []slog.Attr

	// FromContext appends attributes from the record's context to dst, such as
	// a request id, and returns the extended slice. They stand at the root. The
	// slice is copied before the record is written. It is called once for a record,
	// however many sinks there are. By default, only the attributes of [With],
	// [Scope] and Baggage are taken from the context.
	FromContext func(ctx context.Context, dst []slog.Attr) []slog.Attr

	// SpanContext finds the active span of a context. It is for tracers other
	// than OpenTelemetry. What it returns without a trace id is no span. By default,
	// [trace.SpanContextFromContext].
	SpanContext func(context.Context) trace.SpanContext

	// Baggage lists the keys of OpenTelemetry baggage to add to records, at the
	// root and under their own names. Baggage comes from callers: only what is
	// listed is written. By default, none.
	Baggage []string

	// Redact lists keys whose values become [REDACTED], whatever their case, at
	// any depth, in groups, LogValuers, baggage and attributes from contexts.
	// A group of such a name is redacted as a whole. Keys are compared before
	// and after ReplaceAttr. Only the keys of attributes and groups are: what
	// is within a map, slice or struct (such as an http.Header), the message
	// and the texts of errors are not searched, and Service is written as it
	// is. By default, none.
	Redact []string

	// SpanEvents is the least level of records that become events of the
	// active span, with all their attributes, if it is recording. An error
	// among the attributes is recorded as an exception besides. That is beside
	// the sinks, and whatever their levels. By default, none do: OpenTelemetry
	// is moving away from span events.
	SpanEvents slog.Leveler

	// SpanErrors is the least level of records that set the status of the
	// active span to Error, and record the error that they carry, if any. By
	// default, none do.
	SpanErrors slog.Leveler

	// OnError is told of what goes wrong with the log itself: a [*SinkError] for
	// each record that a sink failed to deliver. It is called by the goroutine that
	// logs, within the logging call, so it should be quick and not wait; it may log.
	// One call runs at a time: meanwhile, further errors are counted and told with
	// the next. By default, a line on stderr, at most one in ten seconds.
	OnError func(error)
}

// validate returns what is wrong with the options, by field.
func (o *Options) validate() error {
	errs := []error{
		checkLeveler("Level", o.Level),
		checkLeveler("SpanEvents", o.SpanEvents),
		checkLeveler("SpanErrors", o.SpanErrors),
		checkKeys("Baggage", o.Baggage),
		checkKeys("Redact", o.Redact),
		o.Schema.validate(),
	}
	for i, err := range errs {
		if err != nil {
			errs[i] = fmt.Errorf("options: %w", err)
		}
	}
	return errors.Join(errs...)
}

func checkKeys(field string, keys []string) error {
	for i, k := range keys {
		if k == "" {
			return fmt.Errorf("%s[%d] is empty", field, i)
		}
	}
	return nil
}

// environment is what the environment says, with a complaint for each value that
// it says badly.
type environment struct {
	level   slog.Leveler // nil: nothing
	format  Formatter    // nil: nothing
	service Service
	bad     []error
}

func readEnvironment(schema Schema) environment {
	var env environment
	if s := os.Getenv(envLevel); s != "" {
		l, err := parseLeveler(s)
		if env.complain(envLevel, err); err == nil {
			env.level = l
		}
	}
	if s := os.Getenv(envFormat); s != "" {
		f, err := ParseFormat(s)
		if env.complain(envFormat, err); err == nil {
			env.format = f
		}
	}
	env.readService(schema)
	return env
}

func (env *environment) complain(name string, err error) {
	if err != nil {
		env.bad = append(env.bad, fmt.Errorf("%s: %w", name, err))
	}
}

func (env *environment) readService(schema Schema) {
	const resource = "OTEL_RESOURCE_ATTRIBUTES"
	attrs, err := parseResource(os.Getenv(resource))
	env.complain(resource, err)
	env.service = Service{
		Name:    cmp.Or(os.Getenv("OTEL_SERVICE_NAME"), attrs["service.name"]),
		Version: attrs["service.version"],
		Env:     cmp.Or(attrs["deployment.environment.name"], attrs["deployment.environment"]),
		Host:    attrs["host.name"],
	}
	if schema.name == SchemaDatadog.name {
		env.service.Name = cmp.Or(os.Getenv("DD_SERVICE"), env.service.Name)
		env.service.Version = cmp.Or(os.Getenv("DD_VERSION"), env.service.Version)
		env.service.Env = cmp.Or(os.Getenv("DD_ENV"), env.service.Env)
	}
}

// parseResource parses key=value pairs with commas between them and values in
// percent-encoding, as the OpenTelemetry specification has it. It returns what
// it can also beside an error.
func parseResource(s string) (map[string]string, error) {
	attrs := make(map[string]string)
	var errs []error
	for pair := range strings.SplitSeq(s, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		k, v, ok := strings.Cut(pair, "=")
		if !ok {
			errs = append(errs, fmt.Errorf("%q: want key=value", pair))
			continue
		}
		value, err := url.PathUnescape(strings.TrimSpace(v))
		if err != nil {
			errs = append(errs, fmt.Errorf("%q: %w", pair, err))
			continue
		}
		attrs[strings.TrimSpace(k)] = value
	}
	return attrs, errors.Join(errs...)
}

// or fills the fields of s that are empty from t.
func (s Service) or(t Service) Service {
	return Service{
		Name: cmp.Or(s.Name, t.Name), Version: cmp.Or(s.Version, t.Version),
		Env: cmp.Or(s.Env, t.Env), Host: cmp.Or(s.Host, t.Host),
	}
}
