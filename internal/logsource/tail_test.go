package logsource

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestTail has the last lines of a rotated file and the log, each in all forms.
func TestTail(t *testing.T) {
	long := strings.Repeat("x", 100<<10)
	for _, test := range []struct {
		name, older, log string
		tail             int
		want             string
	}{
		{"all", "a\nb\n", "c\nd\n", 0, "a b c d"},
		{"none", "a\nb\n", "c\nd\n", -1, ""},
		{"none, with a part", "a\nb\n", "c\nd", -1, "d~"},
		{"none, with a part only", "a\n", "b", -1, "b~"},
		{"one", "a\nb\n", "c\nd\n", 1, "d"},
		{"one, that is a part", "a\nb\n", "c\nd", 1, "d~"},
		{"the whole log", "a\nb\n", "c\nd\n", 2, "c d"},
		{"one of the rotated file", "a\nb\n", "c\nd\n", 3, "b c d"},
		{"one of the rotated file, that is a part", "a\nb", "c\nd\n", 3, "b~ c d"},
		{"as many as there are", "a\nb\n", "c\nd\n", 4, "a b c d"},
		{"more than there are", "a\nb\n", "c\nd\n", 9, "a b c d"},
		{"an empty log", "a\nb\n", "", 1, "b"},
		{"empty lines", "\n\n", "\n\n", 3, "  "},
		{"NULs at the end", "a\n\x00\x00", "b\x00\x00", 2, "a b~"},
		{"long lines", long + "\n" + long + "\n", long + "\n" + long, 3, long + " " + long + " " + long + "~"},
	} {
		for _, form := range []string{"plain", "gzip"} {
			form := func(text string) string {
				if form == "gzip" {
					return gzipped(t, text)
				}
				return text
			}
			dir := t.TempDir()
			put(t, dir, "app.log.1", form(test.older))
			s := open(t, put(t, dir, "app.log", form(test.log)), Options{Rotated: true, Tail: test.tail})
			assert.Equal(t, test.name, strings.Join(all(t, s), " "), test.want)
		}
	}
}

// TestTailOffset: what is left out counts for the place of a line.
func TestTailOffset(t *testing.T) {
	for _, content := range []string{"one\ntwo\nthree\n", gzipped(t, "one\ntwo\nthree\n")} {
		s := open(t, put(t, t.TempDir(), "app.log", content), Options{Tail: 2})
		var got []string
		for {
			line, err := s.Next(t.Context())
			if err != nil {
				break
			}
			got = append(got, fmt.Sprint(line.Offset, " ", shown(line)))
		}
		assert.EqualLines(t, "lines", got, []string{"4 two", "8 three"})
	}
}

// TestTailSkips: a file that cannot be read does not count, and says so.
func TestTailSkips(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "app.log.2", "a\nb\n")
	bad := put(t, dir, "app.log.1.gz", gzipped(t, "x\n")[:5])
	s := open(t, put(t, dir, "app.log", "c\n"), Options{Rotated: true, Tail: 2})
	assert.EqualLines(t, "lines", all(t, s), []string{"b", "! read " + bad + ": unexpected EOF", "c"})
}
