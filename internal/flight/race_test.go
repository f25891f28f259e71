//go:build race

package flight

import "testing"

// skipUnderRace skips tests that measure memory, of which the race detector takes some of
// its own.
func skipUnderRace(t *testing.T) {
	t.Helper()
	t.Skip("the race detector allocates")
}
