//go:build !unix

package stdio

import (
	"io"
	"os"
)

// Writer returns f. Streams have no non-blocking state here that others can set,
// and a broken pipe is an error.
func Writer(f *os.File) io.Writer { return f }
