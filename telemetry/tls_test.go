package telemetry

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTLSFromEnv: what is wrong with certificates is reported, and the program starts.
// That good ones are used is shown by TestOTLPCertificate.
func TestTLSFromEnv(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, env, want string }{
		{"nothing", "", ""},
		{"no file", "OTEL_EXPORTER_OTLP_CERTIFICATE=/nope", `telemetry: OTEL_EXPORTER_OTLP_CERTIFICATE: "/nope": open /nope: `},
		{"no certificate", "OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE=$EMPTY", `no certificate in PEM form`},
		{"another signal's", "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE=/nope", ""},
		{"no key", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE=$EMPTY", `without a CLIENT_KEY`},
		{"no certificate for a key", "OTEL_EXPORTER_OTLP_CLIENT_KEY=$EMPTY", `without a CLIENT_CERTIFICATE`},
		{"bad pair", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE=$EMPTY OTEL_EXPORTER_OTLP_CLIENT_KEY=$EMPTY", `OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: "` + empty + `": tls: `},
	} {
		t.Run(tt.name, func(t *testing.T) {
			setEnv(t, expand(tt.env, "$EMPTY", empty))
			var warn warnings
			config := tlsFromEnv(&warn, "LOGS")
			if got := warn.text(); config != nil || (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
				t.Errorf("got %v, warnings %q, want %q", config, got, tt.want)
			}
		})
	}
}
