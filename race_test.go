//go:build race

package spanlog_test

import "testing"

const raceDetector = true

// skipUnderRace skips tests that count allocations: the race detector makes
// some of its own, and has sync.Pool drop things at random.
func skipUnderRace(t *testing.T) {
	t.Helper()
	t.Skip("the race detector allocates")
}
