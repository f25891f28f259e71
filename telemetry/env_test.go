package telemetry

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// expand replaces names by values.
func expand(s string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(s) }

// text returns the warnings, one a line.
func (w warnings) text() string {
	var b strings.Builder
	for _, err := range w {
		b.WriteString(err.Error() + "\n")
	}
	return b.String()
}

func TestEndpointsFromEnv(t *testing.T) {
	const (
		none   = "<nil> <nil>"
		zipkin = "http://localhost:9411/api/v2/spans <nil>"
		otlp   = "<nil> http://localhost:4318/v1/traces"
		both   = "http://localhost:9411/api/v2/spans http://localhost:4318/v1/traces"
	)
	for _, tt := range []struct{ env, want, warn string }{
		{"", none, ""},
		{"OTEL_TRACES_EXPORTER=zipkin", zipkin, ""},
		{"OTEL_TRACES_EXPORTER=otlp", otlp, ""},
		{"OTEL_TRACES_EXPORTER=OTLP,Zipkin,", both, ""},
		{"OTEL_TRACES_EXPORTER=none OTEL_EXPORTER_ZIPKIN_ENDPOINT=http://z", none, ""},
		{"OTEL_TRACES_EXPORTER=console", none, "telemetry: OTEL_TRACES_EXPORTER: \"console\": not supported: want zipkin, otlp or none\n"},
		{"OTEL_TRACES_EXPORTER=zipkin,console", zipkin, "telemetry: OTEL_TRACES_EXPORTER: \"console\": not supported: want zipkin, otlp or none\n"},
		{"OTEL_TRACES_EXPORTER=jaeger OTEL_EXPORTER_ZIPKIN_ENDPOINT=http://z", "http://z/api/v2/spans <nil>", "telemetry: OTEL_TRACES_EXPORTER: \"jaeger\": not supported: want zipkin, otlp or none\n"},
		{"OTEL_EXPORTER_ZIPKIN_ENDPOINT=http://z:1/spans", "http://z:1/spans <nil>", ""},
		{"OTEL_EXPORTER_ZIPKIN_ENDPOINT=z:1", none, "telemetry: OTEL_EXPORTER_ZIPKIN_ENDPOINT: \"z:1\": missing scheme\n"},
		{"OTEL_TRACES_EXPORTER=zipkin OTEL_EXPORTER_ZIPKIN_ENDPOINT=z:1", zipkin, "telemetry: OTEL_EXPORTER_ZIPKIN_ENDPOINT: \"z:1\": missing scheme\n"},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_ZIPKIN_ENDPOINT=z:1", otlp, ""},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://o:1", "<nil> http://o:1/v1/traces", ""},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://o:1/x", "<nil> http://o:1/x/v1/traces", ""},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://o:1/x", "<nil> http://o:1/x", ""},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://o:1", "<nil> http://o:1/", ""},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=o:1 OTEL_EXPORTER_OTLP_ENDPOINT=http://o:2", "<nil> http://o:2/v1/traces", "telemetry: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: \"o:1\": missing scheme\n"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=o:1", none, "telemetry: OTEL_EXPORTER_OTLP_ENDPOINT: \"o:1\": missing scheme\n"},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_ENDPOINT=o:1", otlp, "telemetry: OTEL_EXPORTER_OTLP_ENDPOINT: \"o:1\": missing scheme\n"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://u:p@o", none, "telemetry: OTEL_EXPORTER_OTLP_ENDPOINT: \"http://xxxxx@o\": OTLP sends no user and no query: use headers\n"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://o OTEL_EXPORTER_ZIPKIN_ENDPOINT=http://z", "http://z/api/v2/spans http://o/v1/traces", ""},
	} {
		t.Run(tt.env, func(t *testing.T) {
			setEnv(t, tt.env)
			var warn warnings
			to := endpointsFromEnv(&warn)
			if got := fmt.Sprint(to.zipkin, " ", to.otlp); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if got := warn.text(); got != tt.warn {
				t.Errorf("warnings %q, want %q", got, tt.warn)
			}
		})
	}
}

func TestSDKDisabled(t *testing.T) {
	for _, tt := range []struct {
		value string
		want  bool
		warn  string
	}{
		{"", false, ""},
		{"true", true, ""},
		{" True ", true, ""},
		{"false", false, ""},
		{"1", false, "telemetry: OTEL_SDK_DISABLED: \"1\": want true or false\n"},
	} {
		t.Setenv("OTEL_SDK_DISABLED", tt.value)
		var warn warnings
		if got := sdkDisabled(&warn); got != tt.want || warn.text() != tt.warn {
			t.Errorf("%q: %v %q, want %v %q", tt.value, got, warn.text(), tt.want, tt.warn)
		}
	}
}

