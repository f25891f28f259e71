package main

import (
	"testing"

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
