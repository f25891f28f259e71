package tracejoin

// Words: numbers, lists and names as parts of a sentence.

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spanlog/spanlog/internal/wording"
)

// verb is the form of a verb for a number of things, or of any other word that differs.
func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// some is a list in words. Of a long one, it has only the beginning, and how many more there are.
func some(list []string) string {
	const most = 3
	list = slices.Clone(list)
	for i, name := range list {
		list[i] = wording.Short(name, mostName)
	}
	if more := len(list) - most; more > 0 {
		list = append(list[:most], fmt.Sprintf("%d more", more))
	}
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	end := len(list) - 1
	return strings.Join(list[:end], ", ") + " and " + list[end]
}

// Texts are for people, who do not need all of what somebody has put into a name.
const (
	mostName  = 100
	mostTitle = 200
	mostError = 500
)

// length is a number of µs as people say it: with two or three digits, and in minutes only to the
// second.
func length(us int64) string {
	n, unit := float64(us)/1e3, "ms"
	switch {
	case us < 1e3:
		return fmt.Sprintf("%d µs", us)
	case us >= 60e6:
		return (time.Duration(us) * time.Microsecond).Round(time.Second).String()
	case us >= 1e6:
		n, unit = float64(us)/1e6, "s"
	}
	if n < 10 {
		n = math.Round(10*n) / 10
	} else {
		n = math.Round(n)
	}
	return fmt.Sprintf("%g %s", n, unit)
}
