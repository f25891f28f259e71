package logsource

// Where the last lines begin. A plain file is read backwards, by blocks, as far as it
// takes; it may have NULs behind its text, of a writer that has taken room in advance.
// A compressed file has no way but from its beginning.

import (
	"bytes"
	"io"
)

// textEnd returns the end of the text, behind which there is nothing but NULs. It
// is not before least.
func (f *file) textEnd(least int64) (int64, error) {
	info, err := f.opened.Stat()
	if err != nil {
		return least, err
	}
	end := least
	err = f.backwards(least, info.Size(), func(b []byte, at int64) bool {
		text := trimNULs(b)
		if len(text) > 0 {
			end = at + int64(len(text))
		}
		return len(text) == 0
	})
	return end, err
}

// backwards reads the file from end to begin, as long as more reports true.
func (f *file) backwards(begin, end int64, more func(b []byte, at int64) bool) error {
	block := make([]byte, 64<<10)
	for end > begin {
		b := block[:min(int64(len(block)), end-begin)]
		end -= int64(len(b))
		n, err := f.opened.ReadAt(b, end)
		if err != nil && err != io.EOF {
			return err
		}
		if !more(b[:n], end) {
			break
		}
	}
	return nil
}

// tail returns where the last n lines begin, and how many lines there are from
// there on. Without n, it is where the next line begins: behind the last newline.
func (f *file) tail(n int) (offset int64, lines int, err error) {
	if err := f.begin(); err != nil {
		return 0, 0, err
	}
	if f.gz != nil {
		return f.tailGzip(n)
	}
	end, err := f.textEnd(0)
	if err != nil || end == 0 {
		return 0, 0, err
	}
	if n > 0 {
		end-- // the last newline begins no line
	}
	found := false
	err = f.backwards(0, end, func(b []byte, at int64) bool {
		for !found {
			i := bytes.LastIndexByte(b, '\n')
			if i < 0 {
				break
			}
			lines = min(lines+1, n)
			found = lines == n
			offset, b = at+int64(i)+1, b[:i]
		}
		return !found
	})
	if !found { // all of it
		offset, lines = 0, min(lines+1, n)
	}
	return offset, lines, err
}

// tailGzip is tail for a compressed file, which has to be read from its beginning.
// To be told of its end being damaged is left to who reads it.
func (f *file) tailGzip(n int) (offset int64, lines int, err error) {
	content, err := f.content()
	if err != nil {
		return 0, 0, err
	}
	var starts []int64 // of the last lines, as a ring
	count := func(start int64) {
		switch {
		case len(starts) < n:
			starts = append(starts, start)
		case n > 0:
			starts[lines%n] = start
		}
		lines++
	}
	var at, start int64
	text := false // on the line that begins at start
	for block := make([]byte, 64<<10); err == nil; {
		var k int
		k, err = content.Read(block)
		b := block[:k]
		for i := bytes.IndexByte(b, '\n'); i >= 0; i = bytes.IndexByte(b, '\n') {
			count(start)
			at += int64(i) + 1
			b, start, text = b[i+1:], at, false
		}
		at += int64(len(b))
		text = text || len(trimNULs(b)) > 0
	}
	if n == 0 {
		return start, 0, nil
	}
	if text {
		count(start)
	}
	if lines > 0 {
		offset = starts[lines%len(starts)]
	}
	return offset, min(lines, n), nil
}
