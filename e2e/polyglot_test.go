package e2e_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// polyglotLine finds the ids and the service in a line of the layout of
// opentelemetry-python.
var polyglotLine = regexp.MustCompile(`(?m)^\S+ \S+ (\w+) .* \[trace_id=([0-9a-f]{32}) span_id=([0-9a-f]{16}) resource\.service\.name=(\w+) trace_sampled=True\] - `)

// TestPolyglot runs a service in Python and one in Go with a real Zipkin, and demands
// that both log files and Zipkin agree on the ids.
func TestPolyglot(t *testing.T) {
	python := tool(t, "SPANLOG_PYTHON")
	z := sharedZipkin(t)
	dir := t.TempDir()
	cmd := exec.Command(filepath.Join("..", "examples", "polyglot", "run"), dir)
	cmd.Env = append(cmd.Environ(), "SPANLOG_PYTHON="+python, "ZIPKIN_ENDPOINT="+z.Endpoint())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
	last := regexp.MustCompile(`(?m)^trace_id=([0-9a-f]{32}) go\.log python\.log\n\z`).FindSubmatch(out)
	if last == nil {
		t.Fatal("the last line names no trace")
	}

	traces := make(map[string]map[string]bool) // by file
	for file, service := range map[string]string{"go.log": "payment", "python.log": "shop"} {
		text, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		traces[file] = make(map[string]bool)
		failed := false
		for _, m := range polyglotLine.FindAllSubmatch(text, -1) {
			level, trace, span := string(m[1]), string(m[2]), string(m[3])
			traces[file][trace] = true
			failed = failed || level == "ERROR" && trace == string(last[1])
			if string(m[4]) != service {
				t.Errorf("%s: service %s, want %s in %s", file, m[4], service, m[0])
			}
			// shop: server and client, payment: server and authorize.
			found := ""
			for _, s := range z.waitTrace(t, trace, 4) {
				if s.ID == span {
					found = s.Service()
				}
			}
			if found != service {
				t.Errorf("%s: Zipkin has span %s of trace %s as one of %q, want %s", file, span, trace, found, service)
			}
		}
		if !failed {
			t.Errorf("%s has no error in trace %s:\n%s", file, last[1], text)
		}
	}
	inGo, inPython := slices.Sorted(maps.Keys(traces["go.log"])), slices.Sorted(maps.Keys(traces["python.log"]))
	if len(inGo) != 3 || !slices.Equal(inGo, inPython) {
		t.Errorf("go.log has traces %q, python.log %q, want the same three", inGo, inPython)
	}

	// The request that failed: through both services, each span below the one before.
	parent := ""
	for _, want := range []struct{ service, kind string }{
		{"shop", "SERVER"}, {"shop", "CLIENT"}, {"payment", "SERVER"}, {"payment", ""},
	} {
		next := ""
		for _, s := range z.trace(t, string(last[1])) {
			if s.ParentID == parent && s.Service() == want.service && s.Kind == want.kind {
				next = s.ID
			}
		}
		if next == "" {
			t.Fatalf("no span of %s of kind %q below %q", want.service, want.kind, parent)
		}
		parent = next
	}
}
