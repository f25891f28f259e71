package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spanlog/spanlog/internal/zipkin"
)

// packages is what caller.py needs.
const packages = "import opentelemetry.sdk, opentelemetry.exporter.zipkin.json, opentelemetry.instrumentation.logging"

// python returns a Python for caller.py. Without one it skips the test, unless
// SPANLOG_PYTHON promises one.
func python(t *testing.T) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED: the script run needs a Unix")
	}
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("SKIPPED: no bash, which the script run is written in")
	}
	promised := os.Getenv("SPANLOG_PYTHON")
	path := promised
	if promised == "" {
		found, err := exec.LookPath("python3")
		if err != nil {
			t.Skip("SKIPPED: no python3, and SPANLOG_PYTHON is not set")
		}
		path = found
	}
	out, err := exec.Command(path, "-c", packages).CombinedOutput()
	if err != nil && promised != "" {
		t.Fatalf("SPANLOG_PYTHON=%s: %v\n%s", promised, err, out)
	}
	if err != nil {
		t.Skipf("SKIPPED: python3 lacks opentelemetry: set SPANLOG_PYTHON to one that has examples/polyglot/requirements.txt\n%s", out)
	}
	return path
}

// runScript runs the script, and returns what it prints.
func runScript(t *testing.T, python, endpoint, dir string) (string, error) {
	t.Helper()
	withoutTelemetryVars(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "run", dir)
	cmd.Env = append(cmd.Environ(), "SPANLOG_PYTHON="+python, endpointVar+"="+endpoint)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // so that it stops the services
	cmd.WaitDelay = 30 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	t.Logf("run: %v\n%s%s", err, &stdout, &stderr)
	return stdout.String(), err
}

// A request is what the script prints of one.
type request struct{ status, trace string }

// requests returns the requests that the script made. Two of three went well, and
// the last line names the third.
func requests(t *testing.T, stdout string) (all []request, failed string) {
	t.Helper()
	for _, m := range regexp.MustCompile(`(?m)^GET /order\?\S+: (\d+) ([0-9a-f]{32}) `).FindAllStringSubmatch(stdout, -1) {
		all = append(all, request{m[1], m[2]})
		if m[1] != "200" {
			failed = m[2]
		}
	}
	ids := map[string]bool{}
	for _, r := range all {
		ids[r.trace] = true
	}
	if len(all) != 3 || len(ids) != 3 || failed == "" {
		t.Fatalf("requests %v, want three with a trace each, and one that failed", all)
	}
	if want := "\ntrace_id=" + failed + " go.log python.log\n"; !strings.HasSuffix(stdout, want) {
		t.Errorf("the last line is not %q", want)
	}
	return all, failed
}

// checkLogs demands that both files tell of every request in the same way. It
// returns the lines of both.
func checkLogs(t *testing.T, dir string, all []request) (lines []line) {
	t.Helper()
	shop, payment := readLog(t, filepath.Join(dir, "python.log")), readLog(t, filepath.Join(dir, "go.log"))
	for service, lines := range map[string][]line{"shop": shop, "payment": payment} {
		file := map[string]string{"shop": "caller.py", "payment": "main.go"}[service]
		for _, l := range lines {
			if source, _, _ := strings.Cut(l.source, ":"); l.service != service || l.name != service || source != file {
				t.Errorf("%s has %+v", service, l)
			}
		}
		// The line at the start has no span.
		if outside := ofTrace(lines, "0"); len(outside) != 1 || outside[0].span != "0" || outside[0].sampled != "False" {
			t.Errorf("%s: lines without a trace: %+v, want one", service, outside)
		}
		if len(lines) != 1+2*len(all) {
			t.Errorf("%s has %d lines, want one at the start and two for each of %d requests", service, len(lines), len(all))
		}
		for _, r := range all {
			ours := ofTrace(lines, r.trace)
			if len(ours) != 2 {
				t.Errorf("%s has %d lines of trace %s, want 2", service, len(ours), r.trace)
			}
			failures := slices.DeleteFunc(slices.Clone(ours), func(l line) bool { return l.level != "ERROR" })
			if failed := r.status != "200"; failed != (len(failures) == 1) {
				t.Errorf("%s: trace %s with status %s has errors %+v", service, r.trace, r.status, failures)
			}
		}
	}
	return slices.Concat(shop, payment)
}

