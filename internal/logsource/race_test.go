//go:build race

package logsource

import "testing"

func skipUnderRace(t *testing.T) {
	t.Helper()
	t.Skip("the race detector allocates")
}
