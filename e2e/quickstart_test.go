package e2e_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/zipkin"
)

// quickstart is what one run of the quickstart left behind.
type quickstart struct {
	file    string // the path of its log file
	failed  string // the trace of the order that failed
	console string // its stderr, where both services log
	tree    string // its stdout
	lines   []line // its log file
}

// line is a line of the quickstart's log file.
type line struct {
	Level   string `json:"level"`
	Message string `json:"msg"`
	Error   string `json:"error"`
	TraceID string `json:"trace_id"`
	SpanID  string `json:"span_id"`
	Service string `json:"service.name"`
}

// runQuickstart builds the quickstart as its reader would, and runs it with its
// spans sent to a Zipkin.
func runQuickstart(t *testing.T, z *zipkinServer) *quickstart {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "quickstart.exe")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir = filepath.Join("..", "examples", "quickstart")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	cmd := exec.Command(program)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "ZIPKIN_ENDPOINT="+z.Endpoint(), "NO_COLOR=1")
	var tree, console bytes.Buffer
	cmd.Stdout, cmd.Stderr = &tree, &console
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &console)
	}
	file, err := os.ReadFile(filepath.Join(dir, "app.log"))
	if err != nil {
		t.Fatal(err)
	}
	q := &quickstart{file: filepath.Join(dir, "app.log"), console: console.String(), tree: tree.String()}
	for text := range strings.Lines(string(file)) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		q.lines = append(q.lines, l)
	}
	id := regexp.MustCompile(`(?m)^trace_id=([0-9a-f]{32})$`).FindStringSubmatch(q.tree)
	if id == nil {
		t.Fatalf("the quickstart names no trace:\n%s", q.tree)
	}
	q.failed = id[1]
	return q
}

// TestQuickstart runs two services against a real Zipkin and reads the order that
// failed back from it: one trace through both, whose annotations are the lines of
// the log.
func TestQuickstart(t *testing.T) {
	z := sharedZipkin(t)
	q := runQuickstart(t, z)
	spans := z.waitTrace(t, q.failed, 4)
	for _, s := range spans {
		t.Logf("%s: %s %s %s, tags %q, annotations %+v", s.Service(), s.Name, s.Kind, s.ID, s.Tags, s.Annotations)
	}

	want := []struct{ service, name, kind string }{ // each is the parent of the next
		{"shop", "place order", "SERVER"},
		{"shop", "post /charge", "CLIENT"},
		{"payment", "post /charge", "SERVER"},
		{"payment", "authorize", ""},
	}
	if len(spans) != len(want) {
		t.Fatalf("the trace has %d spans, want %d", len(spans), len(want))
	}
	annotations := 0
	parent := ""
	for _, w := range want {
		i := slices.IndexFunc(spans, func(s zipkin.Span) bool {
			return s.Service() == w.service && s.Name == w.name && s.Kind == w.kind
		})
		if i < 0 {
			t.Fatalf("no span of %s named %q of kind %q", w.service, w.name, w.kind)
		}
		s := spans[i]
		if s.TraceID != q.failed {
			t.Errorf("span %q is of trace %s, want %s", s.Name, s.TraceID, q.failed)
		}
		if s.ParentID != parent {
			t.Errorf("the parent of %s: %q is %q, want %q", w.service, s.Name, s.ParentID, parent)
		}
		if _, ok := s.Tags["error"]; !ok {
			t.Errorf("%s: %q has no error tag: %q", w.service, s.Name, s.Tags)
		}
		checkAnnotations(t, s, q.lines)
		annotations += len(s.Annotations)
		parent = s.ID
	}
	// A record at Warn or Error has its error as an annotation of its own.
	if annotations != 5 {
		t.Errorf("%d annotations in all, want 3 of records and 2 of their errors", annotations)
	}

	if !strings.Contains(q.console, q.failed) {
		t.Errorf("the console has no line of trace %s:\n%s", q.failed, q.console)
	}
}

// checkAnnotations compares a span's annotations with the lines that were logged
// in it: every annotation is a line, and every line at Info or above is an
// annotation.
func checkAnnotations(t *testing.T, s zipkin.Span, lines []line) {
	t.Helper()
	var want, got []string
	for _, l := range lines {
		if l.TraceID != s.TraceID || l.SpanID != s.ID || l.Level == "DEBUG" {
			continue
		}
		if l.Service != s.Service() {
			t.Errorf("%q is a line of %s in a span of %s", l.Message, l.Service, s.Service())
		}
		want = append(want, l.Level+" "+l.Message)
		if l.Error != "" {
			want = append(want, "exception "+l.Error)
		}
	}
	for _, a := range s.Annotations {
		name, attrs := annotation(t, a.Value)
		switch name {
		case "exception":
			got = append(got, "exception "+attrs["exception.message"].(string))
		default:
			level, _ := attrs["log.severity"].(string)
			got = append(got, level+" "+name)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q has annotations %q, want the lines %q", s.Service(), s.Name, got, want)
	}
}

// annotation takes an annotation apart: OpenTelemetry's exporter writes an event
// with its attributes as in
//
//	order received: {"amount":25,"log.severity":"INFO","order":18}
func annotation(t *testing.T, value string) (name string, attrs map[string]any) {
	t.Helper()
	name, object, ok := strings.Cut(value, ": {")
	if !ok {
		t.Fatalf("annotation %q has no attributes", value)
	}
	if err := json.Unmarshal([]byte("{"+object), &attrs); err != nil {
		t.Fatalf("annotation %q: %v", value, err)
	}
	return name, attrs
}
