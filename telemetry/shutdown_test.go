package telemetry

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.uber.org/goleak"

	"github.com/spanlog/spanlog/internal/deadline"
	"github.com/spanlog/spanlog/internal/zipkin"
)

// memory is a Zipkin without a network.
func memory(s *zipkin.Store) *http.Client {
	h := s.Handler()
	return &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result(), nil
	})}
}

// hanging is a server that never answers.
func hanging() *http.Client {
	return &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})}
}

// hangingServer is the same on the network.
func hangingServer(t *testing.T) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // then the server sees the client leave
		<-r.Context().Done()
	}))
	t.Cleanup(func() {
		server.CloseClientConnections() // should a test have failed
		server.Close()
	})
	return server
}

// cancelled returns a context that is done.
func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// expired returns a context whose deadline is over.
func expired() context.Context {
	ctx, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	cancel()
	return ctx
}

// TestShutdownExportsEverything covers the contexts that a shutdown gets. The
// done ones are what main has after signal.NotifyContext.
func TestShutdownExportsEverything(t *testing.T) {
	clearEnv(t)
	for name, ctx := range map[string]context.Context{
		"open":      context.Background(),
		"cancelled": cancelled(),
		"expired":   expired(),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var s zipkin.Store
				shutdown, errs := start(t, Options{Zipkin: "http://z", Client: memory(&s)})
				makeSpans(599) // two batches
				if err := shutdown(ctx); err != nil {
					t.Error(err)
				}
				if s.Len() != 600 || errs.all() != nil {
					t.Errorf("%d spans arrived, want 600\n%s", s.Len(), errs)
				}
			})
		})
	}
}

// TestShutdownByDeadline has a server that never answers, and one besides that
// does and must get its spans.
func TestShutdownByDeadline(t *testing.T) {
	clearEnv(t)
	for _, tt := range []struct {
		name string
		ctx  func() (context.Context, context.CancelFunc)
		want time.Duration
	}{
		{"200 ms", func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(), 200*time.Millisecond)
		}, 200 * time.Millisecond},
		{"none", func() (context.Context, context.CancelFunc) { return context.Background(), func() {} }, deadline.Own},
		{"cancelled", func() (context.Context, context.CancelFunc) { return cancelled(), func() {} }, deadline.Own},
		{"cancelled meanwhile", func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(time.Second, cancel)
			return ctx, cancel
		}, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var other atomic.Int64
				hang := hanging().Transport
				client := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
					if r.URL.Host == "otlp" {
						other.Add(1)
						return answer(200, ""), nil
					}
					return hang.RoundTrip(r)
				})}
				shutdown, errs := start(t, Options{Zipkin: "http://zipkin", OTLP: "http://otlp", Client: client})
				makeSpans(2)
				ctx, cancel := tt.ctx()
				defer cancel()
				begin := time.Now()
				err := shutdown(ctx)
				if took := time.Since(begin); took > tt.want || took < tt.want*3/4 {
					t.Errorf("took %v, want at most %v", took, tt.want)
				}
				if other.Load() != 1 {
					t.Errorf("the other server got %d batches, want 1", other.Load())
				}
				if err == nil {
					t.Error("no error")
				}
				synctest.Wait() // everything has ended or will never
				var failed *ExportError
				for _, e := range errs.all() {
					errors.As(e, &failed)
				}
				if failed == nil || failed.Exporter != "zipkin" || failed.Spans != 3 {
					t.Errorf("errors:\n%swant one about 3 spans for zipkin", errs)
				}
			})
		})
	}
}

// TestShutdownTellsWhatWasLost reads the error.
func TestShutdownTellsWhatWasLost(t *testing.T) {
	clearEnv(t)
	synctest.Test(t, func(t *testing.T) {
		shutdown, _ := start(t, Options{Zipkin: "http://z", Client: hanging()})
		makeSpans(2)
		err := shutdown(context.Background())
		const want = "telemetry: shutdown: context deadline exceeded\ntelemetry: zipkin: 3 spans lost at shutdown"
		if message(err) != want || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %q, want %q", message(err), want)
		}
	})
}

