package main

import (
	"testing"
	"time"

	"github.com/spanlog/spanlog/internal/logquery"
)

func TestParseTrace(t *testing.T) {
	const id = "4bf92f3577b34da6a3ce929d0e0e4736"
	for _, test := range []struct{ in, want string }{
		{id, id},
		{" 4BF92F3577B34DA6A3CE929D0E0E4736\n", id},
		{"00-" + id + "-00f067aa0ba902b7-01", id},
		{"cc-" + id + "-00f067aa0ba902b7-09", id},
		{"a3ce929d0e0e4736", "0000000000000000a3ce929d0e0e4736"},
		{"", ""},
		{"xyz", ""},
		{id[1:], ""},
		{"00000000000000000000000000000000", ""},
		{"00-" + id + "-01", ""},
	} {
		got, err := parseTrace(test.in)
		if err != nil && test.want != "" || err == nil && got.String() != test.want {
			t.Errorf("%q: got %s, %v; want %q", test.in, got, err, test.want)
		}
	}
}

func TestParseTime(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 30, 0, 0, time.FixedZone("", 2*60*60))
	for _, test := range []struct{ in, want string }{ // RFC 3339; "": refused
		{"2026-11-28T10:00:00Z", "2026-11-28T10:00:00Z"},
		{"2026-11-28T10:00:00.123456789+01:00", "2026-11-28T10:00:00.123456789+01:00"},
		{"2026-11-28T10:00:00", "2026-11-28T10:00:00+02:00"},
		{"2026-11-28 10:00:00", "2026-11-28T10:00:00+02:00"},
		{"2026-11-28 10:00", "2026-11-28T10:00:00+02:00"},
		{"2026-11-27", "2026-11-27T00:00:00+02:00"},
		{"10:15", "2026-11-28T10:15:00+02:00"},
		{"10:15:30.5", "2026-11-28T10:15:30.5+02:00"},
		{"10m", "2026-11-28T12:20:00+02:00"},
		{"-10m", "2026-11-28T12:20:00+02:00"},
		{"1h30m", "2026-11-28T11:00:00+02:00"},
		{"yesterday", ""},
		{"10", ""},
		{"", ""},
		{"25:00", ""},
	} {
		got, err := parseTime(test.in, now)
		want, _ := time.Parse(time.RFC3339Nano, test.want)
		if (err == nil) != (test.want != "") || err == nil && !got.Equal(want) {
			t.Errorf("%q: got %v, %v; want %v", test.in, got, err, test.want)
		}
	}
}

func TestParseField(t *testing.T) {
	for _, test := range []struct {
		in   string
		want logquery.Field
		ok   bool
	}{
		{"order=17", logquery.Field{Key: "order", Value: "17", Not: false}, true},
		{"order!=17", logquery.Field{Key: "order", Value: "17", Not: true}, true},
		{"http.status=", logquery.Field{Key: "http.status", Value: "", Not: false}, true},
		{"query=a=b", logquery.Field{Key: "query", Value: "a=b", Not: false}, true},
		{"app.log", logquery.Field{}, false},
		{"=17", logquery.Field{}, false},
		{"!=17", logquery.Field{}, false},
		{"-", logquery.Field{}, false},
	} {
		if got, ok := parseField(test.in); ok != test.ok || ok && got != test.want {
			t.Errorf("%q: got %+v, %v; want %+v, %v", test.in, got, ok, test.want, test.ok)
		}
	}
}