// TestRun runs the script with a Zipkin that answers, and demands that the log
// files and the spans tell of the same traces.
func TestRun(t *testing.T) {
	python := python(t)
	store := new(zipkin.Store)
	server := httptest.NewServer(store.Handler())
	defer server.Close()
	dir := t.TempDir()
	stdout, err := runScript(t, python, server.URL+"/api/v2/spans", dir)
	if err != nil {
		t.Fatal(err)
	}
	all, failed := requests(t, stdout)
	lines := checkLogs(t, dir, all)
	if want := "in Zipkin: " + server.URL + "/zipkin/traces/" + failed + "\n"; !strings.Contains(stdout, want) {
		t.Errorf("the script does not print %q", want)
	}

	want := []string{"shop SERVER get /order", "shop CLIENT post /charge", "payment SERVER post /charge", "payment  authorize"}
	for _, r := range all {
		// The spans are a chain: each has one child, and all are there.
		var chain []string
		services := map[string]string{} // by span
		for nodes := zipkin.Tree(store.Trace(r.trace)); len(nodes) > 0; nodes = nodes[0].Children {
			s := nodes[0].Span
			if len(nodes) > 1 || nodes[0].MissingParent {
				t.Errorf("trace %s: %d spans beside %s, parent missing: %t", r.trace, len(nodes)-1, s.Name, nodes[0].MissingParent)
			}
			chain = append(chain, s.Service()+" "+s.Kind+" "+s.Name)
			services[s.ID] = s.Service()
			if _, isError := s.Tags["error"]; isError != (r.trace == failed) {
				t.Errorf("trace %s: span %s failed: %t", r.trace, s.Name, isError)
			}
		}
		if !slices.Equal(chain, want) {
			t.Errorf("trace %s: spans %q, want %q", r.trace, chain, want)
		}
		for _, l := range ofTrace(lines, r.trace) {
			if services[l.span] != l.service || l.sampled != "True" {
				t.Errorf("trace %s: no span of %s is that of %+v", r.trace, l.service, l)
			}
		}
	}
	if n := store.Len(); n != len(want)*len(all) {
		t.Errorf("Zipkin got %d spans, want %d", n, len(want)*len(all))
	}
	if got := store.Services(); !slices.Equal(got, []string{"payment", "shop"}) {
		t.Errorf("Zipkin knows the services %v, want payment and shop", got)
	}
}

// TestRunWithoutZipkin runs the script with nobody to send spans to.
func TestRunWithoutZipkin(t *testing.T) {
	python := python(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	// A server that hangs up, so that no other can take its place meanwhile.
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	endpoint, dir := "http://"+listener.Addr().String()+"/api/v2/spans", t.TempDir()
	stdout, err := runScript(t, python, endpoint, dir)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(stdout, "no Zipkin at "+endpoint) || strings.Contains(stdout, "in Zipkin:") {
		t.Error("the script does not say that there is no Zipkin")
	}
	all, _ := requests(t, stdout)
	checkLogs(t, dir, all)
}

// TestRunFails lets a service fail to start.
func TestRunFails(t *testing.T) {
	python := python(t)
	for _, file := range []string{"go.log", "python.log"} {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, file), 0o700); err != nil { // where the service wants its file
			t.Fatal(err)
		}
		stdout, err := runScript(t, python, "http://localhost:0", dir)
		if _, failed := err.(*exec.ExitError); !failed || strings.Contains(stdout, "trace_id=") {
			t.Errorf("%s can't be opened, and the script ends with %v", file, err)
		}
	}
}

// TestCallersTrace sends requests with a trace of their own through both services:
// the trace and the decision to keep it are the same in all lines. The shop ends
// with its standard input.
func TestCallersTrace(t *testing.T) {
	python, dir := python(t), t.TempDir()
	withoutTelemetryVars(t)
	stop, err := setUp(t.Context(), filepath.Join(dir, "go.log"))
	if err != nil {
		t.Fatal(err)
	}
	payment := httptest.NewServer(newHandler())
	defer payment.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	shop := exec.CommandContext(ctx, python, "caller.py", filepath.Join(dir, "python.log"), payment.Listener.Addr().String())
	shop.Stderr = os.Stderr
	stdin, err := shop.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := shop.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := shop.Start(); err != nil {
		t.Fatal(err)
	}
	address, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}

	sampled := map[string]string{"00": "False", "01": "True", "02": "False", "03": "True"} // by flags
	for flags := range sampled {
		trace := strings.Repeat(flags, 16)[:30] + "ff"
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+strings.TrimSpace(address)+"/order?id=17&amount=12.50", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("traceparent", "00-"+trace+"-00f067aa0ba902b7-"+flags)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := resp.Header.Get("Trace-Id"); resp.StatusCode != 200 || got != trace {
			t.Errorf("flags %s: status %d of trace %s, want 200 of %s", flags, resp.StatusCode, got, trace)
		}
	}
	if err := errors.Join(stdin.Close(), shop.Wait(), stop()); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"python.log", "go.log"} {
		lines := readLog(t, filepath.Join(dir, file))
		for flags, want := range sampled {
			ours := ofTrace(lines, strings.Repeat(flags, 16)[:30]+"ff")
			if len(ours) != 2 || ours[0].sampled != want || ours[1].sampled != want {
				t.Errorf("flags %s: %s has %+v, want two lines, sampled %s", flags, file, ours, want)
			}
		}
	}
}

// TestLayout asks opentelemetry-python for its layout.
func TestLayout(t *testing.T) {
	out, err := exec.Command(python(t), "-c",
		"from opentelemetry.instrumentation.logging.constants import DEFAULT_LOGGING_FORMAT as f; print(f, end='')").CombinedOutput()
	if err != nil || string(out) != layout {
		t.Errorf("Python's layout, with %v:\n%s\nours:\n%s", err, out, layout)
	}
}

// withoutTelemetryVars makes a test independent of what the machine's environment
// says of tracing.
func withoutTelemetryVars(t *testing.T) {
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "OTEL_") || name == endpointVar {
			t.Setenv(name, "")
		}
	}
}
