package spanlogtest

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A reporter is a testing.TB that collects failures instead of failing the
// test: whether a failed check fails the test is up to Options.Known, and the
// output of a handler that is known to be broken may well not parse. What fails here is
// the handler under test; in the end TestHandler says what that means for the test.
type reporter struct {
	testing.TB // for all that has nothing to do with failure

	mu       sync.Mutex
	problems []problem
	closed   bool // the check has taken too long, its test may be over
}

// A problem is one thing that a check has found. The same text with several kinds of spans is
// reported once, with all of them: check.report.
type problem struct {
	span string // the kind of span, if it is known
	text string
}

func (p problem) String() string {
	if p.span == "" {
		return p.text
	}
	return "with " + p.span + ", " + p.text
}

func (r *reporter) add(p problem) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.text = strings.TrimSuffix(p.text, "\n")
	r.problems = append(r.problems, p)
}

func (r *reporter) all() []problem {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.problems)
}

// close makes later uses of the reporter harmless.
func (r *reporter) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
}

// checkOpen ends the goroutine if the reporter was closed.
func (r *reporter) checkOpen() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		runtime.Goexit()
	}
}

func (r *reporter) Error(args ...any) { r.add(problem{text: fmt.Sprintln(args...)}) }

func (r *reporter) Errorf(format string, args ...any) {
	r.add(problem{text: fmt.Sprintf(format, args...)})
}

// The methods by which a test fails are what newHandler and results may call, ParseJSON and
// ParseText among them.

func (r *reporter) Fail()        { r.Error("Fail was called") }
func (r *reporter) Failed() bool { return len(r.all()) > 0 }

// FailNow ends the goroutine, as that of a *testing.T does.
func (r *reporter) FailNow() {
	if !r.Failed() {
		r.Error("FailNow was called")
	}
	runtime.Goexit()
}

func (r *reporter) Fatal(args ...any) {
	r.Error(args...)
	runtime.Goexit()
}

func (r *reporter) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}
