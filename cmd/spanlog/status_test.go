package main

import (
	"io"
	"strings"
	"testing"
)

// TestStatus: what the program ends with.
func TestStatus(t *testing.T) {
	traced := logFile(t, servedLine)
	cut := logFile(t, "\x1f\x8b\x08cut")
	for _, test := range []struct {
		args []string
		want int
	}{
		{[]string{"-h"}, 0},
		{[]string{"-json", "-"}, 0},
		{[]string{"-trace", "xyz", "-"}, 2},
		{[]string{"missing.log"}, 2},
		{[]string{"trace", "4bf92f3577b34da6a3ce929d0e0e4736", "missing.log"}, 2},
		{[]string{"recover"}, 2},
		{[]string{"recover", "missing.log"}, 2},
		{[]string{"-level", "loud", "-"}, 2},
		{[]string{cut, "-"}, 2},
		{[]string{"trace", "4bf92f3577b34da6a3ce929d0e0e4736", cut, traced}, 2},
		{[]string{"trace", "4bf92f3577b34da6a3ce929d0e0e4736", traced}, 0},
	} {
		if got := run(t.Context(), console{in: strings.NewReader(""), out: io.Discard, err: io.Discard}, test.args); got != test.want {
			t.Errorf("%q: got %d, want %d", test.args, got, test.want)
		}
	}
}
