package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestFromSlog demands slog's own bytes, but for the ids.
func TestFromSlog(t *testing.T) {
	before, around, after := capture(t, slogBefore), capture(t, slogAround), capture(t, slogAfter)
	checkSame(t, before.stderr, around.stderr)
	checkSame(t, before.stderr, after.stderr)
	if after.files["app.log"] != after.stderr {
		t.Errorf("the file has\n%sthe console\n%s", after.files["app.log"], after.stderr)
	}
	time := regexp.MustCompile(`"time":"[^"]+"`)
	fields := `,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","trace_flags":"01"`
	for name, line := range map[string]string{"around": around.stderr, "after": after.stderr} {
		plain := strings.Replace(line, fields, "", 1)
		if got, want := time.ReplaceAllString(plain, ""), time.ReplaceAllString(before.stderr, ""); got != want {
			t.Errorf("%s: without the ids, got\n%swant\n%s", name, got, want)
		}
	}
	checkShown(t, "log/slog", before.stderr, around.stderr, after.stderr)
}
