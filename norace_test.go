//go:build !race

package spanlog_test

import "testing"

const raceDetector = false

func skipUnderRace(*testing.T) {}
