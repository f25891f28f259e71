package spanlogtest

import (
	"bytes"
	"fmt"
	"log/slog"
	"maps"
	"strconv"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
)

// TestSpanlog runs the suite on spanlog's handlers. The only failures that are
// allowed are those of the handlers within.
func TestSpanlog(t *testing.T) {
	jsonKnown := within(stdJSONKnown)
	textKnown := within(stdTextKnown)
	for _, c := range []struct {
		name    string
		factory factory
		opts    *Options
	}{
		{"around JSON", jsonOver(around(nil)), &Options{Known: jsonKnown}},
		{"around Text", textOver(around(nil)), &Options{Known: textKnown}},
		{"around Multi", overMulti(around(nil)), &Options{Known: jsonKnown}},
		{"around itself", jsonOver(func(h slog.Handler) slog.Handler { return around(nil)(around(nil)(h)) }), &Options{Known: jsonKnown}},
		{"around a naive wrapper", jsonOver(func(h slog.Handler) slog.Handler { return around(nil)(naive{next: h}) }), &Options{Known: jsonKnown}},
		{"around a Recorder", recorded(func(r *Recorder) slog.Handler { return r.Logger().Handler() }), nil},
		{"Sink", recorded(func(r *Recorder) slog.Handler { return spanlog.Must(spanlog.New(nil, r.Sink())).Handler() }), nil},
		{"JSON", formatted(spanlog.JSON, ParseJSON), nil},
		{"Text", formatted(spanlog.Text, ParseText), nil},
		{"Datadog", jsonOver(around(&spanlog.Options{Schema: spanlog.SchemaDatadog})), &Options{Known: jsonKnown, Fields: datadogFields}},
		{"ECS", jsonOver(around(&spanlog.Options{Schema: spanlog.SchemaECS})), &Options{Known: jsonKnown, Fields: ecsFields}},
		{"ECS, Text", textOver(around(&spanlog.Options{Schema: spanlog.SchemaECS})), &Options{Known: textKnown, Fields: ecsFields}},
		{"Google Cloud", jsonOver(around(&spanlog.Options{Schema: spanlog.SchemaGoogleCloud("shop")})), &Options{Known: jsonKnown, Fields: googleFields}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			TestHandler(t, c.factory, c.opts)
		})
	}
}

// within returns the failures of a handler that a wrapper can't keep it from.
func within(known map[string]string) map[string]string {
	known = maps.Clone(known)
	delete(known, "groups/no-name") // a wrapper doesn't pass empty names on
	return known
}

func around(opts *spanlog.Options) func(slog.Handler) slog.Handler {
	return func(h slog.Handler) slog.Handler { return spanlog.NewHandler(h, opts) }
}

func overMulti(wrap func(slog.Handler) slog.Handler) factory {
	return func(tb testing.TB) (slog.Handler, func() []map[string]any) {
		h, results := multi(tb)
		return wrap(h), results
	}
}

func recorded(wrap func(*Recorder) slog.Handler) factory {
	return func(tb testing.TB) (slog.Handler, func() []map[string]any) {
		rec := New(quiet{tb})
		return wrap(rec), func() []map[string]any { return asMaps(rec.Records()) }
	}
}

func formatted(f spanlog.Formatter, parse func(testing.TB, []byte) []map[string]any) factory {
	return func(tb testing.TB) (slog.Handler, func() []map[string]any) {
		var buf bytes.Buffer
		log, err := spanlog.New(nil, spanlog.Writer{Writer: &buf, Format: f})
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { log.Close() })
		return log.Handler(), func() []map[string]any { return parse(tb, buf.Bytes()) }
	}
}

func datadogFields(sc trace.SpanContext) map[string]string {
	span := sc.SpanID()
	low, _ := strconv.ParseUint(span.String(), 16, 64)
	return map[string]string{"dd.trace_id": sc.TraceID().String(), "dd.span_id": fmt.Sprint(low)}
}

func ecsFields(sc trace.SpanContext) map[string]string {
	return map[string]string{"trace.id": sc.TraceID().String(), "span.id": sc.SpanID().String()}
}

func googleFields(sc trace.SpanContext) map[string]string {
	return map[string]string{
		"logging.googleapis.com/trace":         "projects/shop/traces/" + sc.TraceID().String(),
		"logging.googleapis.com/spanId":        sc.SpanID().String(),
		"logging.googleapis.com/trace_sampled": fmt.Sprint(sc.IsSampled()),
	}
}
