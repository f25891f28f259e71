// Package assert has what the tests of several packages check alike. Only tests import it.
package assert

import (
	"slices"
	"time"
)

// T is the test or the benchmark that fails: a [testing.TB], or a rapid.T.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// patience is far longer than any machine needs for what is only a matter of time.
const patience = 20 * time.Second

// NoError ends the test if something has failed that it needs.
func NoError(t T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// Equal compares two values; what says which.
func Equal[V comparable](t T, what string, got, want V) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %v\nwant %v", what, got, want)
	}
}

// EqualLines compares the elements of two lists.
func EqualLines(t T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %d: %q\nwant %d: %q", what, len(got), got, len(want), want)
	}
}

// Eventually waits until something is so, and ends the test if it does not come to that.
func Eventually(t T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}
