package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// lineForm is what the layout makes of a record, in both languages. Between the
// values it allows for nothing but the layout's own characters.
var lineForm = regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (INFO|ERROR) \[([a-z]+)\] \[((?:caller\.py|main\.go):[1-9]\d*)\] ` +
	`\[trace_id=(0|[0-9a-f]{32}) span_id=(0|[0-9a-f]{16}) resource\.service\.name=([a-z]+) trace_sampled=(True|False)\] - (\S.*)$`)

// A line is the values of a line of a log file.
type line struct{ level, name, source, trace, span, service, sampled, message string }

// readLog returns the lines of a log file, and fails where one is not of the form.
func readLog(t *testing.T, path string) (lines []line) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for text := range strings.Lines(string(text)) {
		m := lineForm.FindStringSubmatch(strings.TrimSuffix(text, "\n"))
		if m == nil {
			t.Errorf("%s: not in the layout: %q", filepath.Base(path), text)
			continue
		}
		lines = append(lines, line{m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8]})
	}
	return lines
}

// ofTrace returns the lines of one trace.
func ofTrace(lines []line, id string) []line {
	return slices.DeleteFunc(slices.Clone(lines), func(l line) bool { return l.trace != id })
}
