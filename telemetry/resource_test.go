package telemetry

import (
	"os"
	"path/filepath"
	"testing"

	"go.opentelemetry.io/otel/attribute"

	"github.com/spanlog/spanlog"
)

func TestResource(t *testing.T) {
	hostname, _ := os.Hostname()
	unknown := "unknown_service:" + filepath.Base(os.Args[0])
	const env = "OTEL_SERVICE_NAME=cart OTEL_RESOURCE_ATTRIBUTES=service.name=x,service.version=1,deployment.environment.name=qa,host.name=h0,team=a%20b"
	for _, tt := range []struct {
		name                          string
		env                           string
		service                       spanlog.Service
		wantName, version, env2, host string
		team                          string
	}{
		{"nothing", "", spanlog.Service{}, unknown, "", "", hostname, ""},
		{"environment", env, spanlog.Service{}, "cart", "1", "qa", "h0", "a b"},
		{"attributes", "OTEL_RESOURCE_ATTRIBUTES=service.name=x", spanlog.Service{}, "x", "", "", hostname, ""},
		{"code", env, spanlog.Service{Name: "shop", Version: "2", Env: "prod", Host: "h1"}, "shop", "2", "prod", "h1", "a b"},
		{"code in part", env, spanlog.Service{Name: "shop"}, "shop", "1", "qa", "h0", "a b"},
		{"bad in part", "OTEL_RESOURCE_ATTRIBUTES=nothing,service.name=x", spanlog.Service{Version: "2"}, "x", "2", "", hostname, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			setEnv(t, tt.env)
			set := newResource(t.Context(), tt.service).Set()
			for key, want := range map[attribute.Key]string{
				"service.name":                tt.wantName,
				"service.version":             tt.version,
				"deployment.environment.name": tt.env2,
				"host.name":                   tt.host,
				"team":                        tt.team,
				"telemetry.sdk.language":      "go",
				"process.runtime.name":        "go",
				"process.command_args":        "",
			} {
				if got, _ := set.Value(key); got.AsString() != want {
					t.Errorf("%s is %q, want %q", key, got.AsString(), want)
				}
			}
		})
	}
}
