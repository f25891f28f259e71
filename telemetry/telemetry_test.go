package telemetry

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/zipkin"
)

// zipkinServer is a Zipkin that keeps the headers of its last request.
type zipkinServer struct {
	zipkin.Store
	*httptest.Server
	mu     sync.Mutex
	header http.Header
	host   string
}

func newZipkinServer(t *testing.T) *zipkinServer {
	s := new(zipkinServer)
	h := s.Handler()
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.header, s.host = r.Header.Clone(), r.Host
		s.mu.Unlock()
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func TestZipkin(t *testing.T) {
	clearEnv(t)
	server := newZipkinServer(t)
	shutdown, errs := start(t, Options{
		Service: spanlog.Service{Name: "shop", Version: "1.4", Env: "test", Host: "h1"},
		Zipkin:  server.URL + "/api/v2/spans",
		Headers: map[string]string{"X-Token": "secret", "Host": "zipkin.example"},
	})
	ctx, root := otel.Tracer("test").Start(t.Context(), "GET /cart", trace.WithSpanKind(trace.SpanKindServer))
	_, child := otel.Tracer("test").Start(ctx, "load", trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(attribute.String("peer.service", "db")))
	child.AddEvent("retry")
	child.SetStatus(codes.Error, "no luck")
	child.End()
	root.End()
	if err := shutdown(t.Context()); err != nil {
		t.Error(err)
	}

	spans := server.Trace(root.SpanContext().TraceID().String())
	if len(spans) != 2 {
		t.Fatalf("%d spans arrived, want 2: %v\n%s", len(spans), spans, errs)
	}
	tree := zipkin.Tree(spans)
	if len(tree) != 1 || len(tree[0].Children) != 1 {
		t.Fatalf("child doesn't hang on root: %+v", spans)
	}
	r, c := tree[0].Span, tree[0].Children[0].Span
	for _, tt := range []struct{ what, got, want string }{
		{"root's id", r.ID, root.SpanContext().SpanID().String()},
		{"root's name", r.Name, "get /cart"},
		{"root's kind", r.Kind, "SERVER"},
		{"service", r.Service(), "shop"},
		{"version", r.Tags["service.version"], "1.4"},
		{"environment", r.Tags["deployment.environment.name"], "test"},
		{"host", r.Tags["host.name"], "h1"},
		{"child's parent", c.ParentID, r.ID},
		{"child's kind", c.Kind, "CLIENT"},
		{"child's peer", c.RemoteEndpoint.ServiceName, "db"},
		{"child's status", c.Tags["error"], "no luck"},
		{"child's annotation", c.Annotations[0].Value, "retry"},
		{"encoding", server.header.Get("Content-Encoding"), "gzip"},
		{"type", server.header.Get("Content-Type"), "application/json"},
		{"header", server.header.Get("X-Token"), "secret"},
		{"host header", server.host, "zipkin.example"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s is %q, want %q", tt.what, tt.got, tt.want)
		}
	}
	if errs.all() != nil {
		t.Errorf("errors:\n%s", errs)
	}
}

// TestNoSecrets guards what leaves the machine unasked.
func TestNoSecrets(t *testing.T) {
	clearEnv(t)
	server := newZipkinServer(t)
	shutdown, _ := start(t, Options{Zipkin: server.URL})
	id := makeSpans(0).TraceID()
	if err := shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	for key, value := range server.Trace(id.String())[0].Tags {
		if strings.Contains(key, "command") || strings.Contains(key, "owner") || strings.Contains(value, os.Args[0]) {
			t.Errorf("tag %s is %q", key, value)
		}
	}
}

// TestUserInURL covers a password in the URL, as of a user or as a key in its query, which
// must arrive and must not show up in errors.
func TestUserInURL(t *testing.T) {
	clearEnv(t)
	for _, tt := range []struct {
		name    string
		headers map[string]string
		want    string
	}{
		{"from URL", nil, "Basic dXNlcjpwYXNz"},
		{"header wins", map[string]string{"authorization": "Bearer x"}, "Bearer x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got, query string
			client := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				got, query = r.Header.Get("Authorization"), r.URL.RawQuery
				return answer(400, ""), nil
			})}
			shutdown, errs := start(t, Options{Zipkin: "http://user:pass@zipkin.example?key=pass", Headers: tt.headers, Client: client})
			makeSpans(0)
			err := shutdown(t.Context())
			if got != tt.want {
				t.Errorf("Authorization %q, want %q", got, tt.want)
			}
			if query != "key=pass" {
				t.Errorf("the query is %q", query)
			}
			if text := errs.String() + message(err); !strings.Contains(text, "zipkin.example") || strings.Contains(text, "pass") {
				t.Errorf("errors: %s", text)
			}
		})
	}
}

