package spanlog

import (
	"strings"
	"testing"
)

func TestWidth(t *testing.T) {
	for _, test := range []struct {
		text string
		want int
	}{
		{"", 0},
		{"plain", 5},
		{"été", 3},
		{"e\u0301te\u0301", 3}, // combining accents
		{"Ελληνικά кириллица", 18},
		{"עברית", 5},
		{"\u05e9\u05c1\u05b8", 1}, // a letter with points
		{"한국어", 6},
		{"\u1112\u1161\u11ab\u1100\u116e\u11a8", 4}, // 한국 in pieces, as in file names of macOS
		{"日本語", 6},
		{"かな カナ", 9},
		{"ｶﾅ", 2}, // half width
		{"ＡＢ，。", 8},
		{"中文，：「」", 12},
		{"ㄅㄆ", 4},
		{"𠮷", 2}, // beyond the basic plane
		{"🙂", 2},
		{"✅❌⚡⏰⭐", 10},
		{"✓✗→…─│█", 7}, // ambiguous width is narrow
		{"🟢🥲🚀🧵", 8},
		{"❤", 1},
		{"🇰🇷", 2}, // two letters, as narrow as letters
		{"👍\U0001f3fd", 4},
		{"👩\u200d💻", 4}, // terminals that join the two give it 2
		{"ไทย", 3},
		{"กำ\u0e49", 2},
		{"हिन्दी", 5},
		{"€£¥₩", 4},
	} {
		if got := width(test.text); got != test.want {
			t.Errorf("%q: got %d, want %d", test.text, got, test.want)
		}
	}
}

// The ranges are looked through in any order, but read in theirs.
func TestWidthRanges(t *testing.T) {
	end := rune(0)
	for _, r := range wide {
		if r[0] <= end || r[1] < r[0] {
			t.Errorf("%x-%x is not in order", r[0], r[1])
		}
		end = r[1]
	}
	for _, r := range wideSymbols {
		if inRanges(r, wide[:]) || strings.Count(wideSymbols, string(r)) != 1 {
			t.Errorf("%q is there twice", r)
		}
	}
}
