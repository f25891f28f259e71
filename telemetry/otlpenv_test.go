package telemetry

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

func TestOTLPEnv(t *testing.T) {
	const own, all = "OTEL_EXPORTER_OTLP_TRACES_", "OTEL_EXPORTER_OTLP_"
	type vars map[string]string
	for _, tt := range []struct {
		name     string
		env      vars
		headers  string
		compress bool
		hidden   string
		warnings string
	}{
		{"nothing", nil, "map[]", true, "[]", ""},
		{"headers", vars{all + "HEADERS": "a=1, b = %20x,c="}, "map[a:1 b:x c:]", true, "[]", ""},
		{"its own headers win", vars{all + "HEADERS": "a=1", own + "HEADERS": "b=2"}, "map[b:2]", true, "[]", ""},
		{"bad ones are left out", vars{all + "HEADERS": "a=secret,secret,b=%zz,c d=secret,e=secret%0Ax,f=2"}, "map[a:secret f:2]", true, "[all HEADERS]",
			"all HEADERS: entry 2: want name=value\nall HEADERS: entry 3: the value is not escaped as in a URL\n" +
				"all HEADERS: entry 4: not a header's name\nall HEADERS: entry 5: line break in the value\n"},
		{"a line break at the end", vars{all + "HEADERS": "a=x%0A"}, "map[a:x]", true, "[]", ""},
		{"a key instead of its path", vars{all + "CLIENT_KEY": "secret"}, "map[]", true, "[all CLIENT_KEY]", ""},
		{"none good of its own", vars{all + "HEADERS": "a=1", own + "HEADERS": "secret"}, "map[]", true, "[own HEADERS]", "own HEADERS: entry 1: want name=value\n"},
		{"a comma at the end", vars{all + "HEADERS": "a=1,"}, "map[a:1]", true, "[all HEADERS]", ""},
		{"bad ones that are not used", vars{all + "HEADERS": "secret", own + "HEADERS": "a=1"}, "map[a:1]", true, "[all HEADERS]", ""},
		{"no compression", vars{all + "COMPRESSION": "none"}, "map[]", false, "[]", ""},
		{"its own compression wins", vars{all + "COMPRESSION": "none", own + "COMPRESSION": "gzip"}, "map[]", true, "[]", ""},
		{"another compression", vars{own + "COMPRESSION": "zstd"}, "map[]", true, "[]", `own COMPRESSION: "zstd": want gzip or none` + "\n"},
		{"an endpoint with a secret", vars{all + "ENDPOINT": "http://u:secret/x@host"}, "map[]", true, "[all ENDPOINT]", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			clearEnv(t)
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			short := strings.NewReplacer("telemetry: ", "", own, "own ", all, "all ")
			var warn warnings
			e := newOTLPEnv(&warn, "TRACES")
			if got := fmt.Sprint(e.headers); got != tt.headers {
				t.Errorf("headers %s, want %s", got, tt.headers)
			}
			if e.compress != tt.compress {
				t.Errorf("compress is %t", e.compress)
			}
			if got := short.Replace(warn.text()); got != tt.warnings {
				t.Errorf("warnings:\n%swant:\n%s", got, tt.warnings)
			}
			if got := short.Replace(fmt.Sprint(e.hidden)); got != tt.hidden {
				t.Errorf("hidden %s, want %s", got, tt.hidden)
			}
			err := e.hide(func() error {
				for _, name := range e.hidden {
					if _, is := os.LookupEnv(name); is {
						t.Errorf("%s is there while it is hidden", name)
					}
				}
				return errNoURL
			})
			if err != errNoURL {
				t.Errorf("the error has become %v", err)
			}
			for name, value := range tt.env {
				if got := os.Getenv(name); got != value {
					t.Errorf("%s is %q afterwards", name, got)
				}
			}
		})
	}
}

// TestOTLPEnvSecrets: what an exporter cannot use of the environment is nowhere to be read. The
// SDK writes to standard error, so a process of its own starts tracing.
func TestOTLPEnvSecrets(t *testing.T) {
	const child = "SPANLOG_TEST_CHILD"
	if to := os.Getenv(child); to != "" {
		shutdown, err := Start(t.Context(), Options{OTLP: to, OTLPLogs: to, OnError: func(err error) { fmt.Println("told:", err) }})
		if err != nil {
			t.Fatal(err)
		}
		makeSpans(0)
		if err := shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		return
	}
	var mu sync.Mutex
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, r.Header.Get("Authorization"))
	}))
	defer server.Close()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestOTLPEnvSecrets$")
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "OTEL_") {
			cmd.Env = append(cmd.Env, pair)
		}
	}
	cmd.Env = append(cmd.Env, child+"="+server.URL,
		"OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer s3cr3t,oops-s3cr3t,x=s3cr3t%zz",
		"OTEL_EXPORTER_OTLP_ENDPOINT=http://u:s3cr3t/x@host", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=http://u:s3cr3t/x@host",
		"OTEL_EXPORTER_OTLP_TRACES_HEADERS=x=1,oops-s3cr3t",
		"OTEL_EXPORTER_OTLP_CLIENT_KEY=key-s3cr3t", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE="+os.Args[0])
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if text := string(out); strings.Contains(text, "s3cr3t") ||
		!strings.Contains(text, "told: telemetry: OTEL_EXPORTER_OTLP_HEADERS: entry 2: ") ||
		!strings.Contains(text, "told: telemetry: OTEL_EXPORTER_OTLP_TRACES_HEADERS: entry 2: ") ||
		!strings.Contains(text, "told: telemetry: OTEL_EXPORTER_OTLP_CLIENT_KEY: no such file or directory\n") {
		t.Errorf("the output is\n%s", text)
	}
	if len(got) != 1 || got[0] != "" { // its own variable replaces the one for all signals
		t.Errorf("the server got the headers %q", got)
	}
}
