//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package journal

import "os"

const noFollow = 0

var pageSize = os.Getpagesize()

func mapFile(*os.File, int) ([]byte, error) { return nil, ErrNoMap }

func unmapFile([]byte) {}
