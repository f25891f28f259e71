// Package spanend is where the spans of this process are made known to those who wait for
// their end. The span processor of package telemetry tells, and spanlog's FlightRecorders
// listen: neither knows the other, as the root package does not link the SDK.
package spanend

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// An End is what is told of a span that has ended.
type End struct {
	Trace    trace.TraceID
	Root     bool // a local root: without a parent, or with one in another process
	Failed   bool // its status is Error
	Panicked bool // a panic has ended it
	Duration time.Duration
}

// A Listener is told of the recording spans of this process. Its methods are called
// concurrently, by the goroutines that start and end spans.
type Listener interface {
	// RootStarted is told of each local root span that starts.
	RootStarted(trace.TraceID)
	// Ended is told of each span that has ended.
	Ended(End)
	// Triggered is told of each call of Trigger.
	Triggered(context.Context)
}

// listening is one Listen: its address tells two of the same listener apart.
type listening struct{ Listener }

var (
	mu        sync.Mutex // held while listeners is replaced
	listeners atomic.Pointer[[]*listening]
)

func current() []*listening {
	if l := listeners.Load(); l != nil {
		return *l
	}
	return nil
}

// Listen has l be told of spans until stop is called, which may be called again. Calls that
// are underway then come to their end later.
func Listen(l Listener) (stop func()) {
	mu.Lock()
	defer mu.Unlock()
	this := &listening{l}
	all := append(slices.Clone(current()), this)
	listeners.Store(&all)
	return func() {
		mu.Lock()
		defer mu.Unlock()
		rest := slices.DeleteFunc(slices.Clone(current()), func(l *listening) bool { return l == this })
		listeners.Store(&rest)
	}
}

// Listening reports whether anybody listens.
func Listening() bool { return len(current()) > 0 }

// RootStarted tells of a local root span that has started.
func RootStarted(id trace.TraceID) {
	for _, l := range current() {
		l.RootStarted(id)
	}
}

// Ended tells of a span that has ended.
func Ended(e End) {
	for _, l := range current() {
		l.Ended(e)
	}
}

// Trigger tells that the program wants to know all about the trace of ctx.
func Trigger(ctx context.Context) {
	for _, l := range current() {
		l.Triggered(ctx)
	}
}
