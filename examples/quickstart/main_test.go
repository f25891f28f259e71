package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestQuickstart runs the program as its reader would, and demands that the
// console, the file and the span tree tell of the same traces.
func TestQuickstart(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "quickstart.exe")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	cmd := exec.Command(program)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), endpointVar+"=", "NO_COLOR=1")
	var tree, console bytes.Buffer
	cmd.Stdout, cmd.Stderr = &tree, &console
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &console)
	}
	file, err := os.ReadFile(filepath.Join(dir, logFile))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("console:\n%s\nfile:\n%s\ntree:\n%s", &console, file, &tree)

	// The file: who logged what in which trace.
	services, spans := map[string]map[string]bool{}, map[string]map[string]string{}
	failed := ""
	for line := range strings.Lines(string(file)) {
		var r struct {
			record
			Service string `json:"service.name"`
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if services[r.TraceID] == nil {
			services[r.TraceID], spans[r.TraceID] = map[string]bool{}, map[string]string{}
		}
		services[r.TraceID][r.Service] = true
		spans[r.TraceID][r.Message] = r.SpanID
		if r.Level == "ERROR" {
			failed = r.TraceID
		}
	}
	if len(services) != 3 {
		t.Errorf("the file has %d traces, want one for each of three requests", len(services))
	}
	for id, names := range services {
		if !names["shop"] || !names["payment"] || len(id) != 32 {
			t.Errorf("trace %q has lines of %v, want shop and payment", id, names)
		}
	}

	// The console: the same traces, without the lines at Debug.
	onConsole := map[string]bool{}
	for _, id := range regexp.MustCompile(`\b[0-9a-f]{32}\b`).FindAllString(console.String(), -1) {
		onConsole[id] = true
	}
	if got, want := slices.Sorted(maps.Keys(onConsole)), slices.Sorted(maps.Keys(services)); !slices.Equal(got, want) {
		t.Errorf("traces on the console %v, in the file %v", got, want)
	}
	if strings.Contains(console.String(), "asking the bank") || !strings.Contains(string(file), "asking the bank") {
		t.Error("the line at Debug belongs in the file and not on the console")
	}

	// The tree: the failed request's spans below each other, each line right
	// below the span that the file says it was logged in.
	if !strings.Contains(tree.String(), "trace_id="+failed+"\n") {
		t.Errorf("the tree is not that of the failed trace %s", failed)
	}
	var order []string
	span, shown := "", map[string]int{}
	for line := range strings.Lines(tree.String()) {
		if m := regexp.MustCompile(`(\S+: .*)  span_id=([0-9a-f]{16})`).FindStringSubmatch(line); m != nil {
			order, span = append(order, m[1]), m[2]
		}
		for msg, id := range spans[failed] {
			if !regexp.MustCompile(`\d (DEBUG|INFO |WARN |ERROR) ` + msg).MatchString(line) {
				continue
			}
			shown[msg]++
			if id != span {
				t.Errorf("%q is below span %s, but was logged in %s", msg, span, id)
			}
		}
	}
	want := []string{"shop: place order", "shop: post /charge", "payment: post /charge", "payment: authorize"}
	if !slices.Equal(order, want) {
		t.Errorf("spans %q, want %q", order, want)
	}
	for msg := range spans[failed] {
		if shown[msg] != 1 {
			t.Errorf("the tree has %q %d times", msg, shown[msg])
		}
	}
	if n := strings.Count(tree.String(), "FAILED"); n != 4 {
		t.Errorf("%d spans of the tree failed, want all 4", n)
	}
}
