package viewer

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/logindex"
	"github.com/spanlog/spanlog/internal/zipkin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// traceOf is the id of the nth trace.
func traceOf(n int) string { return fmt.Sprintf("%032x", n) }

// recordOf is a record of spanlog's, n ms after a fixed time.
func recordOf(n int, level, msg string, trace int) string {
	at := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Millisecond)
	ids := ""
	if trace > 0 {
		ids = fmt.Sprintf(`,"trace_id":%q,"span_id":"%016x"`, traceOf(trace), trace)
	}
	return fmt.Sprintf(`{"time":%q,"level":%q,"msg":%q,"service.name":"shop","n":%d%s}`, at.Format(time.RFC3339Nano), level, msg, n, ids) + "\n"
}

// spanOf is the span of the nth trace's records.
func spanOf(trace int, name string, us int64) zipkin.Span {
	at := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	return zipkin.Span{
		TraceID: traceOf(trace), ID: fmt.Sprintf("%016x", trace), Name: name,
		Timestamp: at.UnixMicro(), Duration: us, LocalEndpoint: &zipkin.Endpoint{ServiceName: "shop"},
	}
}

// A world is a viewer of one log.
type world struct {
	*Viewer
	t   testing.TB
	log string // its path
	URL string
	end func() // ends what has no end of its own
}

func newWorld(t testing.TB, log string, spans Spans) *world {
	t.Helper()
	w := newIndexing(t, log, spans)
	assert.NoError(t, w.Index.Wait(context.Background()))
	return w
}

// newIndexing is a world whose log may still be indexed.
func newIndexing(t testing.TB, log string, spans Spans) *world {
	t.Helper()
	done := make(chan struct{})
	w := &world{t: t, log: filepath.Join(t.TempDir(), "app.log"), end: sync.OnceFunc(func() { close(done) })}
	assert.NoError(t, os.WriteFile(w.log, []byte(log), 0o600))
	x, err := logindex.Open([]string{w.log}, logindex.Options{Follow: true, Poll: time.Millisecond})
	assert.NoError(t, err)
	w.Viewer = &Viewer{Index: x, Spans: spans, Done: done, tailEvery: time.Millisecond}
	server := httptest.NewServer(Guard(w.Handler()))
	w.URL = server.URL
	t.Cleanup(func() {
		w.end()
		server.Close()
		assert.NoError(t, x.Close())
	})
	return w
}

func (w *world) append(text string) {
	w.t.Helper()
	f, err := os.OpenFile(w.log, os.O_APPEND|os.O_WRONLY, 0)
	assert.NoError(w.t, err)
	_, err = f.WriteString(text)
	assert.NoError(w.t, err)
	assert.NoError(w.t, f.Close())
}

// get asks for a path, and returns the status and the body.
func (w *world) get(path string) (*http.Response, []byte) {
	w.t.Helper()
	resp, err := http.Get(w.URL + path)
	assert.NoError(w.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	assert.NoError(w.t, err)
	return resp, body
}

// ask asks for JSON.
func ask[T any](w *world, path string) (got T) {
	w.t.Helper()
	resp, body := w.get(path)
	if resp.StatusCode != http.StatusOK {
		w.t.Fatalf("%s: %s\n%s", path, resp.Status, body)
	}
	assert.NoError(w.t, json.Unmarshal(body, &got))
	return got
}
