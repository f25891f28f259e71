package logsource

// What can only be read once, from front to back: standard input, pipes, devices. A
// Read of these cannot be broken off, so a goroutine does it, and Next waits for that
// and for its context at the same time. Of a stream that is not ours, the goroutine may
// stay in its last Read after Close.

import (
	"bufio"
	"errors"
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

// close has the goroutine end with its next block. It closes what was opened here, by
// which a Read of a pipe ends as well.
func (s *stream) close() {
	close(s.done)
	if s.ours {
		_ = s.file.Close()
	}
}
