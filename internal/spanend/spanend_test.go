package spanend

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/race"
)

func TestTell(t *testing.T) {
	for _, test := range []struct {
		name string
		tell func()
		want string
	}{
		{"a root starts", func() { RootStarted(trace.TraceID{1}) }, "a start 1"},
		{"a root ends", func() { Ended(End{Trace: trace.TraceID{1}, Root: true, Duration: time.Second}) }, "a end 1 true false 1s"},
		{"a child fails", func() { Ended(End{Trace: trace.TraceID{2}, Failed: true}) }, "a end 2 false true 0s"},
		{"the program asks", func() { Trigger(context.WithValue(t.Context(), key{}, "it")) }, "a trigger it"},
	} {
		test.tell() // to nobody
		var got []string
		stop := Listen(notes(&got, "a"))
		test.tell()
		stop()
		test.tell()
		assert.Equal(t, test.name, strings.Join(got, ", "), test.want)
	}
}

// TestListen has a word for each step: a listens, and -a stops. After each step somebody
// tells, and all hear it that listen.
func TestListen(t *testing.T) {
	for _, test := range []struct{ name, steps, want string }{
		{"nobody", "", ""},
		{"one", "a", "a"},
		{"two", "a b", "a|a b"},
		{"the first stops", "a b -a", "a|a b|b"},
		{"the second stops", "a b -b", "a|a b|a"},
		{"again and again", "a -a a -a", "a||a|"},
		{"twice at once", "a a", "a|a a"},
		{"one of two is left", "a a -a", "a|a a|a"},
		{"stop is called twice", "a a -a again", "a|a a|a|a"},
		{"stop is called late", "a -a b again -b", "a||b|b|"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var heard []string
			listeners := map[string]Listener{"a": notes(&heard, "a"), "b": notes(&heard, "b")}
			stops := make(map[string][]func())
			again := func() {}
			var steps []string
			for _, step := range strings.Fields(test.steps) {
				name, stop := strings.CutPrefix(step, "-")
				switch {
				case step == "again":
					again()
				case stop:
					again = stops[name][0]
					again()
					stops[name] = stops[name][1:]
				default:
					stops[name] = append(stops[name], Listen(listeners[name]))
				}
				heard = nil
				RootStarted(trace.TraceID{1})
				steps = append(steps, strings.ReplaceAll(strings.Join(heard, " "), " start 1", ""))
				if Listening() != (len(heard) > 0) {
					t.Errorf("after %s: Listening is %v", step, Listening())
				}
			}
			if got := strings.Join(steps, "|"); got != test.want {
				t.Errorf("heard by %q, want %q", got, test.want)
			}
			for _, stop := range append(stops["a"], stops["b"]...) {
				stop()
			}
			if Listening() {
				t.Error("somebody listens still")
			}
		})
	}
}

// TestListenWithinCall: a listener may come and go while it is told, and who came meanwhile
// is told of the next.
func TestListenWithinCall(t *testing.T) {
	var got []string
	var stopA, stopB func()
	stopA = Listen(&ear{func(what string) {
		got = append(got, "a "+what)
		stopA()
		stopB = Listen(notes(&got, "b"))
	}})
	RootStarted(trace.TraceID{1})
	RootStarted(trace.TraceID{2})
	stopB()
	assert.Equal(t, "within a call", strings.Join(got, ", "), "a start 1, b start 2")
}

// TestStopDoesNotWait for a call that is underway: the test would not end.
func TestStopDoesNotWait(t *testing.T) {
	called, goOn, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	stop := Listen(&ear{func(string) { close(called); <-goOn }})
	go func() {
		defer close(done)
		RootStarted(trace.TraceID{1})
	}()
	<-called
	stop()
	if Listening() {
		t.Error("it listens still")
	}
	close(goOn)
	<-done
}

// TestConcurrent: whoever listens all the time hears everything once, and each goroutine is
// heard by its own listener from Listen to stop.
func TestConcurrent(t *testing.T) {
	const goroutines, rounds = 8, 200
	var all atomic.Int64
	stop := Listen(ear{func(string) { all.Add(1) }})
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			id := trace.TraceID{byte(g + 1)}
			mine := fmt.Sprintf("start %x", id[0])
			var heard atomic.Int64
			own := ear{func(what string) {
				if what == mine {
					heard.Add(1)
				}
			}}
			for round := range rounds {
				stop := Listen(own)
				RootStarted(id)
				if got := heard.Load(); got != int64(round+1) {
					t.Errorf("round %d: heard %d times", round, got)
				}
				stop()
				Ended(End{Trace: id})
				RootStarted(id)
				Trigger(t.Context())
				if got := heard.Load(); got != int64(round+1) {
					t.Errorf("round %d: heard %d times after stop", round, got)
				}
			}
		})
	}
	wg.Wait()
	stop()
	if got := all.Load(); got != 4*goroutines*rounds {
		t.Errorf("who listens all the time has heard %d, want %d", got, 4*goroutines*rounds)
	}
	if Listening() {
		t.Error("somebody listens still")
	}
}

func TestAllocs(t *testing.T) {
	race.Skip(t)
	ctx := t.Context()
	for listeners := range 3 {
		if n := testing.AllocsPerRun(1000, func() {
			if Listening() != (listeners > 0) {
				t.Fatal("Listening is wrong")
			}
			RootStarted(trace.TraceID{1})
			Ended(End{Trace: trace.TraceID{1}, Root: true})
			Trigger(ctx)
		}); n != 0 {
			t.Errorf("%d listeners: %v allocations", listeners, n)
		}
		defer Listen(quiet{})()
	}
}
