// Package race tells tests whether the race detector watches them. It allocates
// memory of its own and makes programs several times slower, so tests that count
// allocations, measure the heap or take long skip themselves, or do less, under it.
// Only tests import it.
package race

import "testing"

// Skip skips a test that measures what the race detector changes.
func Skip(t testing.TB) {
	t.Helper()
	if Enabled {
		t.Skip("the race detector allocates, and is slow")
	}
}
