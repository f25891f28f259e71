package logsource

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// split has a text cut by a splitter that is given chunks of it.
func split(text []byte, limit, size int, chunk func() int) (lines []string) {
	s := newSplitter(limit, size)
	give := func() {
		for {
			b, at, torn, ok := s.next()
			if !ok {
				return
			}
			lines = append(lines, fmt.Sprint(at, " ", shown(Line{Text: b, Torn: torn})))
		}
	}
	for len(text) > 0 {
		n := copy(s.space(), text[:min(max(chunk(), 1), len(text))])
		text = text[n:]
		s.add(n)
		give()
	}
	if s.finish() {
		give()
	}
	return lines
}

// splitModel is the same, with nothing but bytes.Split.
func splitModel(text []byte, limit int) (lines []string) {
	at := 0
	rows := bytes.Split(text, []byte("\n"))
	for i, row := range rows {
		last, cut := i == len(rows)-1, false
		next := at + len(row) + 1
		for ; len(row) > limit; row, at, cut = row[limit:], at+limit, true {
			if piece := row[:limit]; len(bytes.Trim(piece, "\x00")) > 0 {
				lines = append(lines, fmt.Sprint(at, " ", string(piece), "~"))
			}
		}
		if last {
			row, cut = bytes.TrimRight(row, "\x00"), true
		} else {
			row = bytes.TrimSuffix(row, []byte("\r"))
		}
		if !last || len(row) > 0 {
			lines = append(lines, fmt.Sprint(at, " ", shown(Line{Text: row, Torn: cut})))
		}
		at = next
	}
	return lines
}

// FuzzSplitter: whatever is read how, the lines are those of bytes.Split.
func FuzzSplitter(f *testing.F) {
	for _, text := range []string{
		"", "a", "a\n", "\n\na\r\n", "a\r", "\x00a\nb\x00\x00", "\x00\x00\x00\x00\x00\x00\x00\x00\n",
		"long, longer\nlongest of all\n", strings.Repeat("\x00", 50), "exactly8\nexactly8\r\n",
	} {
		f.Add([]byte(text), uint8(8), uint8(4), []byte{3, 1, 9})
	}
	f.Fuzz(func(t *testing.T, text []byte, limit, size uint8, chunks []byte) {
		i := 0
		chunk := func() int {
			if len(chunks) == 0 {
				return len(text)
			}
			i++
			return int(chunks[i%len(chunks)])
		}
		got := split(text, int(limit)+1, int(size)+1, chunk)
		if want := splitModel(text, int(limit)+1); !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})
}

// TestSplitterMemory: the buffer does not grow beyond the limit and one read.
func TestSplitterMemory(t *testing.T) {
	const limit = 100 << 10
	s := newSplitter(limit, 1024)
	for range 1000 {
		s.add(len(s.space())) // a line of NULs without an end
		for ok := true; ok; {
			_, _, _, ok = s.next()
		}
		if len(s.buf) > limit+1+readSize {
			t.Fatalf("the buffer has %d bytes", len(s.buf))
		}
	}
	if s.offset < 10*limit {
		t.Errorf("%d bytes have passed", s.offset)
	}
}
