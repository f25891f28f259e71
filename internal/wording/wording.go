// Package wording makes texts for people.
package wording

import (
	"fmt"
	"unicode/utf8"
)

// Count is a number of things, as "1 span" and "2 spans".
func Count[N int | uint64](n N, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}

// Cut returns the beginning of a text, of so many bytes at the most. It does not end within a
// character, unless the text is not UTF-8.
func Cut[T string | []byte](text T, most int) T {
	if len(text) <= most {
		return text
	}
	most = max(most, 0)
	for end := most; end > most-utf8.UTFMax && end >= 0; end-- {
		if utf8.RuneStart(text[end]) {
			return text[:end]
		}
	}
	return text[:most]
}

// Short is Cut, with an ellipsis where something was cut off.
func Short(text string, most int) string {
	if short := Cut(text, most); len(short) < len(text) {
		return short + "…"
	}
	return text
}
