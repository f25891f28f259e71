package logsource

import (
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestFollow has what is done to a log that is followed, and what is read, up to a
// "|" at each read.
func TestFollow(t *testing.T) {
	for _, test := range []struct{ name, script, want string }{
		{"growing", "+:a open read +:b +:c read", "a | b c |"},
		{"a part waits for its end", "~:a open read +:b read", "| ab |"},
		{"a part at the end of all", "+:a ~:b open read", "a | b~"},
		{"older files are not read", "+:x aside +:y shift +:a open read +:b read", "a | b |"},

		{"renamed", "+:a open read +:b aside +:c read", "a | b c |"},
		{"renamed, with lumberjack's name", "+:a open read +:b lumber +:c read", "a | b c |"},
		{"renamed, with a number", "+:a open read +:b shift +:c read", "a | b c |"},
		{"renamed to anything", "+:a open read +:b mv:old +:c read", "a | b c |"},
		{"renamed, and back", "+:a open read mv:old read back:old +:b read", "a | | b |"},
		{"renamed, and replaced, and back", "+:a open read mv:old +:b read mv:new back:old +:c read", "a | b | a c |"},
		{"renamed many times", "+:a open read +:b aside +:c aside +:d aside +:e read", "a | b c d e |"},
		{"renamed many times, with numbers", "+:a open read +:b shift +:c shift +:d shift +:e read", "a | b c d e |"},
		{"renamed and compressed", "+:a open read +:b aside gz +:c read", "a | b c |"},
		{"renamed and compressed, with lumberjack's names", "+:a open read +:b lumber +:c lumber gz +:d read", "a | b c d |"},
		{"renamed and compressed, with numbers", "+:a open read +:b shift gz +:c shift gz +:d read", "a | b c d |"},
		{"renamed many times, and gone", "+:a open read +:b aside +:c aside clean +:d read", "a | b d |"},
		{"renamed with a part", "+:a open read ~:b aside +:c read", "a | b~ c |"},
		{"renamed with a part that is ended late", "+:a open read ~:b aside +:c poll late:d read", "a | bd c |"},
		{"written to late", "+:a open read aside +:c poll late:b read", "a | b c |"},
		{"written to until the new one has something", "+:a open read aside touch read late:b read +:c read", "a | | b | c |"},
		{"written to until there is a new one", "+:a open read aside read late:b read +:c read", "a | | b | c |"},
		{"filled, renamed and gone", "touch open +:a aside clean +:b aside read +:c read", "a b | c |"},
		{"nothing there after two rotations", "+:a open read aside +:b aside read +:c read", "a | b | c |"},
		{"empty after two rotations", "+:a open read aside +:b aside touch read +:c read", "a | b | c |"},
		{"empty, and renamed again", "+:a open read aside touch read aside +:b aside touch read +:c read", "a | | b | c |"},

		{"cut", "+:a +:b open read cut +:c read", "a b | c |"},
		{"cut, and longer than before", "+:a open read cut +:bcd read", "a | bcd |"},
		{"cut, and as long as before", "+:a open read cut +:b read", "a | b |"},
		{"cut, with a part", "+:a ~:b open read cut +:c read", "a | b~ c |"},
		{"cut, and empty for a while", "+:a open read cut read +:b read", "a | | b |"},
		{"copied and cut", "+:a open read +:b copy +:c read", "a | b c |"},
		{"copied and cut, with a part", "+:a ~:b open read ~:c copy +:d read", "a | bc~ d |"},
		{"copied and cut, compressed", "+:a open read +:b copy gz +:c read", "a | b c |"},
		{"copied and cut twice", "+:a open read +:b copy +:c copy +:d read", "a | b c d |"},
		{"copied and cut before it was read", "+:a open +:b copy +:c copy +:d read", "a b c d |"},
		{"copied and cut, and renamed", "+:a open read +:b copy +:c shift +:d read", "a | b c d |"},
		{"copied and cut, and empty both times", "+:a open read copy read +:b copy read", "a | | b |"},
		{"copied and cut, and deleted", "touch open read +:a copy +:b rm read", "| a b |"},
		{"copied and cut, then deleted", "+:a open read +:b copy +:c read rm +:d read", "a | b c | d |"},

		{"deleted", "+:a open read rm read +:b read", "a | | b |"},
		{"deleted and made anew", "+:a open read rm +:b read", "a | b |"},
		{"deleted with something new in it", "+:a open read +:b rm +:c read", "a | b c |"},
		{"deleted after others were compressed", "+:a open read shift +:b read gz rm +:c read", "a | b | c |"},
		{"not there yet", "open read +:a read", "| a |"},
		{"not there yet, then empty", "open read touch read +:a read", "| | a |"},
		{"not there yet, then rotated", "open read +:a aside +:b read", "| a b |"},
		{"not there any more", "+:x aside open read +:a read", "| a |"},
		{"a directory for a while", "+:a open read rm mkdir read read rm +:b read", "a | ! | | b |"},

		{"room at the end", "+:a room open read use:b read use:c read", "a | b | c |"},
		{"room at the end, with a part", "~:a room open read use:b read", "| ab |"},
		{"room behind the beginning", "touch room open read use:a read", "| a |"},
		{"text behind room", "+:a room open read +:b read", "a | " + string(make([]byte, 4096)) + "b |"},

		{"a link to another file", "into:1=a link:1 open read into:1=b into:2=c link:2 read", "a | b c |"},
		{"a link to a file that is rotated", "into:1=a link:1 open read mv:x back:x into:1=b read", "a | b |"},
		{"compressed, and damaged", "gzlog:a open read read aside +:b read", "a ! | | b |"},
	} {
		t.Run(test.name, func(t *testing.T) {
			assert.Equal(t, test.script, run(t, test.script, Options{Follow: true}), test.want)
		})
	}
}

// TestFollowRotated begins with the rotated files.
func TestFollowRotated(t *testing.T) {
	for _, test := range []struct{ name, script, want string }{
		{"all kinds", "+:a shift +:b lumber +:c aside gz +:d aside +:e open read +:f read", "a b c d e | f |"},
		{"rotated while it is read", "+:a aside +:b open aside +:c aside gz +:d read", "a b c d |"},
		{"renumbered while it is read", "+:a shift +:b open shift +:c shift gz +:d read", "a b c d |"},
		{"deleted while it is read", "+:a aside +:b aside +:c open clean rm +:d read", "a b c d |"},
		{"no log", "+:a aside +:b aside open read +:c read", "a b | c |"},
		{"an empty log", "+:a aside touch open read +:b read", "a | b |"},
		{"nothing at all", "open read +:a aside +:b read", "| a b |"},
		{"parts", "~:a aside ~:b open read", "a~ | b~"},
	} {
		t.Run(test.name, func(t *testing.T) {
			assert.Equal(t, test.script, run(t, test.script, Options{Follow: true, Rotated: true}), test.want)
		})
	}
}

// TestFollowTail begins with the last line, or behind it.
func TestFollowTail(t *testing.T) {
	for _, test := range []struct {
		tail         int
		script, want string
	}{
		{1, "+:a +:b open read +:c read", "b | c |"},
		{1, "+:a ~:b open read +:c read", "| bc |"},
		{1, "+:a aside touch open read +:b read", "| b |"},
		{1, "open read +:a +:b read", "| a b |"},
		{-1, "+:a open read +:b read", "| b |"},
		{-1, "+:a ~:b open read +:c read", "| bc |"},
		{-1, "+:a open read cut +:b read", "| b |"},
		{-1, "+:a room open read use:b read", "| b |"},
		{-1, "+:a open read +:b copy +:c read", "| b c |"},
	} {
		assert.Equal(t, test.script, run(t, test.script, Options{Follow: true, Tail: test.tail}), test.want)
	}
}

// TestOnce reads to the end once, while something happens.
func TestOnce(t *testing.T) {
	for _, test := range []struct{ name, script, want string }{
		{"renamed and compressed", "+:a aside +:b aside +:c open aside gz +:d read", "a b c"},
		{"renumbered and compressed", "+:a shift +:b shift +:c open shift gz +:d read", "a b c"},
		{"deleted", "+:a aside +:b open clean rm read", "a b"},
		{"grown", "+:a aside +:b open +:c read", "a b c"},
		{"copied and cut", "+:a shift +:b open copy +:c read", "a b c"},
		{"no log", "+:a aside open read", "a"},
	} {
		t.Run(test.name, func(t *testing.T) {
			assert.Equal(t, test.script, run(t, test.script, Options{Rotated: true}), test.want+" EOF |")
		})
	}
}
