package spanlog_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

func TestAttrs(t *testing.T) {
	opts := &spanlog.Options{Service: spanlog.Service{Name: "shop"}, Attrs: []slog.Attr{slog.Int("a", 1), slog.Any("token", secret("hunter2")), slog.String("trace_id", "mine")}}
	log := func(l *slog.Logger) { l.WithGroup("g").Info("m", "x", 1) }
	const want = `{"level":"INFO","msg":"m","service.name":"shop","a":1,"token":"***","trace_id":"mine","g":{"x":1}}`
	assert.Equal(t, "New", written(t, opts, nil, log), want)
	assert.Equal(t, "NewHandler", relayed(opts, log), want)
	log = func(l *slog.Logger) { l.WithGroup("g").InfoContext(inSpan(bg), "m", "x", 1) }
	assert.Equal(t, "collision", written(t, opts, nil, log), `{"level":"INFO","msg":"m","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","trace_flags":"01","attr.trace_id":"mine","service.name":"shop","a":1,"token":"***","g":{"x":1}}`)
}

func TestService(t *testing.T) {
	for _, test := range []struct {
		name   string
		env    []string // name=value
		code   spanlog.Service
		schema spanlog.Schema
		want   string // the line
	}{
		{"nothing", nil, spanlog.Service{}, spanlog.SchemaOTel, `{"level":"INFO","msg":"m"}`},
		{"code", nil, shop, spanlog.SchemaOTel, `{"level":"INFO","msg":"m","service.name":"shop","service.version":"1.2.3","deployment.environment.name":"prod","host.name":"web-1"}`},
		{"OTEL_SERVICE_NAME", []string{"OTEL_SERVICE_NAME=cart"}, spanlog.Service{}, spanlog.SchemaOTel, `{"level":"INFO","msg":"m","service.name":"cart"}`},
		{"the name wins over the resource", []string{"OTEL_SERVICE_NAME=cart", "OTEL_RESOURCE_ATTRIBUTES=service.name=x"}, spanlog.Service{}, spanlog.SchemaOTel, `{"level":"INFO","msg":"m","service.name":"cart"}`},
		{"the resource", []string{"OTEL_RESOURCE_ATTRIBUTES=service.name=cart,service.version=2,deployment.environment.name=test,host.name=h,other=1"}, spanlog.Service{}, spanlog.SchemaOTel,
			`{"level":"INFO","msg":"m","service.name":"cart","service.version":"2","deployment.environment.name":"test","host.name":"h"}`},
		{"the older name", []string{"OTEL_RESOURCE_ATTRIBUTES=deployment.environment=old"}, spanlog.Service{}, spanlog.SchemaOTel, `{"level":"INFO","msg":"m","deployment.environment.name":"old"}`},
		{"the newer name wins", []string{"OTEL_RESOURCE_ATTRIBUTES=deployment.environment=old,deployment.environment.name=new"}, spanlog.Service{}, spanlog.SchemaOTel, `{"level":"INFO","msg":"m","deployment.environment.name":"new"}`},
		{"escapes and spaces", []string{"OTEL_RESOURCE_ATTRIBUTES= service.name = my%20shop%2C%C3%BC , ,service.version=a=b+c"}, spanlog.Service{}, spanlog.SchemaOTel, `{"level":"INFO","msg":"m","service.name":"my shop,ü","service.version":"a=b+c"}`},
		{"code wins", []string{"OTEL_SERVICE_NAME=cart", "OTEL_RESOURCE_ATTRIBUTES=service.version=9,host.name=h"}, spanlog.Service{Name: "shop", Version: "1"}, spanlog.SchemaOTel, `{"level":"INFO","msg":"m","service.name":"shop","service.version":"1","host.name":"h"}`},
		{"DD_* is for Datadog", []string{"DD_SERVICE=dd", "DD_VERSION=3", "DD_ENV=e"}, spanlog.Service{}, spanlog.SchemaOTel, `{"level":"INFO","msg":"m"}`},
		{"Datadog", []string{"DD_SERVICE=dd", "DD_VERSION=3", "DD_ENV=e", "OTEL_SERVICE_NAME=cart", "OTEL_RESOURCE_ATTRIBUTES=service.version=9,host.name=h"}, spanlog.Service{}, spanlog.SchemaDatadog,
			`{"level":"INFO","message":"m","dd.service":"dd","dd.version":"3","dd.env":"e","host":"h"}`},
		{"Datadog with OpenTelemetry's", []string{"OTEL_SERVICE_NAME=cart"}, spanlog.Service{}, spanlog.SchemaDatadog, `{"level":"INFO","message":"m","dd.service":"cart"}`},
		{"Datadog, code wins", []string{"DD_SERVICE=dd", "DD_ENV=e"}, spanlog.Service{Name: "shop"}, spanlog.SchemaDatadog, `{"level":"INFO","message":"m","dd.service":"shop","dd.env":"e"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			setenv(t, test.env)
			opts := &spanlog.Options{Schema: test.schema, Service: test.code}
			assert.Equal(t, "New", written(t, opts, nil, func(l *slog.Logger) { l.Info("m") }), test.want)
		})
	}
}

// TestServiceHandler: around a handler of somebody else's, the environment does
// not count.
func TestServiceHandler(t *testing.T) {
	setenv(t, []string{"OTEL_SERVICE_NAME=cart", "SPANLOG_LEVEL=ERROR"})
	log := func(l *slog.Logger) { l.Info("m") }
	assert.Equal(t, "environment", relayed(nil, log), `{"level":"INFO","msg":"m"}`)
	assert.Equal(t, "code", relayed(&spanlog.Options{Service: spanlog.Service{Name: "shop"}}, log), `{"level":"INFO","msg":"m","service.name":"shop"}`)
}

// TestServiceBadPairs: what can be read is taken, what cannot is one warning.
func TestServiceBadPairs(t *testing.T) {
	setenv(t, []string{"OTEL_RESOURCE_ATTRIBUTES=service.name=shop,broken,service.version=%zz,host.name=h"})
	var buf bytes.Buffer
	l := open(t, nil, spanlog.Writer{Writer: &buf})
	l.Info("m")
	lines := strings.Split(strings.TrimSpace(buf.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("want one warning and one record: %q", lines)
	}
	warning := parsed(t, lines[0])
	text, _ := json.Marshal(warning)
	for _, want := range []string{"OTEL_RESOURCE_ATTRIBUTES", "broken", "service.version=%zz", "WARN"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	rec := parsed(t, lines[1])
	if rec["service.name"] != "shop" || rec["host.name"] != "h" || rec["service.version"] != nil {
		t.Errorf("got %v", rec)
	}
}
