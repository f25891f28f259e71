//go:build race

package main

import "testing"

// skipUnderRace skips tests that count allocations: the race detector makes
// some of its own, and has sync.Pool drop things at random.
func skipUnderRace(t *testing.T) {
	t.Helper()
	t.Skip("the race detector allocates")
}
