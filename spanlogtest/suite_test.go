package spanlogtest

import (
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// inChild is set in the processes that run starts.
var inChild = os.Getenv("SPANLOGTEST_CHILD") != ""

// run runs tests of this binary in a process of its own, for tests that fail
// on purpose. The pattern is that of -run.
func run(t *testing.T, pattern string) (output string, ok bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.v", "-test.run", pattern, "-test.timeout", "60s")
	cmd.Env = append(os.Environ(), "SPANLOGTEST_CHILD=1")
	out, err := cmd.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	return string(out), err == nil
}

func child(t *testing.T) {
	t.Helper()
	if !inChild {
		t.Skip("only in a process of its own, see TestReports")
	}
}

func TestChildFails(t *testing.T) {
	child(t)
	TestHandler(t, newReference("trace: flags are 01 or 00"), nil)
}

func TestChildKnown(t *testing.T) {
	child(t)
	TestHandler(t, newReference("trace: flags are 01 or 00"), &Options{Known: map[string]string{
		"trace/flags":   "nobody sets the random bit",
		"groups/inline": "it was broken once",
	}})
}

func TestChildRepeats(t *testing.T) {
	child(t)
	TestHandler(t, newReference("trace: the first span for ever"), nil)
}

func TestChildSkips(t *testing.T) {
	child(t)
	factory := newReference("trace: flags are 01 or 00")
	TestHandler(t, func(tb testing.TB) (slog.Handler, func() []map[string]any) {
		if strings.HasSuffix(tb.Name(), "/trace/flags") {
			tb.Skip("writes no flags")
		}
		return factory(tb)
	}, &Options{Known: map[string]string{"trace/flags": "not run"}})
}

func TestChildUnparsable(t *testing.T) {
	child(t)
	TestHandler(t, newReference("values: NaN as it is"), &Options{Known: map[string]string{"attrs/kinds": "writes NaN"}})
}

func TestChildNoTrace(t *testing.T) {
	child(t)
	TestHandler(t, newReference("trace: sampled spans only"), &Options{NoTrace: true})
}

func TestChildMisspelled(t *testing.T) {
	child(t)
	TestHandler(t, newReference(""), &Options{Known: map[string]string{"group/inline": "…"}})
}

func TestChildPanics(t *testing.T) {
	child(t)
	TestHandler(t, func(testing.TB) (slog.Handler, func() []map[string]any) { panic("no handler today") }, nil)
}

func TestChildNoResults(t *testing.T) {
	child(t)
	TestHandler(t, func(testing.TB) (slog.Handler, func() []map[string]any) {
		return slog.DiscardHandler, func() []map[string]any { return nil }
	}, nil)
}

func TestReports(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	for _, c := range []struct {
		test string
		ok   bool
		says []string
	}{
		{"TestChildFails/trace/(flags|root)", false, []string{
			"--- FAIL: TestChildFails/trace/flags",
			"with a span with the flags 03, with a remote span with the flags 03, in a record without attributes: ",
			`trace_flags is "00", want "03"`,
			"rule: trace flags are a bit field, written as two hexadecimal digits",
			"source: W3C Trace Context, Level 2",
			"--- PASS: TestChildFails/trace/root",
		}},
		{"TestChildKnown/(trace|groups)/(flags|inline)", true, []string{
			"--- SKIP: TestChildKnown/trace/flags", "known to fail: nobody sets the random bit", `trace_flags is "00", want "03"`,
			"--- PASS: TestChildKnown/groups/inline", "this check passes, though Options.Known lists it (it was broken once)",
		}},
		{"TestChildRepeats/trace/active", false, []string{`a plain logger in the inner span: span_id is "00f067aa0ba902b7"`}},
		{"TestChildSkips/trace/(flags|root)", true, []string{"--- SKIP: TestChildSkips/trace/flags", "writes no flags", "--- PASS: TestChildSkips/trace/root"}},
		{"TestChildUnparsable/attrs/kinds", true, []string{"--- SKIP: TestChildUnparsable/attrs/kinds", "invalid character 'N'"}},
		{"TestChildNoTrace/(groups|trace)", true, []string{"--- PASS: TestChildNoTrace/groups/nesting"}},
		{"TestChildMisspelled/groups/nesting", false, []string{`Options.Known lists "group/inline", which is not the name of a check`}},
		{"TestChildPanics/groups", false, []string{"the check panicked: no handler today"}},
		{"TestChildNoResults/groups", false, []string{"in all: got 0 records"}},
	} {
		t.Run(c.test, func(t *testing.T) {
			t.Parallel()
			out, ok := run(t, c.test)
			if ok != c.ok {
				t.Errorf("passed: %t, want %t; %.2000s", ok, c.ok, out)
			}
			for _, want := range c.says {
				if !strings.Contains(out, want) {
					t.Errorf("the output doesn't say %q: %.2000s", want, out)
				}
			}
			for _, never := range []string{"with ,", "with a sampled span, with a sampled span"} {
				if strings.Contains(out, never) {
					t.Errorf("the output says %q: %.2000s", never, out)
				}
			}
			if strings.Contains(out, "NoTrace/trace/") {
				t.Error("checks of trace fields have run")
			}
		})
	}
}

// TestNames keeps the names of checks usable with -run, and unique.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range checks {
		if seen[c.name] {
			t.Errorf("two checks are called %s", c.name)
		}
		seen[c.name] = true
		if strings.ContainsAny(c.name, " _()") || strings.ToLower(c.name) != c.name {
			t.Errorf("%q is not a good name", c.name)
		}
		if c.rule == "" || c.source == "" || strings.HasSuffix(c.rule, ".") {
			t.Errorf("%s: rule %q, source %q", c.name, c.rule, c.source)
		}
		if traced := strings.HasPrefix(c.name, "trace/") || strings.HasPrefix(c.name, "collision/"); c.traced != traced {
			t.Errorf("%s: traced is %t", c.name, c.traced)
		}
	}
}

