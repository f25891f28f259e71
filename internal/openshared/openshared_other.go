//go:build !unix && !windows

package openshared

import "os"

// Open opens a file.
func Open(path string) (*os.File, error) { return os.Open(path) }