// TestNowhere shows that logs have ids also where nothing takes the spans.
func TestNowhere(t *testing.T) {
	clearEnv(t)
	shutdown, _ := start(t, Options{})
	if s := makeSpans(1); !s.IsValid() || !s.IsSampled() {
		t.Errorf("span context %+v, want a valid and sampled one", s)
	}
	if err := shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestDisabled(t *testing.T) {
	setEnv(t, "OTEL_SDK_DISABLED=TRUE OTEL_TRACES_EXPORTER=zipkin,x")
	before := otel.GetTracerProvider()
	processor := tracetest.NewSpanRecorder()
	shutdown, errs := start(t, Options{Zipkin: "http://localhost:1", SpanProcessors: []sdktrace.SpanProcessor{processor}})
	if otel.GetTracerProvider() != before {
		t.Error("a tracer provider was installed")
	}
	carrier := propagation.MapCarrier{"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
	ctx := otel.GetTextMapPropagator().Extract(t.Context(), carrier)
	if got := trace.SpanContextFromContext(ctx).TraceID().String(); got != "0af7651916cd43dd8448eb211c80319c" {
		t.Errorf("trace id %s, want the caller's", got)
	}
	if err := shutdown(t.Context()); err != nil || errs.all() != nil {
		t.Errorf("shutdown: %v, errors: %s", err, errs)
	}
}

func TestOptionErrors(t *testing.T) {
	setEnv(t, "OTEL_SDK_DISABLED=true") // also then
	provider, propagator := otel.GetTracerProvider(), otel.GetTextMapPropagator()
	for _, tt := range []struct {
		opts Options
		want string
	}{
		{Options{Zipkin: "localhost:9411"}, `telemetry: Zipkin: "localhost:9411": missing scheme`},
		{Options{Zipkin: "/api/v2/spans"}, `telemetry: Zipkin: "/api/v2/spans": missing scheme`},
		{Options{Zipkin: "ftp://zipkin"}, `telemetry: Zipkin: "ftp://zipkin": want http or https`},
		{Options{Zipkin: "http:///api"}, `telemetry: Zipkin: "http:///api": missing host`},
		{Options{Zipkin: "http://:9411"}, `telemetry: Zipkin: "http://:9411": missing host`},
		{Options{Zipkin: "http://u:p@zipkin:x"}, `telemetry: Zipkin: "http://xxxxx@zipkin:x": not a URL; in a password, write / as %2F, ? as %3F and # as %23`},
		{Options{Zipkin: "http://zipkin:x"}, `telemetry: Zipkin: "http://zipkin:x": invalid port ":x" after host`},
		{Options{Zipkin: "http://u:s3cr3t/x@zipkin:9411"}, `telemetry: Zipkin: "http://xxxxx@zipkin:9411": not a URL; in a password, write / as %2F, ? as %3F and # as %23`},
		{Options{Zipkin: "http://u:s3?cr3t@zipkin:x/"}, `telemetry: Zipkin: "http://xxxxx@zipkin:x/": not a URL; in a password, write / as %2F, ? as %3F and # as %23`},
		{Options{Zipkin: "http://zipkin/%zz?key=s3cr3t"}, `telemetry: Zipkin: "http://zipkin/%zz?xxxxx": not a URL; in a password, write / as %2F, ? as %3F and # as %23`},
		{Options{Zipkin: "zipkin:9411/?key=s3cr3t"}, `telemetry: Zipkin: "zipkin:9411/?xxxxx": missing scheme`},
		{Options{OTLP: "localhost:4318"}, `telemetry: OTLP: "localhost:4318": missing scheme`},
		{Options{OTLP: "http://u:p@host"}, `telemetry: OTLP: "http://xxxxx@host": OTLP sends no user and no query: use headers`},
		{Options{OTLP: "http://host?key=1"}, `telemetry: OTLP: "http://host?xxxxx": OTLP sends no user and no query: use headers`},
		{Options{Timeout: -time.Second}, `telemetry: Timeout: "-1s": negative`},
		{Options{Headers: map[string]string{"": "x"}}, `telemetry: Headers: not a header's name`},
		{Options{Headers: map[string]string{"a b": "x"}}, `telemetry: Headers: not a header's name`},
		{Options{Headers: map[string]string{"a:": "x"}}, `telemetry: Headers: not a header's name`},
		{Options{Headers: map[string]string{"a": "secret\n"}}, `telemetry: Headers: "a": line break in the value`},
		{Options{SpanProcessors: []sdktrace.SpanProcessor{tracetest.NewSpanRecorder(), nil}}, `telemetry: SpanProcessors: nil at 1`},
	} {
		shutdown, err := Start(t.Context(), tt.opts)
		if message(err) != tt.want {
			t.Errorf("error %q, want %q", message(err), tt.want)
		}
		if err := shutdown(t.Context()); err != nil {
			t.Errorf("shutdown after an error: %v", err)
		}
	}
	if otel.GetTracerProvider() != provider || !reflect.DeepEqual(otel.GetTextMapPropagator(), propagator) {
		t.Error("a global was changed")
	}
}

// TestOptionsStayTheCallers guards the promise that Options is not written to
// and not kept.
func TestOptionsStayTheCallers(t *testing.T) {
	clearEnv(t)
	server := newZipkinServer(t)
	first, second := tracetest.NewSpanRecorder(), tracetest.NewSpanRecorder()
	opts := Options{
		Zipkin:         server.URL,
		Headers:        map[string]string{"A": "1"},
		Client:         &http.Client{},
		SpanProcessors: append(make([]sdktrace.SpanProcessor, 0, 9), first),
	}
	shutdown, _ := start(t, opts)
	if opts.Client.Transport != nil || opts.Client.Timeout != 0 || opts.SpanProcessors[:2][1] != nil {
		t.Errorf("changed: %+v", opts)
	}
	opts.Headers["A"] = "2"
	opts.SpanProcessors[0] = second
	makeSpans(0)
	if err := shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if got := server.header.Get("A"); got != "1" || len(first.Ended()) != 1 || len(second.Ended()) != 0 {
		t.Errorf("header %q, first processor %d spans, second %d; want 1, 1, 0", got, len(first.Ended()), len(second.Ended()))
	}
	http.DefaultClient.CloseIdleConnections()
}

// TestSampler covers code over environment over default.
func TestSampler(t *testing.T) {
	for _, tt := range []struct {
		name, env string
		sampler   sdktrace.Sampler
		sampled   bool
		want      string // the error
	}{
		{"default", "", nil, true, ""},
		{"environment", "OTEL_TRACES_SAMPLER=always_off", nil, false, ""},
		{"code", "OTEL_TRACES_SAMPLER=always_off", sdktrace.AlwaysSample(), true, ""},
		{"bad environment", "OTEL_TRACES_SAMPLER=sometimes", nil, true, "unsupported sampler: sometimes\n"},
		{"bad ratio", "OTEL_TRACES_SAMPLER=traceidratio OTEL_TRACES_SAMPLER_ARG=2", nil, true, "invalid trace ID ratio: greater than 1.0\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			setEnv(t, tt.env)
			_, errs := start(t, Options{Sampler: tt.sampler})
			if got := makeSpans(0); got.IsSampled() != tt.sampled || !got.IsValid() {
				t.Errorf("sampled %v, want %v; %+v", got.IsSampled(), tt.sampled, got)
			}
			if errs.String() != tt.want {
				t.Errorf("errors %q, want %q", errs, tt.want)
			}
		})
	}
}

// TestStartWithDoneContext shows that the end of Start's context has no effect.
func TestStartWithDoneContext(t *testing.T) {
	clearEnv(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, opts := range []Options{{Zipkin: "http://localhost:1"}, {OTLP: "http://localhost:1"}} {
		shutdown, err := Start(ctx, opts)
		if err != nil {
			t.Error(err)
		}
		if err := shutdown(ctx); err != nil {
			t.Error(err)
		}
	}
}
