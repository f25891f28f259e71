package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"

	"go.opentelemetry.io/otel/attribute"
	sdklog "go.opentelemetry.io/otel/sdk/log"
)

// newProvider returns a logger provider as a program has it that sends records
// to a Collector, but for the exporter: this one writes to stderr.
func newProvider() *sdklog.LoggerProvider {
	return sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewBatchProcessor(lineExporter{os.Stderr})))
}

// A lineExporter writes what OTLP would send of a record, but for times, as a
// line of JSON.
type lineExporter struct{ w io.Writer }

func (e lineExporter) Export(_ context.Context, records []sdklog.Record) error {
	var errs []error
	for _, r := range records {
		var attrs []attribute.KeyValue
		r.WalkAttributes(func(kv attribute.KeyValue) bool {
			attrs = append(attrs, kv)
			return true
		})
		errs = append(errs, json.NewEncoder(e.w).Encode(struct {
			Severity string `json:"severityText"`
			Number   int    `json:"severityNumber"`
			Scope    string `json:"scope"`
			Body     string `json:"body"`
			TraceID  string `json:"traceId"`
			SpanID   string `json:"spanId"`
			Attrs    any    `json:"attributes"`
		}{r.SeverityText(), int(r.Severity()), r.InstrumentationScope().Name, r.Body().AsString(), r.TraceID().String(), r.SpanID().String(), asMap(attrs)}))
	}
	return errors.Join(errs...)
}

func (lineExporter) Shutdown(context.Context) error   { return nil }
func (lineExporter) ForceFlush(context.Context) error { return nil }

func asMap(attrs []attribute.KeyValue) map[string]any {
	m := make(map[string]any, len(attrs))
	for _, kv := range attrs {
		if kv.Value.Type() == attribute.MAP {
			m[string(kv.Key)] = asMap(kv.Value.AsMap())
		} else {
			m[string(kv.Key)] = kv.Value.AsInterface()
		}
	}
	return m
}
