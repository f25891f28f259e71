//go:build !race

package repeat

import "testing"

func skipUnderRace(*testing.T) {}
