package telemetry

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clearEnv unsets all variables that have a say in tracing.
func clearEnv(t *testing.T) {
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "OTEL_") {
			t.Setenv(name, "")
		}
	}
}

// setEnv sets variables from words of the form NAME=value, after clearEnv.
func setEnv(t *testing.T, words string) {
	clearEnv(t)
	for _, word := range strings.Fields(words) {
		name, value, _ := strings.Cut(word, "=")
		t.Setenv(name, value)
	}
}

// errorList is an OnError that keeps what it hears.
type errorList struct {
	mu   sync.Mutex
	list []error
}

func (l *errorList) add(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, err)
}

func (l *errorList) all() []error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.list
}

// String returns the errors' texts, one a line.
func (l *errorList) String() string {
	var b strings.Builder
	for _, err := range l.all() {
		b.WriteString(err.Error() + "\n")
	}
	return b.String()
}

// start starts tracing for a test. The errors go to the list that it returns,
// unless opts has an OnError of its own. The shutdown happens at the end of the
// test at the latest.
func start(t *testing.T, opts Options) (shutdown func(context.Context) error, errs *errorList) {
	t.Helper()
	errs = new(errorList)
	if opts.OnError == nil {
		opts.OnError = errs.add
	}
	shutdown, err := Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = shutdown(context.Background()) })
	return shutdown, errs
}

// makeSpans makes a root span with n children and returns the root's context.
func makeSpans(n int) trace.SpanContext {
	tracer := otel.GetTracerProvider().Tracer("test")
	ctx, root := tracer.Start(context.Background(), "root", trace.WithSpanKind(trace.SpanKindServer))
	for range n {
		_, child := tracer.Start(ctx, "child", trace.WithSpanKind(trace.SpanKindClient))
		child.End()
	}
	root.End()
	return root.SpanContext()
}

// roundTripper is a transport without a network, for use where time is made up.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	defer func() { _ = r.Body.Close() }()
	return f(r)
}

// answer makes a response from a status code and a body.
func answer(code int, body string) *http.Response {
	return &http.Response{
		StatusCode: code,
		Status:     http.StatusText(code),
		Header:     make(http.Header),
		Body:       io.NopCloser(strings.NewReader(body)),
	}
}

// unzip returns the decompressed body of a request.
func unzip(t *testing.T, r *http.Request) []byte {
	t.Helper()
	if got := r.Header.Get("Content-Encoding"); got != "gzip" {
		t.Errorf("Content-Encoding %q, want gzip", got)
	}
	zipped, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	body, err := gunzip(zipped)
	if err != nil {
		t.Error(err)
	}
	return body
}

// gunzip decompresses b.
func gunzip(b []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
