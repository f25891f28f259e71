package telemetry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel"
	"pgregory.net/rapid"

	"github.com/spanlog/spanlog"
)

// reported is how many spans and log records an errorList tells of.
func reported(errs *errorList) (n int) {
	for _, err := range errs.all() {
		if e := new(ExportError); errors.As(err, &e) {
			n += e.Spans + e.Records
		}
	}
	return n
}

// TestBatcherModel does things in any order and demands that each item is exported
// once, or reported as lost, and in the order in which they came.
func TestBatcherModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := batching{
			queueSize: rapid.IntRange(1, 20).Draw(rt, "queue"),
			batchSize: 1,
			delay:     time.Second,
			timeout:   10 * time.Second,
		}
		b.batchSize = rapid.IntRange(1, b.queueSize).Draw(rt, "batch")
		steps := rapid.SliceOfN(rapid.IntRange(0, 40), 1, 30).Draw(rt, "steps")
		synctest.Test(t, func(*testing.T) {
			var errs errorList
			previous := otel.GetErrorHandler()
			otel.SetErrorHandler(otel.ErrorHandlerFunc(errs.add))
			defer otel.SetErrorHandler(previous)
			aborted, abort := context.WithCancelCause(context.Background())
			defer abort(nil)
			var exported []int
			calls := 0
			q := newBatcher("test", b, aborted, func(ctx context.Context, batch []int) error {
				if calls++; len(batch) > b.batchSize || len(batch) == 0 {
					rt.Errorf("a batch of %d", len(batch))
				}
				switch calls % 5 {
				case 1:
					return errors.New("refused")
				case 2: // slow
					select {
					case <-time.After(2 * time.Second):
					case <-ctx.Done():
						return context.Cause(ctx)
					}
				case 3: // stuck
					<-ctx.Done()
					return context.Cause(ctx)
				}
				exported = append(exported, batch...)
				return nil
			}, func(context.Context) error { return nil })
			go q.work()
			added := 0
			for _, step := range steps {
				switch {
				case step < 25:
					for range step {
						q.add(added)
						added++
					}
				case step < 35:
					time.Sleep(time.Duration(step-25) * time.Second)
				default:
					ctx, cancel := context.WithTimeout(context.Background(), time.Duration(step-35)*time.Second)
					_ = q.ForceFlush(ctx)
					cancel()
				}
			}
			if err := q.ForceFlush(context.Background()); err != nil && !strings.Contains(err.Error(), "lost") {
				rt.Error(err)
			}
			if n := len(exported) + reported(&errs); n != added {
				rt.Errorf("after a flush, %d are exported and %d reported, of %d", len(exported), reported(&errs), added)
			}
			q.add(added)
			if err := q.Shutdown(context.Background()); err != nil {
				rt.Error(err)
			}
			q.add(added + 1) // too late
			if n := len(exported) + reported(&errs); n != added+2 || q.losses() != int64(reported(&errs)) {
				rt.Errorf("%d exported, %d reported, %d lost, of %d", len(exported), reported(&errs), q.losses(), added+2)
			}
			if !slices.IsSorted(exported) {
				rt.Errorf("the order is %d", exported)
			}
		})
	})
}

// TestDropsAreReportedSoon: one burst overflows the queue by less than a batch, and
// then all is well.
func TestDropsAreReportedSoon(t *testing.T) {
	clearEnv(t)
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var s logServer
		client := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			<-release
			return s.RoundTrip(r)
		})}
		_, errs := start(t, Options{OTLPLogs: "http://otlp", Client: client})
		l := newLogger(t, spanlog.OTel{})
		l.Info("the first is on its way")
		time.Sleep(2 * time.Second)
		for range 2048 + 100 {
			l.Info("m")
		}
		close(release)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if len(s.records()) != 2049 || reported(errs) != 100 {
			t.Errorf("%d arrived, %d reported lost; want 2049 and 100\n%s", len(s.records()), reported(errs), errs)
		}
	})
}

// TestFlushLosesNothing: a flush that has no time leaves the records in the queue.
func TestFlushLosesNothing(t *testing.T) {
	clearEnv(t)
	synctest.Test(t, func(t *testing.T) {
		var down atomic.Bool
		down.Store(true)
		s := &logServer{fail: func() int {
			if down.Load() {
				return http.StatusServiceUnavailable
			}
			return 0
		}}
		_, errs := start(t, Options{OTLPLogs: "http://otlp", Client: &http.Client{Transport: s}})
		l := newLogger(t, spanlog.OTel{})
		for range 2000 {
			l.Info("m")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := l.Flush(ctx); err == nil || !strings.Contains(err.Error(), "2000 log records still to be sent") {
			t.Errorf("flush: %v", err)
		}
		down.Store(false)
		if err := l.Flush(t.Context()); err != nil {
			t.Error(err)
		}
		if len(s.records()) != 2000 || errs.all() != nil {
			t.Errorf("%d arrived\n%s", len(s.records()), errs)
		}
	})
}

// TestShutdownDuringFlush: the SDK does not shut down its processors while one of
// them is being flushed.
func TestShutdownDuringFlush(t *testing.T) {
	clearEnv(t)
	synctest.Test(t, func(t *testing.T) {
		s := &logServer{fail: func() int { return http.StatusServiceUnavailable }}
		shutdown, errs := start(t, Options{OTLPLogs: "http://otlp", Client: &http.Client{Transport: s}})
		l := newLogger(t, spanlog.OTel{})
		for range 2000 {
			l.Info("m")
		}
		go func() { _ = l.Flush(context.Background()) }()
		time.Sleep(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := shutdown(ctx)
		if !strings.Contains(message(err), "2000 log records lost at shutdown") || reported(errs) != 2000 {
			t.Errorf("%v\n%s", err, errs)
		}
	})
}

// TestShutdownWithoutTime: everything ends, also where the SDK has no time to pass the
// shutdown on.
func TestShutdownWithoutTime(t *testing.T) {
	clearEnv(t)
	for _, timeout := range []time.Duration{1, time.Microsecond, 50 * time.Microsecond, time.Millisecond} {
		t.Run(fmt.Sprint(timeout), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shutdown, errs := start(t, Options{Zipkin: "http://z", OTLPLogs: "http://otlp", Client: hanging()})
				l := newLogger(t, spanlog.OTel{})
				makeSpans(99)
				for range 100 {
					l.Info("m")
				}
				ctx, cancel := context.WithTimeout(t.Context(), timeout)
				defer cancel()
				if err := shutdown(ctx); err == nil {
					t.Error("no error")
				}
				synctest.Wait() // fails if something has not ended
				if reported(errs) != 200 {
					t.Errorf("%d reported lost, want 200\n%s", reported(errs), errs)
				}
			})
		})
	}
}

