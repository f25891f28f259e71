package logline

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// schemas are all that spanlog has.
var schemas = []struct {
	name   string
	schema spanlog.Schema
}{
	{"otel", spanlog.SchemaOTel},
	{"datadog", spanlog.SchemaDatadog},
	{"ecs", spanlog.SchemaECS},
	{"xray", spanlog.SchemaXRay},
	{"newrelic", spanlog.SchemaNewRelic},
	{"honeycomb", spanlog.SchemaHoneycomb},
	{"zipkin", spanlog.SchemaZipkin},
	{"google", spanlog.SchemaGoogleCloud("shop")},
	{"google without a project", spanlog.SchemaGoogleCloud("")},
}

// spanlogLines are what spanlog writes of one record, in each schema and format.
func spanlogLines(t testing.TB, write func(name string, kind Kind, line string)) {
	for _, s := range schemas {
		for _, f := range []struct {
			kind   Kind
			format spanlog.Formatter
		}{{JSON, spanlog.JSON}, {Text, spanlog.Text}} {
			var buf bytes.Buffer
			l, err := spanlog.New(&spanlog.Options{AddSource: true, Schema: s.schema, Service: spanlog.Service{Name: "shop", Env: "prod"}},
				spanlog.Writer{Writer: &buf, Format: f.format})
			if err != nil {
				t.Fatal(err)
			}
			traceID, _ := trace.TraceIDFromHex(w3cTrace)
			spanID, _ := trace.SpanIDFromHex(w3cSpan)
			ctx := trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: traceID, SpanID: spanID, TraceFlags: 1}))
			l.WarnContext(ctx, "order\tpaid: \"yes\"", spanlog.Err(io.EOF), slog.Group("user", "name", "bob"), "level", "high")
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			write(s.name+" "+f.kind.String(), f.kind, buf.String())
		}
	}
}

func TestSchemas(t *testing.T) {
	start := time.Now().Truncate(time.Millisecond)
	spanlogLines(t, func(name string, kind Kind, line string) {
		r := parse(t, line)
		checkLine(t, []byte(line))
		if r.Kind != kind || !r.HasLevel || r.Level != slog.LevelWarn || r.Trace.String() != w3cTrace || r.Span.String() != w3cSpan {
			t.Errorf("%s: got %s\nof %s", name, describe(r), line)
		}
		if r.Time < start.UnixNano() || r.Time > time.Now().UnixNano() {
			t.Errorf("%s: time %d", name, r.Time)
		}
		assert.Equal(t, name, string(r.Message), "order\tpaid: \"yes\"")
		assert.Equal(t, name, string(r.Service), "shop")
		if s := string(r.Source); !strings.Contains(s, "/schema_test.go:") {
			t.Errorf("%s: source %q", name, s)
		}
		var rest []attrText
		for _, a := range attrTexts(r.Attrs) {
			if a.key == "user.name" || a.key == "level" {
				rest = append(rest, a)
			}
		}
		if want := []attrText{{"user.name", "bob"}, {"level", "high"}}; !reflect.DeepEqual(rest, want) {
			t.Errorf("%s: attributes %v of %s", name, r.Attrs, line)
		}
	})
}
