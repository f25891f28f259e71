//go:build race

package repeat

import "testing"

// skipUnderRace skips tests that count allocations, or need the machine's full
// speed.
func skipUnderRace(t *testing.T) {
	t.Helper()
	t.Skip("the race detector allocates, and is slow")
}
