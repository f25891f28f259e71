package spanlog

// Records as part of their span. It is no sink: it has no level but its own two, no counters,
// and no say in what becomes of the record. It needs a span that records, so a caller's, and
// one that is not sampled, have none of it (TestSpanMirrorNotRecording).

import (
	"context"
	"log/slog"
	"math"
	"slices"
	"time"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/levelname"
)

// A spanMirror shows records to the active span: as events, and as its status.
type spanMirror struct {
	events, errors threshold // without a level: none
}

// severityKey is the attribute of a span event with the level of its record.
const severityKey = attribute.Key("log.severity")

// any reports whether anything is mirrored at all.
func (m *spanMirror) any() bool { return m.events.level != nil || m.errors.level != nil }

// mirror shows a record to its span. What goes wrong there is nothing to the
// sinks.
func (p *pipeline) mirror(e *entry) {
	defer p.recovered("SpanEvents or SpanErrors")
	p.spans.record(&e.event, e.ctx)
}

// wants reports whether a record of this level, from a logger with the state s and
// the caller pc, is of interest to the span of ctx. The span is looked for only
// where somebody asked for it.
func (m *spanMirror) wants(ctx context.Context, s *state, level slog.Level, pc uintptr) bool {
	if ctx == nil || !isFrom(&m.events, s, level, pc) && !isFrom(&m.errors, s, level, pc) {
		return false
	}
	return trace.SpanFromContext(ctx).IsRecording()
}

// runsCode reports whether asking for the levels can panic.
func (m *spanMirror) runsCode() bool {
	return !isPlainLevel(m.events.level) || !isPlainLevel(m.errors.level)
}

// isFrom reports whether a level is at the threshold or above, if there is one. What a
// context says of levels is about sinks.
func isFrom(t *threshold, s *state, level slog.Level, pc uintptr) bool {
	return t.level != nil && t.ordinarily(s, level, pc)
}

// record shows one record to the span. The error that it carries, if any, is
// recorded as the error that it is, with its type, beside the event.
func (m *spanMirror) record(e *Event, ctx context.Context) {
	if !m.wants(ctx, e.state, e.Level, e.PC) {
		return
	}
	span := trace.SpanFromContext(ctx)
	// The record's own time, also if ReplaceAttr has made another of it, or none.
	at := trace.WithTimestamp(e.at)
	if e.at.IsZero() {
		at = trace.WithTimestamp(time.Now())
	}
	if isFrom(&m.events, e.state, e.Level, e.PC) {
		attrs := []attribute.KeyValue{severityKey.String(levelname.Of(e.Level))}
		e.leaves(func(path string, a slog.Attr) {
			attrs = append(attrs, keyValue(validText(path+a.Key), a.Value))
		})
		span.AddEvent(validText(e.Message), at, trace.WithAttributes(attrs...))
	}
	err := e.err()
	if err != nil {
		recordError(span, err, at)
	}
	if isFrom(&m.errors, e.state, e.Level, e.PC) {
		status := e.Message
		if err != nil {
			status += ": " + errorMessage(err)
		}
		span.SetStatus(codes.Error, validText(status))
	}
}

// recordError records an error as the span does. An error whose method panics, or
// whose text no exporter would take, is recorded by hand.
func recordError(span trace.Span, err error, at trace.EventOption) {
	byHand := func() {
		span.AddEvent("exception", at, trace.WithAttributes(appendException(nil, err)...))
	}
	defer func() {
		if recover() != nil {
			byHand()
		}
	}()
	if !utf8.ValidString(err.Error()) {
		byHand()
		return
	}
	span.RecordError(err, at)
}

// keyValue is an attribute in OpenTelemetry's kinds. What they have no kind for
// is text.
func keyValue(key string, v slog.Value) attribute.KeyValue {
	switch v.Kind() {
	case slog.KindBool:
		return attribute.Bool(key, v.Bool())
	case slog.KindInt64:
		return attribute.Int64(key, v.Int64())
	case slog.KindUint64:
		if u := v.Uint64(); u <= math.MaxInt64 {
			return attribute.Int64(key, int64(u))
		}
	case slog.KindFloat64:
		return attribute.Float64(key, v.Float64())
	case slog.KindTime:
		return attribute.String(key, v.Time().Format(time.RFC3339Nano))
	case slog.KindAny:
		if src, ok := textSource(v); ok {
			return attribute.String(key, src)
		}
		switch x := v.Any().(type) {
		case error:
			return attribute.String(key, validText(errorMessage(x)))
		case []string:
			x = slices.Clone(x)
			for i := range x {
				x[i] = validText(x[i])
			}
			return attribute.StringSlice(key, x)
		case []int:
			return attribute.IntSlice(key, x)
		case []int64:
			return attribute.Int64Slice(key, x)
		case []float64:
			return attribute.Float64Slice(key, x)
		case []bool:
			return attribute.BoolSlice(key, x)
		}
	}
	return attribute.String(key, validText(valueText(v)))
}