func TestTimeout(t *testing.T) {
	const name = "OTEL_EXPORTER_ZIPKIN_TIMEOUT"
	const warning = "telemetry: " + name + ": %q: want a number from 1 to 2147483647\n"
	for _, tt := range []struct {
		env, code, client string
		want, warn        string
	}{
		{"", "", "", "10s", ""},
		{"1500", "", "", "1.5s", ""},
		{"1500", "3s", "", "3s", ""},
		{"1500", "", "2s", "2s", ""},
		{"1500", "3s", "2s", "3s", ""},
		{"0", "", "", "10s", fmt.Sprintf(warning, "0")},
		{"-1", "", "", "10s", fmt.Sprintf(warning, "-1")},
		{"5s", "", "", "10s", fmt.Sprintf(warning, "5s")},
		{"99999999999", "", "", "10s", fmt.Sprintf(warning, "99999999999")},
	} {
		setEnv(t, name+"="+tt.env)
		opts := Options{Timeout: duration(tt.code)}
		if tt.client != "" {
			opts.Client = clientWith(duration(tt.client))
		}
		var warn warnings
		got := timeout(opts, &warn, name)
		if got.String() != tt.want || warn.text() != tt.warn {
			t.Errorf("%+v: %v %q", tt, got, warn.text())
		}
	}
}

func duration(s string) time.Duration {
	d, _ := time.ParseDuration(s)
	return d
}

func TestBatching(t *testing.T) {
	for _, tt := range []struct {
		env, timeout string
		want, warn   string
	}{
		{"", "", "2048 512 5s 30s", ""},
		{"OTEL_BSP_MAX_QUEUE_SIZE=100", "", "100 100 5s 30s", ""},
		{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE=9 OTEL_BSP_SCHEDULE_DELAY=200 OTEL_BSP_EXPORT_TIMEOUT=1000", "", "2048 9 200ms 1s", ""},
		{"OTEL_BSP_EXPORT_TIMEOUT=1000", "2s", "2048 512 5s 6s", ""},
		{"", "2562047h", "2048 512 5s 2562047h47m16.854775806s", ""},
		{"OTEL_BSP_MAX_QUEUE_SIZE=-1", "", "2048 512 5s 30s", "telemetry: OTEL_BSP_MAX_QUEUE_SIZE: \"-1\": want a number from 1 to 1048576\n"},
		{"OTEL_BSP_MAX_QUEUE_SIZE=2000000000", "", "2048 512 5s 30s", "telemetry: OTEL_BSP_MAX_QUEUE_SIZE: \"2000000000\": want a number from 1 to 1048576\n"},
		{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE=x", "", "2048 512 5s 30s", "telemetry: OTEL_BSP_MAX_EXPORT_BATCH_SIZE: \"x\": want a number from 1 to 1048576\n"},
		{"OTEL_BSP_SCHEDULE_DELAY=0", "", "2048 512 5s 30s", "telemetry: OTEL_BSP_SCHEDULE_DELAY: \"0\": want a number from 1 to 2147483647\n"},
	} {
		setEnv(t, tt.env)
		var warn warnings
		b := newBatching(Options{Timeout: duration(tt.timeout)}, spanBatches, &warn)
		got := fmt.Sprint(b.queueSize, b.batchSize, b.delay, b.timeout)
		if got != tt.want || warn.text() != tt.warn {
			t.Errorf("%s %s: %s %q, want %s %q", tt.env, tt.timeout, got, warn.text(), tt.want, tt.warn)
		}
	}
}

// TestBadEnvironment sets everything wrong at once. The program must start and
// be told, and spans must be made.
func TestBadEnvironment(t *testing.T) {
	setEnv(t, "OTEL_SDK_DISABLED=no OTEL_TRACES_EXPORTER=zipkin,otlp,file OTEL_EXPORTER_ZIPKIN_ENDPOINT=: OTEL_EXPORTER_ZIPKIN_TIMEOUT=x "+
		"OTEL_EXPORTER_OTLP_PROTOCOL=grpc OTEL_EXPORTER_OTLP_TIMEOUT=0 OTEL_PROPAGATORS=smoke OTEL_TRACES_SAMPLER=dice "+
		"OTEL_RESOURCE_ATTRIBUTES=nothing OTEL_BSP_MAX_QUEUE_SIZE=-1 OTEL_BSP_EXPORT_TIMEOUT=x")
	_, errs := start(t, Options{})
	for name := range strings.FieldsSeq("OTEL_SDK_DISABLED OTEL_TRACES_EXPORTER OTEL_EXPORTER_ZIPKIN_ENDPOINT OTEL_EXPORTER_ZIPKIN_TIMEOUT " +
		"OTEL_EXPORTER_OTLP_PROTOCOL OTEL_EXPORTER_OTLP_TIMEOUT OTEL_PROPAGATORS OTEL_BSP_MAX_QUEUE_SIZE OTEL_BSP_EXPORT_TIMEOUT dice nothing") {
		if strings.Count(errs.String(), name) != 1 {
			t.Errorf("%s is not reported once", name)
		}
	}
	if t.Failed() {
		t.Log(errs)
	}
	// No span is made here: it would be sent to localhost.
}
