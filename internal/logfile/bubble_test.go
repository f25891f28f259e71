package logfile

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"
)

// A recorder is the T of a test within a property: what fails there is the
// property's, which is then run again with less.
type recorder struct {
	testing.TB
	failures []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func (r *recorder) Error(args ...any) { r.Errorf("%s", fmt.Sprint(args...)) }

// Fatal ends the test with a panic, which property catches.
func (r *recorder) Fatal(args ...any) {
	r.Error(args...)
	panic(r)
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	panic(r)
}

// property checks what prepare draws. What it returns is run where the clock is
// the test's: as rapid must not be called there, all is drawn before.
func property(t *testing.T, prepare func(*rapid.T) func(t testing.TB)) {
	t.Helper()
	rapid.Check(t, func(rt *rapid.T) {
		do := prepare(rt)
		r := new(recorder)
		synctest.Test(t, func(t *testing.T) {
			r.TB = t
			defer func() {
				if p := recover(); p != nil && p != any(r) {
					panic(p)
				}
			}()
			do(r)
		})
		if len(r.failures) > 0 {
			rt.Fatal(strings.Join(r.failures, "\n"))
		}
	})
}
