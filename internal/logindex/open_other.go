//go:build !unix && !windows

package logindex

import "os"

func openShared(path string) (*os.File, error) { return os.Open(path) }
