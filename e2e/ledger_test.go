package e2e_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/zipkin"
	"github.com/spanlog/spanlog/telemetry"
)

// patience is how much longer than expected something may take on a machine that
// is busy with other things. What blocks for good takes longer.
const patience = 30 * time.Second

// ledger is an account of spans: what a program made, what Zipkin acknowledged,
// and what was reported as lost.
type ledger struct {
	transport *http.Transport

	mu     sync.Mutex
	made   []madeSpan
	server int                  // which of several servers at the same address is up
	acked  map[trace.SpanID]int // spans in requests that were answered with 202, and by which server
	lost   []*telemetry.ExportError
	others []error // all else that OnError heard
}

// madeSpan is a span that the program has ended.
type madeSpan struct {
	trace trace.TraceID
	id    trace.SpanID
	at    time.Time
}

// openLedger sets up tracing to a Zipkin, whose answers are noted. It ends with
// the test, also with one that fails before it calls shutdown.
func openLedger(t *testing.T, url string) (l *ledger, shutdown func(context.Context) error) {
	t.Helper()
	l = &ledger{transport: new(http.Transport), acked: make(map[trace.SpanID]int)}
	shutdown, err := telemetry.Start(t.Context(), telemetry.Options{
		Service: spanlog.Service{Name: "ledger"},
		Zipkin:  url,
		Client:  &http.Client{Transport: l},
		OnError: l.onError,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = shutdown(ctx)
		l.transport.CloseIdleConnections()
	})
	return l, shutdown
}

// make makes a trace of n spans, a root and its children.
func (l *ledger) make(n int) {
	ctx, root := otel.Tracer("e2e").Start(context.Background(), "root")
	spans := []trace.Span{root}
	for range n - 1 {
		_, child := otel.Tracer("e2e").Start(ctx, "child")
		spans = append(spans, child)
	}
	for _, s := range slices.Backward(spans) {
		s.End()
		c := s.SpanContext()
		l.mu.Lock()
		l.made = append(l.made, madeSpan{c.TraceID(), c.SpanID(), time.Now()})
		l.mu.Unlock()
	}
}

// onError counts what is reported as lost.
func (l *ledger) onError(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := new(telemetry.ExportError); errors.As(err, &e) {
		l.lost = append(l.lost, e)
	} else {
		l.others = append(l.others, err)
	}
}

// RoundTrip sends a request and notes the spans in it if Zipkin takes them.
func (l *ledger) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	_ = req.Body.Close()
	if err != nil {
		return nil, err
	}
	req = req.Clone(req.Context())
	req.Body = io.NopCloser(bytes.NewReader(body))
	resp, err := l.transport.RoundTrip(req)
	if err == nil && resp.StatusCode == http.StatusAccepted {
		err = l.acknowledge(body)
	}
	return resp, err
}

// acknowledge notes the spans in the body of a request.
func (l *ledger) acknowledge(body []byte) error {
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return err
	}
	var spans []zipkin.Span
	if err := json.NewDecoder(r).Decode(&spans); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range spans {
		id, err := trace.SpanIDFromHex(s.ID)
		if err != nil {
			return err
		}
		l.acked[id] = l.server
	}
	return nil
}

// must runs what must come to an end by itself. What doesn't is a failure of its
// own and not the timeout of the whole run.
func must(t *testing.T, what string, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("%s: blocked", what)
	}
}

// shutDown calls shutdown with a deadline and checks that it returns.
func shutDown(t *testing.T, shutdown func(context.Context) error, deadline time.Duration) (err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- shutdown(ctx) }()
	select {
	case err = <-done:
	case <-time.After(deadline + patience):
		t.Fatalf("shutdown does not return, %v after its deadline", patience)
	}
	return err
}

// balance waits until every span is accounted for: it was acknowledged, or
// reported as lost. It returns how many there are of each.
//
// The account is exact. A server may have taken a span whose acknowledgement came
// too late; that is reported as lost, and not acknowledged. Only an answer that
// breaks off right behind its status would be both. What is left at the deadline of
// a shutdown may be reported a moment later on a busy machine, hence the waiting.
func (l *ledger) balance(t *testing.T) (made, arrived, lost int) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		made, arrived, lost = l.count()
		if arrived+lost == made {
			break
		}
		if time.Now().After(deadline) {
			t.Errorf("%d spans arrived and %d are reported as lost, want %d in all", arrived, lost, made)
			break
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.acked); n != arrived {
		t.Errorf("%d spans were acknowledged, of which %d were made", n, arrived)
	}
	for _, err := range l.others {
		t.Errorf("OnError heard %v", err)
	}
	return made, arrived, lost
}

// count returns how many spans were made, acknowledged and reported as lost so far.
func (l *ledger) count() (made, arrived, lost int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.made {
		if _, ok := l.acked[s.id]; ok {
			arrived++
		}
	}
	for _, e := range l.lost {
		lost += e.Spans
	}
	return len(l.made), arrived, lost
}

// reasons returns why spans were lost, with the number of spans for each reason.
func (l *ledger) reasons() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	number := make(map[string]int)
	for _, e := range l.lost {
		number[e.Err.Error()] += e.Spans
	}
	return fmt.Sprint(number)
}
