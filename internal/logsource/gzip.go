package logsource

import (
	"bufio"
	"compress/gzip"
	"io"
	"math"
	"os"
)

// Compressed files. What is in a file is told by its first bytes (RFC 1952), whatever its
// name: rotators differ, and people rename. The name counts for what it says of the others:
// app.log.1.gz is app.log.1, compressed.

// gzSuffix is what a name has more once the file is compressed.
const gzSuffix = ".gz"

// gzipMagic is how everything begins that is compressed with gzip: two bytes that
// say so, and the number of the only method that there is.
const gzipMagic = "\x1f\x8b\x08"

func isGzip(b []byte) bool { return string(b) == gzipMagic }

// IsGzip reports whether a file is compressed, whatever its name.
func IsGzip(f *os.File) bool {
	var magic [len(gzipMagic)]byte
	n, _ := f.ReadAt(magic[:], 0)
	return isGzip(magic[:n])
}

// content decompresses the file from its beginning.
func (f *file) content() (*gzip.Reader, error) {
	return gzip.NewReader(bufio.NewReaderSize(io.NewSectionReader(f.opened, 0, math.MaxInt64), readSize))
}

// decompressed reads through gzip if that is what comes. For the first line of a
// terminal, no more than its first byte is waited for.
func decompressed(r *bufio.Reader) (io.Reader, error) {
	if first, _ := r.Peek(1); len(first) == 0 || first[0] != gzipMagic[0] {
		return r, nil
	}
	if magic, _ := r.Peek(len(gzipMagic)); !isGzip(magic) {
		return r, nil
	}
	return gzip.NewReader(r)
}
