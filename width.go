package spanlog

import (
	"strings"
	"unicode"
)

// width is how many columns text takes in a terminal, of which Pretty makes a
// column of messages: none for a combining mark, two for what East Asian scripts
// and emoji are drawn with, one for the rest. It is for alignment only: nothing is
// cut by it.
//
// Terminals disagree about emoji that are made of several characters, such as
// families and flags. Here each of the characters counts.
func width(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r < 0x300:
			n++
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) || inRanges(r, jamo[:]):
		case inRanges(r, wide[:]) || strings.ContainsRune(wideSymbols, r):
			n += 2
		default:
			n++
		}
	}
	return n
}

// jamo are the vowels and final consonants of Hangul, which join the syllable
// that a first consonant began: Korean as macOS writes it in file names.
var jamo = [...][2]rune{{0x1160, 0x11ff}, {0xd7b0, 0xd7fb}}

// wide are the ranges of Unicode's East Asian Width W and F, with small gaps
// filled in. The gaps among the pictographs are those that are narrow as text
// and wide as emoji.
var wide = [...][2]rune{
	{0x1100, 0x115f},   // Hangul Jamo
	{0x2e80, 0x303e},   // CJK radicals and punctuation
	{0x3041, 0x4dbf},   // Kana, Bopomofo, compatibility Jamo, CJK extension A
	{0x4e00, 0xa4cf},   // CJK, Yi
	{0xa960, 0xa97f},   // Hangul Jamo extended
	{0xac00, 0xd7a3},   // Hangul syllables
	{0xf900, 0xfaff},   // CJK compatibility
	{0xfe10, 0xfe6f},   // vertical, compatibility and small forms
	{0xff00, 0xff60},   // full-width forms
	{0xffe0, 0xffe6},   // full-width signs
	{0x16fe0, 0x1b2ff}, // Tangut, Khitan, Kana supplement, Nushu
	{0x1f191, 0x1f19a}, // squared words
	{0x1f200, 0x1f64f}, // enclosed ideographs, pictographs, faces
	{0x1f680, 0x1f6ff}, // transport
	{0x1f7e0, 0x1f7ff}, // coloured circles and squares
	{0x1f90c, 0x1f9ff}, // more pictographs
	{0x1fa70, 0x1faff}, // still more
	{0x20000, 0x3fffd}, // CJK extensions B and on
}

// wideSymbols are single symbols of that width outside of the ranges.
const wideSymbols = "⌚⌛\u2329\u232a⏩⏪⏫⏬⏰⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫" +
	"⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽✅✊✋✨❌❎❓❔❕❗➕➖➗➰➿⬛⬜⭐⭕" +
	"🀄🃏🆎"

func inRanges(r rune, ranges [][2]rune) bool {
	for _, w := range ranges {
		if r >= w[0] && r <= w[1] {
			return true
		}
	}
	return false
}
