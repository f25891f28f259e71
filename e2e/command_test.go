package e2e_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestCommandTrace has the spanlog command show the quickstart's failed order with the spans
// that a real Zipkin has of it, by whichever of its addresses: it is the tree that the quickstart prints itself.
func TestCommandTrace(t *testing.T) {
	z := sharedZipkin(t)
	q := runQuickstart(t, z)
	z.waitTrace(t, q.failed, 4)
	program := buildCommand(t)
	for _, server := range []string{z.URL, z.URL + "/zipkin/", z.Endpoint()} {
		out, err := exec.Command(program, "trace", "-zipkin", server, q.failed, q.file).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if first, _, _ := strings.Cut(string(out), "\n"); !strings.HasSuffix(first, "4 records, 4 spans from "+z.URL) {
			t.Errorf("it begins with %q", first)
		}
		if got, want := shape(string(out)), shape(q.tree); !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant as in\n%s", out, q.tree)
		}
	}
}

// buildCommand builds the spanlog command, and returns its path.
func buildCommand(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "spanlog.exe")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir = filepath.Join("..", "cmd", "spanlog")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

// shape is the spans and the messages of a tree, in order.
func shape(tree string) (lines []string) {
	span := regexp.MustCompile(`\S+: [^\n]*  span_id=[0-9a-f]{16}`)
	message := regexp.MustCompile(`order received|order put on hold|payment failed|asking the bank`)
	for line := range strings.Lines(tree) {
		if s := span.FindString(line); s != "" {
			lines = append(lines, s)
		} else if m := message.FindString(line); m != "" {
			lines = append(lines, m)
		}
	}
	return lines
}
