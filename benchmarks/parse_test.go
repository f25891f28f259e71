package benchmarks

import (
	"bytes"
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"

	bridge "go.opentelemetry.io/contrib/bridges/otelslog"
	"go.opentelemetry.io/otel/attribute"
	sdklog "go.opentelemetry.io/otel/sdk/log"

	"github.com/spanlog/spanlog/spanlogtest"
)

// renamed gives the message the name that the suite expects. An attribute of
// that name would be renamed as well, but the suite has none.
func renamed(message string, parse parser) parser {
	return func(tb testing.TB, data []byte) []map[string]any {
		docs := parse(tb, data)
		for _, doc := range docs {
			if v, ok := doc[message]; ok {
				doc[slog.MessageKey] = v
				delete(doc, message)
			}
		}
		return docs
	}
}

// nested turns dotted keys into nested maps, for handlers that write groups
// that way. It is what ParseText does.
func nested(parse parser) parser {
	return func(tb testing.TB, data []byte) []map[string]any {
		docs := parse(tb, data)
		for i, flat := range docs {
			docs[i] = map[string]any{}
			for k, v := range flat {
				nest(docs[i], flat, k, v)
			}
		}
		return docs
	}
}

// nest adds a member of flat to doc. A key stays whole if the name of one of
// its groups is the key of a plain value.
func nest(doc, flat map[string]any, key string, v any) {
	groups := strings.Split(key, ".")
	for i := range groups[1:] {
		if _, plain := flat[strings.Join(groups[:i+1], ".")]; plain {
			doc[key] = v
			return
		}
	}
	last := len(groups) - 1
	for _, g := range groups[:last] {
		inner, ok := doc[g].(map[string]any)
		if !ok {
			inner = map[string]any{}
			doc[g] = inner
		}
		doc = inner
	}
	doc[groups[last]] = v
}

// endOfMessage stands where nothing else shows where the message ends.
const endOfMessage = "\x1f"

// endMessage is a ReplaceAttr.
func endMessage(groups []string, a slog.Attr) slog.Attr {
	if a.Key == slog.MessageKey && len(groups) == 0 {
		a.Value = slog.StringValue(a.Value.String() + endOfMessage)
	}
	return a
}

// parseTint reads lines like "time level message\x1f key=value key=value", of
// which the time may be missing.
func parseTint(tb testing.TB, data []byte) []map[string]any {
	var text bytes.Buffer
	for line := range strings.Lines(string(data)) {
		head, attrs, ok := strings.Cut(line, endOfMessage)
		if !ok {
			tb.Fatalf("a line without the end of a message: %q", line)
		}
		if head[0] >= '0' && head[0] <= '9' {
			var when string
			when, head, _ = strings.Cut(head, " ")
			text.WriteString("time=" + when + " ")
		}
		level, message, _ := strings.Cut(head, " ")
		text.WriteString("level=" + level + " msg=" + strconv.Quote(message) + attrs)
	}
	return spanlogtest.ParseText(tb, text.Bytes())
}

// toBridge makes OpenTelemetry's own handler with an SDK that keeps the records.
func toBridge(testing.TB) (slog.Handler, func() []map[string]any) {
	var kept keeper
	provider := sdklog.NewLoggerProvider(sdklog.WithProcessor(&kept), sdklog.WithAttributeCountLimit(-1), sdklog.WithAllowKeyDuplication())
	return bridge.NewHandler("test", bridge.WithLoggerProvider(provider)), kept.docs
}

// A keeper is a processor of records from Info on.
type keeper struct {
	mu      sync.Mutex
	records []sdklog.Record
}

func (k *keeper) Enabled(_ context.Context, p sdklog.EnabledParameters) bool {
	return p.Severity >= 9
}

func (k *keeper) OnEmit(_ context.Context, r *sdklog.Record) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.records = append(k.records, r.Clone())
	return nil
}

func (k *keeper) Shutdown(context.Context) error   { return nil }
func (k *keeper) ForceFlush(context.Context) error { return nil }

func (k *keeper) docs() []map[string]any {
	k.mu.Lock()
	defer k.mu.Unlock()
	var docs []map[string]any
	for _, r := range k.records {
		docs = append(docs, doc(r))
	}
	return docs
}

// doc has the attributes of a record, and its fields. The two are apart in
// OTLP, so an attribute that has the name of a field is moved aside.
func doc(r sdklog.Record) map[string]any {
	fields := map[string]any{slog.LevelKey: r.SeverityText(), slog.MessageKey: r.Body().AsString()}
	if !r.Timestamp().IsZero() {
		fields[slog.TimeKey] = r.Timestamp()
	}
	if r.TraceID().IsValid() {
		fields["trace_id"], fields["trace_flags"] = r.TraceID().String(), r.TraceFlags().String()
	}
	if r.SpanID().IsValid() {
		fields["span_id"] = r.SpanID().String()
	}
	var attrs []attribute.KeyValue
	r.WalkAttributes(func(kv attribute.KeyValue) bool { attrs = append(attrs, kv); return true })
	for k, v := range asMap(attrs) {
		if _, taken := fields[k]; taken {
			k = "attributes." + k
		}
		fields[k] = v
	}
	return fields
}

func asMap(kvs []attribute.KeyValue) map[string]any {
	m := map[string]any{}
	for _, kv := range kvs {
		var v any = kv.Value.AsInterface()
		if kv.Value.Type() == attribute.MAP {
			v = asMap(kv.Value.AsMap())
		}
		k := string(kv.Key)
		switch old := m[k].(type) {
		case nil:
			m[k] = v
		case spanlogtest.Repeated:
			m[k] = append(old, v)
		default:
			m[k] = spanlogtest.Repeated{old, v}
		}
	}
	return m
}
