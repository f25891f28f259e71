package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/trace"
)

// pythonIDs finds the ids in a line of python/before.py.
var pythonIDs = regexp.MustCompile(`\[trace_id=([0-9a-f]{32}) span_id=([0-9a-f]{16})\]`)

// TestFromPython compares with what Python has written: with lines that were recorded,
// in which only the ids are others, and with those of a Python that has opentelemetry,
// where there is one.
func TestFromPython(t *testing.T) {
	recorded := output{read(t, "python/recorded-console.txt"), map[string]string{"app.log": read(t, "python/recorded-app.txt")}}
	t.Run("recorded", func(t *testing.T) {
		checkPython(t, recorded)
		checkShown(t, "Python", recorded.files["app.log"])
	})
	t.Run("live", func(t *testing.T) {
		python, script := findPython(t), filepath.Join(here, "python", "before.py")
		dir := t.TempDir()
		cmd := exec.Command(python, script)
		cmd.Dir = dir
		var stderr strings.Builder
		cmd.Stderr = &stderr
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v\n%s", err, &stderr)
		}
		checkPython(t, output{stderr.String(), readDir(t, dir)})
	})
}

// checkPython runs the program in Go with the ids that Python had, and demands the
// same lines, but for the time.
func checkPython(t *testing.T, before output) {
	t.Helper()
	m := pythonIDs.FindStringSubmatch(before.files["app.log"])
	if m == nil {
		t.Fatalf("no ids in %q", before.files)
	}
	var config trace.SpanContextConfig
	var err error
	if config.TraceID, err = trace.TraceIDFromHex(m[1]); err != nil {
		t.Fatal(err)
	}
	if config.SpanID, err = trace.SpanIDFromHex(m[2]); err != nil {
		t.Fatal(err)
	}
	ctx := trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(config))
	after := captureWith(ctx, t, pythonAfter)
	if got, want := shownForm(after.stderr), shownForm(before.stderr); got != want {
		t.Errorf("the console has\n%swant\n%s", got, want)
	}
	if got, want := shownForm(after.files["app.log"]), shownForm(before.files["app.log"]); got != want || strings.Count(got, "\n") != 3 {
		t.Errorf("the file has\n%swant\n%s", got, want)
	}
}

// findPython returns a Python that has what before.py imports. Without one it skips
// the test, unless SPANLOG_PYTHON promises one.
func findPython(t *testing.T) string {
	t.Helper()
	promised := os.Getenv("SPANLOG_PYTHON")
	python := promised
	if promised == "" {
		var err error
		if python, err = exec.LookPath("python3"); err != nil {
			t.Skip("SKIPPED: no python3, and SPANLOG_PYTHON is not set: compared with recorded lines only")
		}
	}
	out, err := exec.Command(python, "-c", "import opentelemetry.sdk.trace, opentelemetry.instrumentation.logging").CombinedOutput()
	if err != nil && promised != "" {
		t.Fatalf("SPANLOG_PYTHON=%s: %v\n%s", promised, err, out)
	}
	if err != nil {
		t.Skipf("SKIPPED: python3 lacks opentelemetry, compared with recorded lines only: set SPANLOG_PYTHON to one that has examples/polyglot/requirements.txt\n%s", out)
	}
	return python
}
