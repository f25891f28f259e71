package spanlog

import "unicode"

// width is how many columns text takes in a terminal: none for a combining mark,
// two for what East Asian scripts and emoji are drawn with, one for the rest. It
// is for alignment only: nothing is cut by it.
func width(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r < 0x300:
			n++
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case isWide(r):
			n += 2
		default:
			n++
		}
	}
	return n
}

// wide are the ranges of Unicode's East Asian Width W and F, with small gaps
// filled in.
var wide = [...][2]rune{
	{0x1100, 0x115f},   // Hangul Jamo
	{0x2e80, 0x303e},   // CJK radicals and punctuation
	{0x3041, 0x33ff},   // Kana, Bopomofo, compatibility Jamo
	{0x3400, 0x4dbf},   // CJK extension A
	{0x4e00, 0xa4cf},   // CJK, Yi
	{0xa960, 0xa97f},   // Hangul Jamo extended
	{0xac00, 0xd7a3},   // Hangul syllables
	{0xf900, 0xfaff},   // CJK compatibility
	{0xfe30, 0xfe6f},   // CJK compatibility forms
	{0xff00, 0xff60},   // full-width forms
	{0xffe0, 0xffe6},   // full-width signs
	{0x1f300, 0x1f64f}, // pictographs, faces
	{0x1f680, 0x1f6ff}, // transport
	{0x1f900, 0x1f9ff}, // more pictographs
	{0x20000, 0x3fffd}, // CJK extensions B and on
}

func isWide(r rune) bool {
	for _, w := range wide {
		if r >= w[0] && r <= w[1] {
			return true
		}
	}
	return false
}