func TestLimit(t *testing.T) {
	release := make(chan struct{})
	var wg sync.WaitGroup
	wg.Add(1)
	s := newSuite(newReference(""), nil)
	s.limit = time.Millisecond
	problems := s.run(t, check{run: func(*probe) { defer wg.Done(); <-release }})
	close(release)
	wg.Wait()
	if len(problems) != 1 || !strings.Contains(problems[0].text, "still busy after 1ms") {
		t.Errorf("got %q", problems)
	}
}

// TestReporter fails a test in all ways.
func TestReporter(t *testing.T) {
	for name, c := range map[string]struct {
		fail func(testing.TB)
		want string
	}{
		"Error":   {func(tb testing.TB) { tb.Error("a", 1) }, "a 1"},
		"Errorf":  {func(tb testing.TB) { tb.Errorf("a%d", 1) }, "a1"},
		"Fatal":   {func(tb testing.TB) { tb.Fatal("a", 1); tb.Error("went on") }, "a 1"},
		"Fatalf":  {func(tb testing.TB) { tb.Fatalf("a%d", 1); tb.Error("went on") }, "a1"},
		"Fail":    {func(tb testing.TB) { tb.Fail() }, "Fail was called"},
		"FailNow": {func(tb testing.TB) { tb.FailNow(); tb.Error("went on") }, "FailNow was called"},
		"Errorf, FailNow": {func(tb testing.TB) {
			tb.Errorf("a")
			if tb.Failed() {
				tb.FailNow()
			}
		}, "a"},
	} {
		if got := failuresOf(t, c.fail); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	if failures := failuresOf(t, func(tb testing.TB) { tb.Log("only a note"); tb.TempDir() }); len(failures) != 0 {
		t.Errorf("got %q, want nothing", failures)
	}
}
