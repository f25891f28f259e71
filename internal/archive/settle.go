package archive

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// settle ends what a process began that died after it had compressed a file and
// before it had deleted it: the file is there twice. It returns the files without
// those that it deleted. A pair that is not the same is kept: which of the two is
// the right one, we do not know. The error comes with each round, until somebody
// has deleted one of them or the files are too old to be kept.
func (r *round) settle(files []File) []File {
	var left []File
	for i, f := range files {
		if !paired(files, i) || r.ended() {
			left = append(left, f)
			continue
		}
		err := r.settleOne(f)
		if r.note("comparing", f.Path, err); err != nil && !errors.Is(err, errGone) {
			left = append(left, f)
		}
	}
	return left
}

// paired reports whether the file is plain, and there compressed as well: they are
// next to each other in the list.
func paired(files []File, i int) bool {
	return i+1 < len(files) && files[i+1].Time.Equal(files[i].Time)
}

// settleOne deletes a plain file if the compressed one has the same content.
func (r *round) settleOne(f File) error {
	h, err := hold(f.Path)
	if err != nil {
		return err
	}
	defer h.Close()
	copied, err := openOurs(f.Path+gzSuffix, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer copied.Close()
	if err := r.sameContent(h, copied); err != nil {
		return fmt.Errorf("both it and %s are kept: %w", filepath.Base(copied.Name()), err)
	}
	// It is not known whether the other process had got as far as this.
	if err := SyncDir(filepath.Dir(f.Path)); err != nil {
		return err
	}
	return h.remove()
}

var errDiffers = errors.New("their content is not the same")

// sameContent returns an error unless the second reader has, compressed, all that
// the first has, to the end and with the right checksum. It stops at the first
// difference, so what is compressed in a foreign file cannot keep it busy for
// longer than our own file does.
func (r *round) sameContent(content, copied io.Reader) error {
	z, err := gzip.NewReader(bufio.NewReaderSize(copied, blockSize))
	if err != nil {
		return fmt.Errorf("the compressed one cannot be read: %w", err)
	}
	a, b := make([]byte, blockSize), make([]byte, blockSize)
	for {
		if r.ended() {
			return errEnded
		}
		n, errA := fill(content, a)
		m, errB := fill(z, b)
		switch {
		case errA != nil && errA != io.EOF:
			return errA
		case errB != nil && errB != io.EOF:
			return fmt.Errorf("the compressed one cannot be read: %w", errB)
		case !bytes.Equal(a[:n], b[:m]):
			return errDiffers
		case n == 0:
			return nil
		}
	}
}

// fill reads until the buffer is full or there is no more. Unlike io.ReadFull, it
// never takes an end for a failure or a failure for an end: a truncated gzip
// stream must not look like a short one. At the end, with nothing read, the error
// is io.EOF.
func fill(r io.Reader, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var k int
		k, err = r.Read(b[n:])
		n += k
	}
	if n > 0 && err == io.EOF {
		err = nil
	}
	return n, err
}
