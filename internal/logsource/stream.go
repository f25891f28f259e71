package logsource

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
)

// A stream is read by a goroutine of its own, because a Read of it may wait for
// ever: standard input, a pipe or a device.
type stream struct {
	file   *os.File
	ours   bool // to close
	blocks chan block
	done   chan struct{}
	next   block // what is left of the last one
}

// A block is what one Read returned.
type block struct {
	data []byte
	err  error
}

// openStream returns nil if the path is that of a file, or if there is none.
func openStream(path string) (*stream, error) {
	f := os.Stdin
	if path != "-" {
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && (info.Mode().IsRegular() || info.IsDir()) {
			return nil, nil
		}
		if err == nil {
			f, err = os.Open(path)
		}
		if err != nil {
			return nil, err
		}
	}
	return &stream{file: f, ours: path != "-", blocks: make(chan block), done: make(chan struct{})}, nil
}

// pump reads until the stream ends or is closed. While one block is used, the next
// is read.
func (s *stream) pump() {
	from, err := decompressed(bufio.NewReaderSize(s.file, readSize))
	buffers := [2][]byte{make([]byte, readSize), make([]byte, readSize)}
	for i := 0; ; i = 1 - i {
		n := 0
		if err == nil {
			n, err = from.Read(buffers[i])
		}
		select {
		case s.blocks <- block{buffers[i][:n], err}:
		case <-s.done:
			return
		}
		if err != nil {
			return
		}
	}
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

// read does not wait for more.
func (s *stream) read(b []byte) (int, error) {
	n := copy(b, s.next.data)
	s.next.data = s.next.data[n:]
	switch {
	case n > 0:
		return n, nil
	case s.next.err != nil:
		return 0, s.next.err
	}
	return 0, errWait
}

func (s *stream) close() {
	close(s.done)
	if s.ours {
		_ = s.file.Close()
	}
}
