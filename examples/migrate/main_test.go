package main

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/spanlog/spanlog/spanlogtest"
)

// An output is what a program has written: to stderr, and to files in its directory.
type output struct {
	stderr string
	files  map[string]string
}

// capture runs a program with an active span, in an empty directory.
func capture(t *testing.T, program func(context.Context) error) output {
	t.Helper()
	return captureWith(withSpan(t.Context()), t, program)
}

func captureWith(ctx context.Context, t *testing.T, program func(context.Context) error) output {
	t.Helper()
	for _, name := range []string{"SPANLOG_LEVEL", "SPANLOG_FORMAT", "OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"} {
		t.Setenv(name, "")
	}
	t.Chdir(t.TempDir())
	stderr, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	old := os.Stderr
	os.Stderr = stderr
	defer func() { os.Stderr = old }()
	err = program(ctx)
	os.Stderr = old
	if err != nil {
		t.Fatal(err)
	}
	return output{read(t, stderr.Name()), readDir(t, ".")}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// readDir returns the contents of a directory's files by their names, but for hidden ones.
func readDir(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			files[e.Name()] = read(t, filepath.Join(dir, e.Name()))
		}
	}
	return files
}

// A fields is a record in JSON.
type fields map[string]any

// only returns the one record of lines of JSON. No key is in it twice.
func only(t *testing.T, lines string) fields {
	t.Helper()
	records := spanlogtest.ParseJSON(t, []byte(lines))
	if len(records) != 1 {
		t.Fatalf("%d records, want one:\n%s", len(records), lines)
	}
	return records[0]
}

// with returns the fields with those of more.
func (f fields) with(more fields) fields {
	f = maps.Clone(f)
	maps.Copy(f, more)
	return f
}

// ids are the trace fields of withSpan's span.
var ids = fields{
	"trace_id":    "4bf92f3577b34da6a3ce929d0e0e4736",
	"span_id":     "00f067aa0ba902b7",
	"trace_flags": "01",
}

// A change is what is done to a field before it is what spanlog writes.
type change func(fields)

func renamed(from, to string) change {
	return func(f fields) {
		if v, ok := f[from]; ok {
			f[to] = v
			delete(f, from)
		}
	}
}

// multiplied is for durations, which loggers write in units of their own.
func multiplied(key string, by float64) change {
	return func(f fields) { f[key] = f[key].(float64) * by }
}

// slogLevelName is for the names that loggers other than slog have for levels.
func slogLevelName(f fields) {
	f["level"] = strings.TrimSuffix(strings.ToUpper(f["level"].(string)), "ING")
}

// fileOnly leaves of where a record was logged the file's name: the two programs are
// in one file, but not on one line.
func fileOnly(f fields) {
	switch v := f["source"].(type) {
	case string: // migrate/zap.go:19
		file, _, _ := strings.Cut(path.Base(v), ":")
		f["source"] = file
	case map[string]any:
		f["source"] = path.Base(v["file"].(string))
	}
}

// timeless takes away the value of the time, and leaves the key.
func timeless(f fields) {
	if _, ok := f["time"]; ok {
		f["time"] = "…"
	}
}

// checkSame demands that the record after is the one before with the trace's ids, but
// for the changes that the guide tells of.
func checkSame(t *testing.T, before, after string, changes ...change) {
	t.Helper()
	want, got := only(t, before), only(t, after)
	for key := range ids {
		if v, ok := want[key]; ok {
			t.Errorf("%s is there already: %v", key, v)
		}
	}
	for _, c := range append(changes, fileOnly, timeless) {
		c(want)
	}
	fileOnly(got)
	timeless(got)
	checkFields(t, got, want.with(ids))
}

func checkFields(t *testing.T, got, want fields) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %s\nwant %s", asJSON(t, got), asJSON(t, want))
	}
}

// asJSON has keys in order.
func asJSON(t *testing.T, f fields) []byte {
	t.Helper()
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestRun runs what go run . does for a logger.
func TestRun(t *testing.T) {
	out := capture(t, func(context.Context) error { return run([]string{"slog"}) })
	if n := strings.Count(out.stderr, `"msg":"order put on hold"`); n != 3 || !strings.Contains(out.stderr, "slog, before:\n") {
		t.Errorf("%d records on the console, want 3:\n%s", n, out.stderr)
	}
	if err := run([]string{"slog5"}); err == nil || !strings.Contains(err.Error(), strconv.Quote("slog5")) {
		t.Errorf("a logger that is not there: %v", err)
	}
	for _, s := range steps {
		capture(t, s.run)
	}
}
