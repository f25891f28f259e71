package spanlogtest

// The suite: its checks, their order, and how one is run and reported. A new check needs an
// entry in one of the check_*.go files, in the list of doc.go (TestDoc), and a mutant in
// mutant_test.go that fails it and nothing else that is not related: TestMutants refuses a
// check without one.

import (
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// Options say what [TestHandler] may expect of a handler. Nil and the zero
// value are the defaults. TestHandler doesn't change it.
type Options struct {
	// Fields returns the trace fields of a record that is logged with the
	// span context sc: the names of the fields at the root of the record, and
	// their values as fmt.Sprint prints them. Names with dots are found both
	// as literal keys and nested. By default, the three of OpenTelemetry's
	// "Trace Context in non-OTLP Log Formats": trace_id, span_id and
	// trace_flags, in lower-case hexadecimal.
	Fields func(sc trace.SpanContext) map[string]string

	// NoTrace leaves out the checks of trace fields, for a handler that
	// doesn't claim to correlate records with traces. The other checks still
	// run with and without a span in the context. By default, trace fields are
	// expected.
	NoTrace bool

	// Known lists checks that the handler is known to fail, by name, with the
	// reason. Such a check still runs, and is reported as skipped if it fails.
	// If it passes, the test's log says that the entry can go; that is no
	// failure, because the cause may be gone only in a newer version of Go or
	// of another dependency. By default, there are none.
	Known map[string]string
}

// TestHandler tests a [slog.Handler] more strictly than testing/slogtest,
// whose cases it includes. Each check is a subtest. A check that fails says
// which rule was broken and where the rule is written.
//
// TestHandler calls newHandler several times in each check. Each call must
// return a new handler that is enabled for [slog.LevelInfo] and above, and a
// function that TestHandler calls once, when it is done with the handler. That
// function returns one map per record, in the order of the calls to Handle, as
// for [testing/slogtest.Run]: groups are nested maps, and the built-in fields have the
// keys [slog.TimeKey], [slog.LevelKey], [slog.MessageKey] and [slog.SourceKey].
// A key that occurs twice must be a [Repeated]. [ParseJSON] and [ParseText]
// do all of this. A handler that works in the background must be flushed
// before the results are read.
//
// The tb that newHandler gets belongs to the check: to fail it, from
// newHandler or from results, fails the check. It is a wrapper of the
// subtest's *testing.T and not one itself. To leave out a check that doesn't
// apply to the handler, newHandler may call tb.Skip, going by tb.Name, which
// ends with the name of the check.
//
// Checks have names such as trace/root: the subtests of go test -v, for -run
// and for [Options].Known.
//
// The handler must keep every record of level Info and above, the attributes
// as they are, and may add fields of its own as long as each record has them.
// Run the test with -race; some checks call the handler from several
// goroutines.
func TestHandler(
	t *testing.T,
	newHandler func(tb testing.TB) (h slog.Handler, results func() []map[string]any),
	opts *Options,
) {
	t.Helper()
	s := newSuite(newHandler, opts)
	for name := range s.opts.Known {
		if !slices.ContainsFunc(checks, func(c check) bool { return c.name == name }) {
			t.Errorf("Options.Known lists %q, which is not the name of a check", name)
		}
	}
	for _, c := range checks {
		if c.traced && s.opts.NoTrace {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Helper()
			problems := s.run(t, c)
			reason, known := s.opts.Known[c.name]
			switch {
			case len(problems) == 0 && t.Skipped(): // by newHandler
			case len(problems) == 0 && known:
				t.Logf("this check passes, though Options.Known lists it (%s): the entry can go", reason)
			case len(problems) == 0:
			case known:
				t.Skipf("known to fail: %s\n%s", reason, c.report(problems))
			default:
				t.Error(c.report(problems))
			}
		})
	}
}

// A check is one rule that handlers must keep, and the way to find out.
type check struct {
	name   string
	rule   string // one sentence
	source string // where the rule is written, or why it holds
	traced bool   // only for handlers that write trace fields
	run    func(p *probe)
}

// report returns the text for a check that failed. What was found more than
// once, or with several kinds of spans, is said once.
func (c check) report(problems []problem) string {
	const most = 12
	var texts []string
	spans := map[string][]string{}
	for _, p := range problems {
		if !slices.Contains(texts, p.text) {
			texts = append(texts, p.text)
		}
		if p.span != "" && !slices.Contains(spans[p.text], p.span) {
			spans[p.text] = append(spans[p.text], p.span)
		}
	}
	var b strings.Builder
	for _, text := range texts[:min(len(texts), most)] {
		b.WriteString(problem{strings.Join(spans[text], ", with "), text}.String() + "\n")
	}
	if len(texts) > most {
		fmt.Fprintf(&b, "… and %d more\n", len(texts)-most)
	}
	fmt.Fprintf(&b, "rule: %s\nsource: %s", c.rule, c.source)
	return b.String()
}

// checks is all that TestHandler runs, in this order: what is plain comes before what builds
// on it, so that the first failure is the one to look at.
var checks = slices.Concat(
	slogtestChecks,
	groupChecks,
	attrChecks,
	valueChecks,
	recordChecks,
	memoryChecks,
	siblingChecks,
	enabledChecks,
	encodingChecks,
	concurrencyChecks,
	traceChecks,
	collisionChecks,
)

// A suite runs checks on handlers of one kind.
type suite struct {
	newHandler factory
	opts       Options
	limit      time.Duration // for one check, so that a deadlock gets a name
}

// A factory makes handlers for TestHandler, a new one with each call.
type factory = func(tb testing.TB) (slog.Handler, func() []map[string]any)

// newSuite fills in the defaults. The time limit is for handlers that hang, and far above what
// a check takes otherwise.
func newSuite(newHandler factory, opts *Options) *suite {
	s := &suite{newHandler: newHandler, limit: 30 * time.Second}
	if opts != nil {
		s.opts = *opts
	}
	if s.opts.Fields == nil {
		s.opts.Fields = otelFields
	}
	return s
}

// run runs one check and returns what it found. A check that is given up goes on in its
// goroutine, if it goes on at all; the reporter sees to it that it no longer touches tb.
func (s *suite) run(tb testing.TB, c check) []problem {
	r := &reporter{TB: tb}
	done := make(chan struct{})
	// A goroutine of its own, for reporter.FailNow to end, and to be left
	// behind if it never returns.
	go func() {
		defer close(done)
		defer func() {
			if v := recover(); v != nil {
				r.Errorf("the check panicked: %v\n%s", v, debug.Stack())
			}
		}()
		c.run(&probe{reporter: r, suite: s, traced: c.traced})
	}()
	timeout := time.NewTimer(s.limit)
	defer timeout.Stop()
	select {
	case <-done:
	case <-timeout.C:
		r.Errorf("the handler is still busy after %v: is it waiting for a lock that it holds?", s.limit)
		r.close()
	}
	return r.all()
}
