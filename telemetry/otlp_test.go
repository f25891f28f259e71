package telemetry

import (
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	coltracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/spanlog/spanlog"
)

// otlpServer takes traces and keeps the last request.
type otlpServer struct {
	mu     sync.Mutex
	path   string
	header http.Header
	traces []*tracepb.ResourceSpans
}

func (s *otlpServer) handler(t *testing.T) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		var body []byte
		if r.Header.Get("Content-Encoding") == "gzip" {
			body = unzip(t, r)
		} else {
			body, _ = io.ReadAll(r.Body)
		}
		var request coltracepb.ExportTraceServiceRequest
		if err := proto.Unmarshal(body, &request); err != nil {
			t.Error(err)
		}
		s.path, s.header = r.URL.Path, r.Header.Clone()
		s.traces = append(s.traces, request.ResourceSpans...)
	})
}

func TestOTLP(t *testing.T) {
	clearEnv(t)
	var s otlpServer
	server := httptest.NewServer(s.handler(t))
	defer server.Close()
	shutdown, errs := start(t, Options{
		Service: spanlog.Service{Name: "shop"},
		OTLP:    server.URL,
		Headers: map[string]string{"X-Token": "secret"},
	})
	root := makeSpans(2)
	if err := shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.path != "/v1/traces" || s.header.Get("X-Token") != "secret" || s.header.Get("Content-Encoding") != "gzip" {
		t.Errorf("path %q, header %v", s.path, s.header)
	}
	if len(s.traces) != 1 || len(s.traces[0].ScopeSpans) != 1 || len(s.traces[0].ScopeSpans[0].Spans) != 3 {
		t.Fatalf("got %v, want 3 spans of one scope", s.traces)
	}
	var service string
	for _, a := range s.traces[0].Resource.Attributes {
		if a.Key == "service.name" {
			service = a.Value.GetStringValue()
		}
	}
	if service != "shop" {
		t.Errorf("service %q, want shop", service)
	}
	id, traceID := root.SpanID(), root.TraceID()
	for _, span := range s.traces[0].ScopeSpans[0].Spans {
		if string(span.TraceId) != string(traceID[:]) {
			t.Errorf("span %s has trace %x, want %s", span.Name, span.TraceId, traceID)
		}
		if span.Name == "child" && string(span.ParentSpanId) != string(id[:]) {
			t.Errorf("child has parent %x, want %s", span.ParentSpanId, id)
		}
	}
	if errs.all() != nil {
		t.Errorf("errors:\n%s", errs)
	}
}

func TestBoth(t *testing.T) {
	clearEnv(t)
	var s otlpServer
	server := httptest.NewServer(s.handler(t))
	defer server.Close()
	zipkin := newZipkinServer(t)
	shutdown, _ := start(t, Options{OTLP: server.URL + "/otlp", Zipkin: zipkin.URL})
	makeSpans(1)
	if err := shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if n := zipkin.Len(); n != 2 || len(s.traces) != 1 || s.path != "/otlp" {
		t.Errorf("Zipkin has %d spans, OTLP %v at %s", n, s.traces, s.path)
	}
}

// TestOTLPEnvironment covers what the exporter takes from the environment.
func TestOTLPEnvironment(t *testing.T) {
	for _, tt := range []struct {
		name, env   string
		path, token string
		encoding    string
	}{
		{"base", "OTEL_EXPORTER_OTLP_ENDPOINT=$URL/x/", "/x/v1/traces", "", "gzip"},
		{"full", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=$URL/x OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:1", "/x", "", "gzip"},
		{"no path", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=$URL", "/", "", "gzip"},
		{"headers", "OTEL_EXPORTER_OTLP_ENDPOINT=$URL OTEL_EXPORTER_OTLP_HEADERS=X-Token=a%20b", "/v1/traces", "a b", "gzip"},
		{"no compression", "OTEL_EXPORTER_OTLP_ENDPOINT=$URL OTEL_EXPORTER_OTLP_COMPRESSION=none", "/v1/traces", "", ""},
		{"no certificates for http", "OTEL_EXPORTER_OTLP_ENDPOINT=$URL OTEL_EXPORTER_OTLP_CERTIFICATE=$CERT", "/v1/traces", "", "gzip"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var s otlpServer
			server := httptest.NewServer(s.handler(t))
			defer server.Close()
			setEnv(t, expand(tt.env, "$URL", server.URL, "$CERT", writeCert(t, httptest.NewTLSServer(nil))))
			shutdown, errs := start(t, Options{})
			makeSpans(0)
			if err := shutdown(t.Context()); err != nil || errs.all() != nil {
				t.Fatalf("%v\n%s", err, errs)
			}
			if got := s.header.Get("X-Token"); s.path != tt.path || got != tt.token || s.header.Get("Content-Encoding") != tt.encoding {
				t.Errorf("path %q, token %q, encoding %q", s.path, got, s.header.Get("Content-Encoding"))
			}
		})
	}
}

// TestOTLPCertificate shows that a certificate in the environment is trusted.
func TestOTLPCertificate(t *testing.T) {
	var s otlpServer
	server := httptest.NewTLSServer(s.handler(t))
	defer server.Close()
	setEnv(t, expand("OTEL_EXPORTER_OTLP_ENDPOINT=$URL OTEL_EXPORTER_OTLP_CERTIFICATE=$CERT", "$URL", server.URL, "$CERT", writeCert(t, server)))
	shutdown, errs := start(t, Options{})
	makeSpans(0)
	if err := shutdown(t.Context()); err != nil || len(s.traces) != 1 {
		t.Errorf("%v, got %v\n%s", err, s.traces, errs)
	}
}

// TestOTLPRetries has a server that comes up while spans wait for it.
func TestOTLPRetries(t *testing.T) {
	clearEnv(t)
	for _, tt := range []struct {
		name  string
		fail  func() (*http.Response, error)
		retry bool
	}{
		{"not reachable", func() (*http.Response, error) { return nil, &net.OpError{Op: "dial", Err: errors.New("refused")} }, true},
		{"not ready", func() (*http.Response, error) { return answer(503, ""), nil }, true},
		{"refuses", func() (*http.Response, error) { return answer(400, ""), nil }, false},
		{"breaks off", func() (*http.Response, error) { return nil, errors.New("reset") }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				client := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
					if requests++; requests < 4 {
						return tt.fail()
					}
					return answer(200, ""), nil
				})}
				_, errs := start(t, Options{OTLP: "http://otlp", Client: client})
				makeSpans(0)
				time.Sleep(time.Minute)
				synctest.Wait()
				if got := requests == 4 && errs.all() == nil; got != tt.retry || !tt.retry && requests != 1 {
					t.Errorf("%d requests\n%s", requests, errs)
				}
			})
		})
	}
}

// writeCert writes the certificate of a server to a file.
func writeCert(t *testing.T, server *httptest.Server) string {
	t.Cleanup(server.Close)
	path := filepath.Join(t.TempDir(), "cert.pem")
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(path, cert, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
