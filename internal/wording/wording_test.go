package wording

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestCount(t *testing.T) {
	for n, want := range []string{"0 spans", "1 span", "2 spans"} {
		if got := Count(n, "span"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, test := range []struct {
		text string
		most int
		want string
	}{
		{"abc", 4, "abc"},
		{"abc", 3, "abc"},
		{"abc", 2, "ab"},
		{"abc", 0, ""},
		{"abc", -1, ""},
		{"", 0, ""},
		{"größe", 3, "gr"},
		{"größe", 4, "grö"},
		{"é", 1, ""},
		{"a€b", 3, "a"},
		{"a€b", 4, "a€"},
		{"𝄞𝄞", 7, "𝄞"},
		{"\x80\x80\x80\x80\x80\x80", 5, "\x80\x80\x80\x80\x80"},
		{"a\x80\x80\x80\x80\x80", 5, "a\x80\x80\x80\x80"},
	} {
		if got := Cut(test.text, test.most); got != test.want {
			t.Errorf("Cut(%q, %d) is %q, want %q", test.text, test.most, got, test.want)
		}
		if got := Cut([]byte(test.text), test.most); string(got) != test.want {
			t.Errorf("of bytes, Cut(%q, %d) is %q, want %q", test.text, test.most, got, test.want)
		}
		want := test.want
		if want != test.text {
			want += "…"
		}
		if got := Short(test.text, test.most); got != want {
			t.Errorf("Short(%q, %d) is %q, want %q", test.text, test.most, got, want)
		}
	}
}

// TestCutUTF8: what was UTF-8 stays so, and as much of it as there is room for.
func TestCutUTF8(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, most := rapid.String().Draw(t, "text"), rapid.IntRange(0, 20).Draw(t, "most")
		got := Cut(text, most)
		if !utf8.ValidString(got) || len(got) > most || len(got) < min(len(text), most)-utf8.UTFMax+1 || text[:len(got)] != got {
			t.Fatalf("Cut(%q, %d) is %q", text, most, got)
		}
	})
}
