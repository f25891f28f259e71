package repeat

import (
	"strings"
	"testing"
	"unicode/utf8"
	"unsafe"
)

// TestCut: what is kept of a message.
func TestCut(t *testing.T) {
	a := func(n int) string { return strings.Repeat("a", n) }
	for _, test := range []struct {
		name, message, want string
	}{
		{"empty", "", ""},
		{"short", "disk full", "disk full"},
		{"just short enough", a(512), a(512)},
		{"a byte too long", a(513), a(512) + "…"},
		{"very long", a(1 << 20), a(512) + "…"},
		{"just short enough, ending in a character", a(510) + "é", a(510) + "é"},
		{"a character ends at the limit", a(510) + "éx", a(510) + "é…"},
		{"two bytes across the limit", a(511) + "é", a(511) + "…"},
		{"three bytes, the first before the limit", a(511) + "€", a(511) + "…"},
		{"three bytes, the last beyond the limit", a(510) + "€", a(510) + "…"},
		{"four bytes, the first before the limit", a(511) + "😀", a(511) + "…"},
		{"four bytes, the last beyond the limit", a(509) + "😀", a(509) + "…"},
		{"four bytes that end at the limit", a(508) + "😀x", a(508) + "😀…"},
		{"not UTF-8: nothing but continuations", strings.Repeat("\x80", 513), strings.Repeat("\x80", 512) + "…"},
		{"not UTF-8: a beginning with too much behind it", a(508) + "\xf0\x80\x80\x80\x80", a(508) + "\xf0\x80\x80\x80…"},
		{"not UTF-8: nothing but beginnings", strings.Repeat("\xf0", 513), strings.Repeat("\xf0", 512) + "…"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := cut(test.message); got != test.want {
				t.Errorf("got %d bytes that end in %+q", len(got), got[max(0, len(got)-8):])
			}
		})
	}
}

// FuzzCut: a cut is the beginning of the message, of bounded length and no
// shorter than need be, and a copy. It breaks no character.
func FuzzCut(f *testing.F) {
	for _, s := range []string{"", "disk full", "é", "€", "😀", "\x80", "\xf0\x9f", "…", "a\xff"} {
		f.Add(s, 600)
		f.Add(s+"a", 509)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		if s != "" { // long ones are what matters
			s = strings.Repeat(s, 1+max(0, n%1024)/len(s))
		}
		got := cut(s)
		if s != "" && unsafe.StringData(got) == unsafe.StringData(s) {
			t.Error("it is no copy")
		}
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Errorf("UTF-8 becomes %+q", got)
		}
		if len(s) <= maxMessage {
			if got != s {
				t.Errorf("%+q becomes %+q", s, got)
			}
			return
		}
		kept, ok := strings.CutSuffix(got, "…")
		if !ok || !strings.HasPrefix(s, kept) {
			t.Errorf("%+q becomes %+q", s, got)
		}
		if len(kept) > maxMessage || len(kept) <= maxMessage-utf8.UTFMax {
			t.Errorf("%d bytes are kept", len(kept))
		}
		if utf8.ValidString(s) {
			if _, size := utf8.DecodeRuneInString(s[len(kept):]); len(kept)+size <= maxMessage {
				t.Errorf("%d bytes are kept, and the next character would have found room", len(kept))
			}
		}
	})
}
