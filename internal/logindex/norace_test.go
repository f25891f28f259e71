//go:build !race

package logindex

import "testing"

func skipUnderRace(*testing.T) {}
