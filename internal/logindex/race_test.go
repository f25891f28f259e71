//go:build race

package logindex

import "testing"

func skipUnderRace(t *testing.T) {
	t.Helper()
	t.Skip("the race detector needs memory of its own")
}
