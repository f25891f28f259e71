package logquery

// Texts that may be escaped in the line. To undo the escapes of each line would cost more than the
// search itself. So a line is unescaped only if it has a backslash at all, and the longest part of
// the text that nobody escapes: nearly all lines with the text have that, and few others.

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// A Text is one that a line has to contain, or not to contain, whatever the case of ASCII
// letters. A line contains what is in it, and what its escapes stand for.
type Text struct {
	Value string // UTF-8
	Not   bool
}

// mayMatch reports whether some lines can have one that the text wants.
func (t *Text) mayMatch(lines []byte) bool {
	return t.Not || containsFold(lines, t.Value) || mayBeEscaped(lines, t.Value)
}

// mayBeEscaped reports whether lines can have a text with some of it escaped. What is
// never escaped must be there then.
func mayBeEscaped(lines []byte, text string) bool {
	run := plainRun(text)
	return len(run) < len(text) && bytes.IndexByte(lines, '\\') >= 0 && containsFold(lines, run)
}

// plainRun returns the longest part of a text that is in lines as it is, if the text is. The
// longer it is, the fewer lines have it by chance.
func plainRun(text string) (longest string) {
	start := 0
	for i := range len(text) + 1 {
		if i == len(text) || escapable[text[i]] {
			if i-start > len(longest) {
				longest = text[start:i]
			}
			start = i + 1
		}
	}
	return longest
}

// escapable are the bytes that some encoder escapes: because it has to, for the sake of
// HTML or of scripts, or because it writes nothing but ASCII. A byte too many here costs time; one
// that is missing costs lines that are not found (TestRecordsAreFound).
var escapable = func() (escapable [256]bool) {
	for c := range escapable {
		escapable[c] = c < ' ' || c >= utf8.RuneSelf-1 || strings.IndexByte("\"\\/<>&'`+=", byte(c)) >= 0
	}
	return escapable
}()
