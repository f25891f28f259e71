package levelhttp_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/levelhttp"
)

// TestLog: changes and what becomes of them are logged, whatever the rules say, and within
// the trace of who has asked for them.
func TestLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var buf bytes.Buffer
		rules := spanlog.Levels("error")
		log := spanlog.Must(spanlog.New(nil, spanlog.Writer{Writer: &buf, Level: rules, Format: spanlog.Text}))
		defer log.Close()
		h := levelhttp.New(rules, &levelhttp.Options{Logger: log.Logger})
		put := func(body, remote string) {
			r := httptest.NewRequest("PUT", "/", strings.NewReader(body))
			r.RemoteAddr = remote
			id := trace.TraceID{15: 1}
			h.ServeHTTP(httptest.NewRecorder(), r.WithContext(trace.ContextWithSpanContext(r.Context(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: trace.SpanID{1}}))))
		}
		put(`{"rules":"off","for":"1m"}`, "192.0.2.1:1234")
		put(`{"rules":"loud"}`, "192.0.2.1:1234")
		time.Sleep(time.Hour)
		put(`{"rules":"fatal","for":"1m"}`, "a proxy's\nlevel=ERROR") // must not make a line
		_ = rules.Set("off")
		time.Sleep(time.Hour)
		synctest.Wait()
		want := []string{
			`level=INFO msg="log levels changed" trace_id=00000000000000000000000000000001 span_id=0100000000000000 trace_flags=00 before=ERROR rules=OFF remote=192.0.2.1:1234 for=1m0s then=ERROR`,
			`level=INFO msg="log levels are back" trace_id=00000000000000000000000000000001 span_id=0100000000000000 trace_flags=00 before=OFF rules=ERROR`,
			`level=INFO msg="log levels changed" trace_id=00000000000000000000000000000001 span_id=0100000000000000 trace_flags=00 before=ERROR rules=FATAL remote="a proxy's\nlevel=ERROR" for=1m0s then=ERROR`,
			`level=INFO msg="log levels stay, as they were changed elsewhere" trace_id=00000000000000000000000000000001 span_id=0100000000000000 trace_flags=00 rules=OFF`,
		}
		lines := strings.Split(strings.TrimSpace(buf.String()), "\n")
		if len(lines) != len(want) {
			t.Fatalf("got %d records, want %d:\n%s", len(lines), len(want), buf.String())
		}
		for i, line := range lines {
			if _, line, _ = strings.Cut(line, " "); line != want[i] {
				t.Errorf("got  %s\nwant %s", line, want[i])
			}
		}
	})
}

// slow is a handler that takes its time, and notes whether contexts are done by then.
type slow struct {
	slog.Handler
	takes time.Duration
	ended chan error
}

func (s *slow) Handle(ctx context.Context, _ slog.Record) error {
	time.Sleep(s.takes)
	s.ended <- ctx.Err()
	return nil
}

// TestSlowLogger: the answer is the state that the change has made, even if it is back before
// that is logged; and going back is logged although the request is over.
func TestSlowLogger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &slow{Handler: slog.NewTextHandler(io.Discard, nil), takes: 2 * time.Hour, ended: make(chan error, 10)}
		rules := spanlog.Levels("info")
		h := levelhttp.New(rules, &levelhttp.Options{Logger: slog.New(log)})
		ctx, cancel := context.WithCancel(t.Context())
		r := httptest.NewRequest("PUT", "/", strings.NewReader(`{"rules":"debug","for":"90m"}`)).WithContext(ctx)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		cancel()
		if !strings.Contains(w.Body.String(), `{"rules":"DEBUG","until":`) || rules.String() != "INFO" {
			t.Errorf("got %s, and the rules are %q", w.Body, rules)
		}
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		if n := len(log.ended); n != 2 {
			t.Fatalf("got %d records, want 2", n)
		}
		for range 2 {
			if err := <-log.ended; err != nil {
				t.Errorf("a record came with a context that is done: %v", err)
			}
		}
	})
}

// TestDefaultLogger: without a logger, slog's default has the record.
func TestDefaultLogger(t *testing.T) {
	var buf bytes.Buffer
	defer slog.SetDefault(slog.Default())
	slog.SetDefault(slog.New(slog.NewJSONHandler(&buf, nil)))
	do(levelhttp.New(spanlog.Levels("info"), nil), "PUT", `{"rules":"debug"}`)
	if !strings.Contains(buf.String(), `"msg":"log levels changed","before":"INFO","rules":"DEBUG"`) {
		t.Errorf("got %s", buf.String())
	}
}

// TestLogPanics: a handler of the program's that panics does not end the program, when the
// time is over.
func TestLogPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rules := spanlog.Levels("info")
		h := levelhttp.New(rules, &levelhttp.Options{Logger: slog.New(panicking{slog.DiscardHandler})})
		if w := do(h, "PUT", `{"rules":"debug","for":"1m"}`); w.Code != 200 {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if rules.String() != "INFO" {
			t.Errorf("the rules are %q", rules)
		}
	})
}

type panicking struct{ slog.Handler }

func (panicking) Enabled(context.Context, slog.Level) bool  { return true }
func (panicking) Handle(context.Context, slog.Record) error { panic("no") }
