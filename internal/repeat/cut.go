package repeat

import (
	"strings"

	"github.com/spanlog/spanlog/internal/wording"
)

// maxMessage is how many bytes of a message are kept: enough to recognise it.
const maxMessage = 512

// cut returns a copy of a message, or of its beginning with an ellipsis: it keeps nothing else in
// memory.
func cut(message string) string {
	if short := wording.Short(message, maxMessage); short != message {
		return short // which is new
	}
	return strings.Clone(message)
}
