package spanlog

import (
	"io"

	"golang.org/x/sys/windows"
)

// enableColors has the Windows console understand escape sequences. A console
// that is too old for them keeps showing them, as it would without this call.
func enableColors(w io.Writer) {
	f, ok := w.(interface{ Fd() uintptr })
	if !ok {
		return
	}
	var mode uint32
	h := windows.Handle(f.Fd())
	if windows.GetConsoleMode(h, &mode) == nil {
		_ = windows.SetConsoleMode(h, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING)
	}
}
