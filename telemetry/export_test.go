package telemetry

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/zipkin"
)

// TestBatches shows that spans are on their way without a shutdown, and that
// Start itself sends nothing.
func TestBatches(t *testing.T) {
	clearEnv(t)
	synctest.Test(t, func(t *testing.T) {
		var s zipkin.Store
		requests := 0
		client := memory(&s)
		inner := client.Transport
		client.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
			requests++
			return inner.RoundTrip(r)
		})
		start(t, Options{Zipkin: "http://z", Client: client})
		time.Sleep(time.Minute)
		synctest.Wait()
		if requests != 0 {
			t.Errorf("%d requests without a span", requests)
		}
		makeSpans(9)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if requests != 1 || s.Len() != 10 {
			t.Errorf("%d requests with %d spans, want 1 with 10", requests, s.Len())
		}
	})
}

// TestServerComesBack has a server that is down when the program starts.
func TestServerComesBack(t *testing.T) {
	clearEnv(t)
	synctest.Test(t, func(t *testing.T) {
		var s zipkin.Store
		up := memory(&s).Transport
		begin := time.Now()
		client := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			if time.Since(begin) < time.Minute {
				return answer(503, "starting"), nil
			}
			return up.RoundTrip(r)
		})}
		_, errs := start(t, Options{Zipkin: "http://z", Client: client})
		makeSpans(0)
		time.Sleep(time.Minute)
		makeSpans(1)
		time.Sleep(time.Minute)
		synctest.Wait()
		if s.Len() != 2 {
			t.Errorf("%d spans arrived, want 2", s.Len())
		}
		const want = `Service Unavailable: "starting" (attempts: 9)` + "\n"
		if got := errs.String(); !strings.HasPrefix(got, "telemetry: zipkin: export of 1 span failed: ") || !strings.HasSuffix(got, want) {
			t.Errorf("errors %q", got)
		}
	})
}

// TestFullQueue makes more spans than fit while the server hangs. All are
// accounted for: those dropped as well as those that failed.
func TestFullQueue(t *testing.T) {
	setEnv(t, "OTEL_BSP_MAX_QUEUE_SIZE=10 OTEL_BSP_MAX_EXPORT_BATCH_SIZE=5")
	synctest.Test(t, func(t *testing.T) {
		shutdown, errs := start(t, Options{Zipkin: "http://z", Client: hanging(), Timeout: time.Second})
		const made = 100
		makeSpans(made - 1)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if !strings.Contains(errs.String(), "queue is full") {
			t.Errorf("not reported while running:\n%s", errs)
		}
		makeSpans(made - 1)
		if err := shutdown(t.Context()); err == nil {
			t.Error("shutdown has no error")
		}
		total := 0
		for _, err := range errs.all() {
			total += err.(*ExportError).Spans
		}
		if total != 2*made {
			t.Errorf("errors account for %d spans, want %d:\n%s", total, 2*made, errs)
		}
	})
}

// TestExportMakesNoSpans has a client that makes a span for every request, and
// a sampler that keeps them all. Exports must not cause exports.
func TestExportMakesNoSpans(t *testing.T) {
	clearEnv(t)
	synctest.Test(t, func(t *testing.T) {
		var s zipkin.Store
		inner := memory(&s).Transport
		client := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			_, span := otel.Tracer("client").Start(r.Context(), "POST")
			defer span.End()
			return inner.RoundTrip(r)
		})}
		recorder := tracetest.NewSpanRecorder()
		start(t, Options{
			Zipkin:         "http://z",
			OTLP:           "http://z/api/v2/spans", // refuses, which is a request as well
			Client:         client,
			Sampler:        sdktrace.AlwaysSample(),
			SpanProcessors: []sdktrace.SpanProcessor{recorder},
		})
		makeSpans(0)
		time.Sleep(time.Minute)
		synctest.Wait()
		if s.Len() != 1 || len(recorder.Started()) != 1 || len(recorder.Ended()) != 1 {
			t.Errorf("%d spans arrived, %d started, %d ended; want 1 each", s.Len(), len(recorder.Started()), len(recorder.Ended()))
		}
	})
}

// TestImpossibleTimes shows that a span with times that Zipkin's format doesn't
// know takes no other spans with it.
func TestImpossibleTimes(t *testing.T) {
	clearEnv(t)
	synctest.Test(t, func(t *testing.T) {
		var s zipkin.Store
		shutdown, errs := start(t, Options{Zipkin: "http://z", Client: memory(&s)})
		tracer := otel.GetTracerProvider().Tracer("test")
		now := time.Now()
		for _, tt := range []struct {
			name       string
			start, end time.Time
		}{
			{"possible", now, now.Add(time.Second)},
			{"backward", now, now.Add(-time.Second)},
			{"before 1970", time.Unix(-5, 0), now},
		} {
			_, span := tracer.Start(t.Context(), tt.name, trace.WithTimestamp(tt.start))
			span.End(trace.WithTimestamp(tt.end))
		}
		if err := shutdown(t.Context()); err != nil {
			t.Errorf("%v\n%s", err, errs)
		}
		got := make(map[string][2]int64)
		for _, spans := range s.Traces(0) {
			got[spans[0].Name] = [2]int64{spans[0].Timestamp, spans[0].Duration}
		}
		for name, want := range map[string][2]int64{
			"possible":    {now.UnixMicro(), 1e6},
			"backward":    {now.UnixMicro(), 0},
			"before 1970": {0, 0},
		} {
			if got[name] != want {
				t.Errorf("%s: start and duration %v, want %v", name, got[name], want)
			}
		}
	})
}

// TestFlush covers ForceFlush of the installed provider.
func TestFlush(t *testing.T) {
	clearEnv(t)
	synctest.Test(t, func(t *testing.T) {
		var s zipkin.Store
		start(t, Options{Zipkin: "http://z", Client: memory(&s)})
		makeSpans(1)
		provider := otel.GetTracerProvider().(*sdktrace.TracerProvider)
		begin := time.Now()
		if err := provider.ForceFlush(t.Context()); err != nil || s.Len() != 2 {
			t.Errorf("%d spans arrived, error %v", s.Len(), err)
		}
		if took := time.Since(begin); took != 0 {
			t.Errorf("it has waited %v for a batch to fill", took)
		}
	})
}
