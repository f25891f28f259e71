package spanlog

// Service says which program writes the records. Its fields stand at the root
// of every record under the names that [Options].Schema gives them, in JSON, Text and
// Relay; a Pattern has %(otelServiceName)s. For telemetry.Options it says which
// program makes the spans. The names are those of OpenTelemetry's resources.
type Service struct {
	// Name is the service's name. By default, OTEL_SERVICE_NAME, else
	// service.name of OTEL_RESOURCE_ATTRIBUTES, else nothing.
	Name string
	// Version is the service's version. By default, service.version of
	// OTEL_RESOURCE_ATTRIBUTES, else nothing.
	Version string
	// Env is the deployment environment, such as "production". By default,
	// deployment.environment.name (or its older name deployment.environment)
	// of OTEL_RESOURCE_ATTRIBUTES, else nothing.
	Env string
	// Host is the machine's name. By default, host.name of
	// OTEL_RESOURCE_ATTRIBUTES, else nothing.
	Host string
}