// TestShutdownAccountsForEverySpan gives up in the middle and expects every
// span to be in one error and in no second one.
func TestShutdownAccountsForEverySpan(t *testing.T) {
	clearEnv(t)
	synctest.Test(t, func(t *testing.T) {
		shutdown, errs := start(t, Options{Zipkin: "http://z", Client: hanging()})
		const made = 1100 // three batches
		makeSpans(made - 1)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if err := shutdown(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		synctest.Wait()
		total := 0
		for _, err := range errs.all() {
			total += err.(*ExportError).Spans
		}
		if total != made {
			t.Errorf("errors account for %d spans, want %d:\n%s", total, made, errs)
		}
	})
}

// TestShutdownMoreThanOnce calls it from several goroutines and once more.
func TestShutdownMoreThanOnce(t *testing.T) {
	clearEnv(t)
	synctest.Test(t, func(t *testing.T) {
		shutdown, _ := start(t, Options{Zipkin: "http://z", Client: hanging()})
		makeSpans(0)
		begin := time.Now()
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				// The first to come sets the time for the work; the others wait no
				// longer than they have.
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(i+1)*time.Second)
				defer cancel()
				if err := shutdown(ctx); err == nil {
					t.Error("no error")
				}
				if took := time.Since(begin); took > time.Duration(i+1)*time.Second {
					t.Errorf("took %v with %d s", took, i+1)
				}
			})
		}
		wg.Wait()
		first, again := shutdown(context.Background()), shutdown(cancelled())
		if first == nil || !errors.Is(again, first) {
			t.Errorf("then %v and %v, want the same", first, again)
		}
	})
}

// TestAfterShutdown uses everything that Start installed once more.
func TestAfterShutdown(t *testing.T) {
	clearEnv(t)
	synctest.Test(t, func(t *testing.T) {
		var s zipkin.Store
		shutdown, errs := start(t, Options{Zipkin: "http://z", Client: memory(&s)})
		before := otel.GetTracerProvider().Tracer("before")
		_, open := before.Start(t.Context(), "open")
		if err := shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		open.End()
		_, span := before.Start(t.Context(), "late")
		span.End()
		makeSpans(3)
		ctx := otel.GetTextMapPropagator().Extract(t.Context(), carrier("b3="+traceID+"-"+spanID+"-1"))
		got := carrier("")
		otel.GetTextMapPropagator().Inject(ctx, got)
		if got["traceparent"] == "" {
			t.Error("ids are not passed on any more")
		}
		if s.Len() != 0 || errs.all() != nil {
			t.Errorf("%d spans arrived, want none; errors: %s", s.Len(), errs)
		}
	})
}

// stubborn is a processor of the program's that doesn't care for deadlines.
type stubborn struct {
	sdktrace.SpanProcessor
	release chan struct{}
}

func (p stubborn) Shutdown(context.Context) error { <-p.release; return nil }

func TestShutdownWithStubbornProcessor(t *testing.T) {
	clearEnv(t)
	synctest.Test(t, func(t *testing.T) {
		var s zipkin.Store
		p := stubborn{sdktrace.NewSimpleSpanProcessor(nil), make(chan struct{})}
		defer close(p.release)
		shutdown, _ := start(t, Options{Zipkin: "http://z", Client: memory(&s), SpanProcessors: []sdktrace.SpanProcessor{p}})
		makeSpans(0)
		begin := time.Now()
		if err := shutdown(context.Background()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		if took := time.Since(begin); took > deadline.Own || s.Len() != 1 {
			t.Errorf("took %v, %d spans arrived", took, s.Len())
		}
	})
}

// TestShutdownLeavesNoGoroutines has real connections.
func TestShutdownLeavesNoGoroutines(t *testing.T) {
	clearEnv(t)
	hang := hangingServer(t)
	ok := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusAccepted)
	}))
	defer ok.Close()
	for name, opts := range map[string]Options{
		"nowhere": {},
		"Zipkin":  {Zipkin: ok.URL},
		"OTLP":    {OTLP: ok.URL},
		"hanging": {Zipkin: hang.URL, OTLP: hang.URL},
	} {
		t.Run(name, func(t *testing.T) {
			now := goleak.IgnoreCurrent()
			shutdown, _ := start(t, opts)
			makeSpans(1)
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			_ = shutdown(ctx)
			goleak.VerifyNone(t, now)
		})
	}
}

// TestHangingServer does it with a real server and a real deadline.
func TestHangingServer(t *testing.T) {
	clearEnv(t)
	server := hangingServer(t)
	shutdown, errs := start(t, Options{Zipkin: server.URL, OTLP: server.URL})
	makeSpans(1)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- shutdown(ctx) }()
	select {
	case err := <-done:
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
	case <-time.After(20 * time.Second): // far more than any machine is slow
		t.Fatal("shutdown hangs")
	}
	if strings.Contains(errs.String(), "panic") {
		t.Error(errs)
	}
}
