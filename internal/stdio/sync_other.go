//go:build !unix && !windows

package stdio

import (
	"errors"
	"syscall"
)

// unsyncable is what hosts say for the wrong kind of file.
var unsyncable = []error{errors.ErrUnsupported, syscall.EINVAL}
