package repeat

import (
	"strings"
	"unicode/utf8"
)

// maxMessage is how many bytes of a message are kept: enough to recognise it.
const maxMessage = 512

// cut returns a copy of a message. Of one that is longer than maxMessage it is the
// beginning, which does not end within a character, and an ellipsis.
func cut(message string) string {
	if len(message) <= maxMessage {
		return strings.Clone(message)
	}
	end := maxMessage
	for n := end; n > end-utf8.UTFMax; n-- {
		if utf8.RuneStart(message[n]) {
			return message[:n] + "…"
		}
	}
	return message[:end] + "…" // not UTF-8, so any place is as good
}
