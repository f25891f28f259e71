package logsource

import (
	"encoding/binary"
	"os"

	"github.com/spanlog/spanlog/internal/openshared"
)

// Size returns about how many bytes a log has, decompressed, with its rotated files or without.
// What cannot be read again, as a pipe, has none.
func Size(log string, withRotated bool) (size int64) {
	paths := []string{log}
	if withRotated {
		files, _ := scan(log) // an estimate without them is better than none
		for _, f := range files {
			paths = append(paths, f.path)
		}
	}
	for _, path := range paths {
		// Opening a named pipe would take until somebody writes to it.
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
			continue
		}
		if f, err := openshared.Open(path); err == nil {
			size += decodedSize(f)
			_ = f.Close()
		}
	}
	return size
}

// decodedSize is about how much a file has.
func decodedSize(f *os.File) int64 {
	info, err := f.Stat()
	if err != nil {
		return 0
	}
	size := info.Size()
	if !IsGzip(f) {
		return size
	}
	// The last bytes are the length of what was compressed, within 32 bits.
	var last [4]byte
	if _, err := f.ReadAt(last[:], size-4); err != nil {
		return size
	}
	return max(size, int64(binary.LittleEndian.Uint32(last[:])))
}

// IsGzip reports whether a file is compressed, whatever its name.
func IsGzip(f *os.File) bool {
	var magic [len(gzipMagic)]byte
	n, _ := f.ReadAt(magic[:], 0)
	return string(magic[:n]) == gzipMagic
}
