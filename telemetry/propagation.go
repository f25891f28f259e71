package telemetry

// Which headers a trace travels in. A service reads all forms, so that it may stand behind any
// other, and writes those that most can read.

import (
	"context"
	"errors"

	"go.opentelemetry.io/contrib/propagators/b3"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// propagatorFromEnv returns the propagator that OTEL_PROPAGATORS asks for, or
// the default: W3C trace context, W3C baggage and B3 in many headers.
func propagatorFromEnv(warn *warnings) propagation.TextMapPropagator {
	var context, baggage, none bool
	var encoding b3.Encoding // B3Unspecified, which is zero: no B3
	for _, name := range listEnv(envPropagators) {
		switch name {
		case "tracecontext":
			context = true
		case "baggage":
			baggage = true
		case "b3":
			encoding |= b3.B3SingleHeader
		case "b3multi":
			encoding |= b3.B3MultipleHeader
		case "none":
			none = true
		default:
			warn.add(envPropagators, name, errors.New("not supported: want tracecontext, baggage, b3, b3multi or none"))
		}
	}
	if !context && !baggage && encoding == b3.B3Unspecified && !none {
		context, baggage, encoding = true, true, b3.B3MultipleHeader
	}

	// The last one to find a span in a request wins: B3 is first, so that W3C,
	// which tells more, has the last word.
	var all []propagation.TextMapPropagator
	if encoding != b3.B3Unspecified {
		all = append(all, b3Propagator{b3.New(b3.WithInjectEncoding(encoding))})
	}
	if context {
		all = append(all, propagation.TraceContext{})
	}
	if baggage {
		all = append(all, propagation.Baggage{})
	}
	return propagation.NewCompositeTextMapPropagator(all...)
}

// b3Propagator is OpenTelemetry's B3, which reads both forms, with one change:
// it writes nothing where there is no span. The original writes "not sampled"
// then, and every service below throws its trace away.
type b3Propagator struct{ propagation.TextMapPropagator }

// Inject writes the headers of the span in ctx, if there is one.
func (p b3Propagator) Inject(ctx context.Context, carrier propagation.TextMapCarrier) {
	if trace.SpanContextFromContext(ctx).IsValid() {
		p.TextMapPropagator.Inject(ctx, carrier)
	}
}
