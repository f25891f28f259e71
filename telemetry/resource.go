package telemetry

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/spanlog/spanlog"
)

// newResource describes the program that makes the spans, and log records: what can be found
// out, over that what the environment says, over that what the code says.
//
// Zipkin gets all of it as tags of every span, so it is kept short. The
// command line is left out, since it may hold secrets; so are the user and the
// path of the executable.
//
// What can't be found out is reported and left out.
func newResource(ctx context.Context, service spanlog.Service) *resource.Resource {
	found, err := resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithHost(),
		resource.WithProcessPID(),
		resource.WithProcessRuntimeName(),
		resource.WithProcessRuntimeVersion(),
		resource.WithAttributes(semconv.ServiceName(defaultName())),
	)
	if err != nil {
		otel.Handle(err)
	}
	// The tracer provider reads the environment again and reports what is wrong
	// with it; once is enough.
	env, _ := resource.New(ctx, resource.WithFromEnv())

	var code []attribute.KeyValue
	add := func(key attribute.Key, value string) {
		if value != "" {
			code = append(code, key.String(value))
		}
	}
	add(semconv.ServiceNameKey, service.Name)
	add(semconv.ServiceVersionKey, service.Version)
	add(semconv.DeploymentEnvironmentNameKey, service.Env)
	add(semconv.HostNameKey, service.Host)

	// Merging fails only for different schemas. These have one at most.
	r, _ := resource.Merge(found, env)
	r, _ = resource.Merge(r, resource.NewSchemaless(code...))
	return validResource(r)
}

// validResource returns r with all text in UTF-8. OTLP's encoding refuses anything
// else, and all batches with it.
func validResource(r *resource.Resource) *resource.Resource {
	attrs := r.Attributes()
	bad := false
	for i, a := range attrs {
		if text := a.Value.AsString(); a.Value.Type() == attribute.STRING && !utf8.ValidString(text) {
			otel.Handle(fieldError("resource "+string(a.Key), text, errNotUTF8))
			attrs[i], bad = a.Key.String(strings.ToValidUTF8(text, "\uFFFD")), true
		}
	}
	if !bad {
		return r
	}
	return resource.NewWithAttributes(r.SchemaURL(), attrs...)
}

// defaultName is the name that OpenTelemetry gives to a service without one.
func defaultName() string {
	exe, err := os.Executable()
	if err != nil {
		return "unknown_service:go"
	}
	return "unknown_service:" + filepath.Base(exe)
}