// TestShutdownWhileLogging: a record arrives, or is counted by the sink, or is
// reported, whenever the shutdown comes.
func TestShutdownWhileLogging(t *testing.T) {
	clearEnv(t)
	for range 20 {
		s := new(logServer)
		shutdown, errs := start(t, Options{OTLPLogs: "http://otlp", Client: &http.Client{Transport: s}})
		l := newLogger(t, spanlog.OTel{})
		var group sync.WaitGroup
		const goroutines, each = 4, 100
		for range goroutines {
			group.Go(func() {
				for range each {
					l.Info("m")
				}
			})
		}
		if err := shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		group.Wait()
		dropped := 0
		for _, d := range l.Stats().Sinks[0].Dropped {
			dropped += int(d.Records)
		}
		if n := len(s.records()) + dropped + reported(errs); n != goroutines*each {
			t.Fatalf("%d arrived, %d dropped, %d reported lost, of %d", len(s.records()), dropped, reported(errs), goroutines*each)
		}
	}
}

// TestInvalidResource: what is not UTF-8 would keep all batches from being sent.
func TestInvalidResource(t *testing.T) {
	setEnv(t, "OTEL_RESOURCE_ATTRIBUTES=team=%FF")
	s := new(logServer)
	shutdown, errs := start(t, Options{Service: spanlog.Service{Name: "caf\xe9"}, OTLPLogs: "http://otlp", Client: &http.Client{Transport: s}})
	l := newLogger(t, spanlog.OTel{})
	l.Info("m")
	if err := shutdown(t.Context()); err != nil || len(s.records()) != 1 {
		t.Errorf("%d arrived, %v", len(s.records()), err)
	}
	if !strings.Contains(errs.String(), `resource service.name: "caf\xe9": not UTF-8`) {
		t.Errorf("reported: %s", errs)
	}
}

// TestManyAttributes: none is cut off without a word.
func TestManyAttributes(t *testing.T) {
	clearEnv(t)
	s := new(logServer)
	shutdown, _ := start(t, Options{OTLPLogs: "http://otlp", Client: &http.Client{Transport: s}})
	l := newLogger(t, spanlog.OTel{})
	var args []any
	for i := range 500 {
		args = append(args, fmt.Sprint("k", i), i)
	}
	l.Info("m", args...)
	l.Info("twice", "k", 1, "k", 2) // the SDK keeps the last
	if err := shutdown(t.Context()); err != nil || len(s.records()[0].Attributes) != 500 {
		t.Errorf("%d attributes, %v", len(s.records()[0].Attributes), err)
	}
	if a := s.records()[1].Attributes; len(a) != 1 || a[0].Value.GetIntValue() != 2 {
		t.Errorf("of two attributes with one key, %v", a)
	}
}

// TestAbort: once exports are to end, what waits is counted without being tried, which
// would take the time that the shutdown has not got.
func TestAbort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var errs errorList
		previous := otel.GetErrorHandler()
		otel.SetErrorHandler(otel.ErrorHandlerFunc(errs.add))
		defer otel.SetErrorHandler(previous)
		aborted, abort := context.WithCancelCause(context.Background())
		calls := 0
		q := newBatcher("test", batching{queueSize: 1000, batchSize: 10, delay: time.Second, timeout: time.Minute}, aborted,
			func(ctx context.Context, _ []int) error {
				calls++
				<-ctx.Done()
				return context.Cause(ctx)
			}, func(context.Context) error { return nil })
		go q.work()
		for i := range 1000 {
			q.add(i)
		}
		time.Sleep(time.Second)
		abort(errors.New("no time left"))
		if err := q.settle(0); message(err) != "telemetry: test: 1000 spans lost at shutdown" || calls != 1 || reported(&errs) != 1000 {
			t.Errorf("%v after %d exports, %d reported\n%s", err, calls, reported(&errs), &errs)
		}
	})
}

// TestExportPanics: neither a client nor an error handler that panics takes the program
// or the count with it.
func TestExportPanics(t *testing.T) {
	clearEnv(t)
	synctest.Test(t, func(t *testing.T) {
		client := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) { panic("no") })}
		var errs errorList
		_, _ = start(t, Options{Zipkin: "http://z", Client: client, OnError: func(err error) {
			errs.add(err)
			panic("no handler either")
		}})
		for range 3 {
			makeSpans(0)
			time.Sleep(time.Minute)
		}
		synctest.Wait()
		if reported(&errs) != 3 || !strings.Contains(errs.String(), "panic: no") {
			t.Errorf("%d reported lost, want 3\n%s", reported(&errs), &errs)
		}
	})
}
