package logsource

// How much there is to read, for those who show how far they have come. It is an
// estimate: files come and go while it is made, and a compressed one says how much it
// has in its last four bytes only, of its last member, and modulo 4 GiB.

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

// decodedSize is about how much a file has, decompressed.
func decodedSize(f *os.File) int64 {
	info, err := f.Stat()
	if err != nil {
		return 0
	}
	size := info.Size()
	if !IsGzip(f) {
		return size
	}
	// The last bytes are the length of what was compressed, within 32 bits (ISIZE of
	// RFC 1952). It is believed if it is more than what is there.
	var last [4]byte
	if _, err := f.ReadAt(last[:], size-4); err != nil {
		return size
	}
	return max(size, int64(binary.LittleEndian.Uint32(last[:])))
}
