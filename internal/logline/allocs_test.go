package logline

import (
	"testing"

	"github.com/spanlog/spanlog/internal/race"
)

func TestAllocs(t *testing.T) {
	race.Skip(t)
	var s Scanner
	var h Head
	var r Record
	for _, c := range benchLogs() {
		for i, line := range c.lines[:min(len(c.lines), 20)] {
			if n := testing.AllocsPerRun(10, func() { s.Head(line, &h) }); n != 0 {
				t.Errorf("%s, line %d: Head allocates %v times", c.name, i, n)
			}
			if n := testing.AllocsPerRun(10, func() { s.Parse(line, &r) }); n != 0 {
				t.Errorf("%s, line %d: Parse allocates %v times", c.name, i, n)
			}
		}
	}
}
