package main

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/spanlog/spanlog/internal/logquery"
)

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

// TestTimeFlags: what -since and -until make of a time, where it is none that fits.
func TestTimeFlags(t *testing.T) {
	for _, test := range []struct {
		in   string
		want int64
	}{
		{"2026-11-28T12:00:00Z", time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC).UnixNano()},
		{"1970-01-01T00:00:00Z", 1}, // 0 is no limit
		{"9999-12-31T00:00:00Z", math.MaxInt64},
		{"0001-01-01T00:00:00Z", math.MinInt64},
	} {
		var q query
		if err := errors.Join(q.setSince(test.in), q.setUntil(test.in)); err != nil || q.Since != test.want || q.Until != test.want {
			t.Errorf("%s: got %d and %d, want %d: %v", test.in, q.Since, q.Until, test.want, err)
		}
	}
}
