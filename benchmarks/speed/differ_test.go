package main

import (
	"slices"
	"strings"
	"testing"
)

// TestDifferences compares two lines of a handler with two of slog.
func TestDifferences(t *testing.T) {
	const slogs = `{"time":"2026-01-02T03:04:05.123456789Z","level":"INFO","msg":"m","a":1,"g":{"b":"x"},"trace_id":"1","span_id":"2","trace_flags":"01"}`
	for _, test := range []struct {
		name, old, new string // what is replaced in slog's line
		want           string
	}{
		{"the same", "", "", ""},
		{"order", `"level":"INFO","msg":"m"`, `"msg":"m","level":"INFO"`, ""},
		{"name", `"msg"`, `"message"`, "message for msg"},
		{"missing", `"a":1,`, ``, "without a"},
		{"missing in a group", `"b":"x"`, ``, "without g.b"},
		{"missing time", `"time":"2026-01-02T03:04:05.123456789Z",`, ``, "without time"},
		{"no ids", `,"trace_id":"1","span_id":"2","trace_flags":"01"`, ``, "no ids"},
		{"no flags", `,"trace_flags":"01"`, ``, "without trace_flags"},
		{"more", `"a":1`, `"a":1,"z":2,"y":3`, "with y, z"},
		{"value", `"a":1`, `"a":0.5`, "a: 0.5 instead of 1"},
		{"value in a group", `"x"`, `"y"`, "g.b: y instead of x"},
		{"level", `INFO`, `info`, "level: info instead of INFO"},
		{"group", `{"b":"x"}`, `"b=x"`, "g: no group"},
		{"dots", `"g":{"b":"x"}`, `"g.b":"x"`, "dotted keys for groups"},
		{"ids in a group", `},"trace_id":"1","span_id":"2","trace_flags":"01"`, `,"trace_id":"1","span_id":"2","trace_flags":"01"}`, "ids in the group"},
		{"twice", `"a":1`, `"a":1,"a":1`, "a more than once"},
		{"ms", `.123456789`, `.123`, "time to ms"},
		{"s", `.123456789`, ``, "time to s"},
		{"form of time", `"2026-01-02T03:04:05.123456789Z"`, `1767323045`, "time not as in RFC 3339"},
		{"two", `"level":"INFO","msg"`, `"level":"info","message"`, "message for msg; level: info instead of INFO"},
	} {
		like, err := parseJSON([]byte(slogs + "\n" + slogs + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		line := strings.Replace(slogs, test.old, test.new, 1)
		// One that has no digits at the end once has left out zeros.
		short := strings.Replace(line, "6789Z", "Z", 1)
		got, err := parseJSON([]byte(short + "\n" + line + "\n"))
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		notes, err := differences(like, got)
		if err != nil || strings.Join(notes, "; ") != test.want {
			t.Errorf("%s: %q, %v; want %q", test.name, notes, err, test.want)
		}
	}
}

func TestDifferencesOfNumber(t *testing.T) {
	docs := func(n int) []map[string]any {
		return slices.Repeat([]map[string]any{{"msg": "m"}}, n)
	}
	for _, test := range []struct {
		got int
		ok  bool
	}{{0, false}, {7, false}, {8, true}, {9, false}, {16, true}} {
		if _, err := differences(docs(8), docs(test.got)); (err == nil) != test.ok {
			t.Errorf("%d records: error %v", test.got, err)
		}
	}
}
