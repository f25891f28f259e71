package stdio

import (
	"errors"

	"golang.org/x/sys/windows"
)

// unsyncable is what FlushFileBuffers says for a console: its handle is invalid. A
// file that has been closed has an error of its own, os.ErrClosed.
var unsyncable = []error{errors.ErrUnsupported, windows.ERROR_INVALID_HANDLE}
