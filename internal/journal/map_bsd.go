//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package journal

import "os"

const mapPopulate = 0

// allocate gives the file n bytes that its disk has room for.
func allocate(f *os.File, n int64) error { return writeZeros(f, n) }
