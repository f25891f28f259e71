package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"

	bridge "go.opentelemetry.io/contrib/bridges/otelslog"
	"go.opentelemetry.io/otel/attribute"
	sdklog "go.opentelemetry.io/otel/sdk/log"
)

// toBridge is OpenTelemetry's own handler, with an SDK whose processor does
// nothing: it makes records, not text.
func toBridge(s *setup) slog.Handler {
	provider := sdklog.NewLoggerProvider(sdklog.WithProcessor(processor{s.json}))
	return bridge.NewHandler("speed", bridge.WithLoggerProvider(provider), bridge.WithSource(s.source))
}

// A processor does nothing if w is io.Discard. Else it writes the records for the
// comparison of outputs.
type processor struct{ w io.Writer }

func (processor) Enabled(_ context.Context, p sdklog.EnabledParameters) bool { return p.Severity >= 9 }
func (processor) Shutdown(context.Context) error                             { return nil }
func (processor) ForceFlush(context.Context) error                           { return nil }

func (p processor) OnEmit(_ context.Context, r *sdklog.Record) error {
	if p.w == io.Discard {
		return nil
	}
	return json.NewEncoder(p.w).Encode(fieldsOf(r))
}

// fieldsOf has the attributes of a record, and its fields under slog's names.
func fieldsOf(r *sdklog.Record) map[string]any {
	var attrs []attribute.KeyValue
	r.WalkAttributes(func(kv attribute.KeyValue) bool { attrs = append(attrs, kv); return true })
	fields := asMap(attrs)
	fields[slog.TimeKey], fields[slog.LevelKey], fields[slog.MessageKey] = r.Timestamp(), r.SeverityText(), r.Body().AsString()
	if r.TraceID().IsValid() {
		fields["trace_id"], fields["span_id"], fields["trace_flags"] = r.TraceID().String(), r.SpanID().String(), r.TraceFlags().String()
	}
	return fields
}

func asMap(attrs []attribute.KeyValue) map[string]any {
	m := map[string]any{}
	for _, kv := range attrs {
		if kv.Value.Type() == attribute.MAP {
			m[string(kv.Key)] = asMap(kv.Value.AsMap())
		} else {
			m[string(kv.Key)] = kv.Value.AsInterface()
		}
	}
	return m
}
