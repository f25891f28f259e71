//go:build race

package spanend

import "testing"

// skipUnderRace skips tests that count allocations.
func skipUnderRace(t *testing.T) {
	t.Helper()
	t.Skip("the race detector allocates")
}
