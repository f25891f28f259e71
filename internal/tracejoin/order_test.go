package tracejoin

import (
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/logindex"
)

// TestInOrder has lines in the order of their times, with what belongs to them.
func TestInOrder(t *testing.T) {
	for _, test := range []struct{ name, lines, want string }{ // log, time or ^, name
		{"sorted", "a5x a6y", "x y"},
		{"two programs in one file", "a6x a5y a7z", "y x z"},
		{"a stack trace", "a6x a^X a5y a^Y", "y Y x X"},
		{"two logs", "a6x b5y a7z", "y x z"},
		{"no time", "a6x a0u a5y", "y x u"},
		{"no time at first", "a0u a5y", "u y"},
		{"the same time", "a5x a^X a5y b5z", "x X y z"},
	} {
		var lines []logindex.Line
		for word := range strings.FieldsSeq(test.lines) {
			l := logindex.Line{Log: word[:1], Text: []byte(word[2:])}
			if l.Continued = word[1] == '^'; !l.Continued {
				l.Head.Time = int64(word[1] - '0')
			}
			lines = append(lines, l)
		}
		var got []string
		for _, l := range inOrder(lines) {
			got = append(got, string(l.Text))
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: got %q, want %s", test.name, got, test.want)
		}
	}
}
