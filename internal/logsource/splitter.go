package logsource

// From bytes to lines. The splitter knows nothing of files but where in one it is, and
// finds no line twice: what was searched for a newline is not searched again when more
// has come. A line that is longer than the limit comes in parts, so the memory has a
// bound whatever somebody has logged. FuzzSplitter compares with the plain way.

import "bytes"

// readSize is how much is read at once.
const readSize = 256 << 10

// A splitter cuts what is read into lines. Its buffer grows with the longest
// line, up to the limit and what is read at once.
type splitter struct {
	limit  int    // the longest line that is given whole
	buf    []byte // buf[start:end] is read and not given
	start  int
	end    int
	seen   int   // buf[start:seen] has no newline
	offset int64 // of buf[start] in the file
	part   bool  // the line at start has been given in part
	ended  bool  // what there is of the last line is given
}

// newSplitter makes one whose buffer has a size at first.
func newSplitter(limit, size int) splitter {
	return splitter{limit: limit, buf: make([]byte, size)}
}

// next returns the next line, and where it begins. It is torn if it is a part of
// a line.
func (s *splitter) next() (text []byte, at int64, torn, ok bool) {
	for {
		// One byte beyond the limit may be the newline.
		if i := bytes.IndexByte(s.buf[s.seen:min(s.end, s.start+s.limit+1)], '\n'); i >= 0 {
			text, at, torn = s.buf[s.start:s.seen+i], s.offset, s.part
			s.give(len(text)+1, false)
			if n := len(text); n > 0 && text[n-1] == '\r' {
				text = text[:n-1]
			}
			return text, at, torn, true
		}
		if s.end-s.start <= s.limit {
			s.seen = s.end
			if !s.ended {
				return nil, 0, false, false
			}
			s.ended = false
			text, at = trimNULs(s.buf[s.start:s.end]), s.offset
			s.give(s.end-s.start, true)
			return text, at, true, true
		}
		text, at = s.buf[s.start:s.start+s.limit], s.offset
		s.give(s.limit, true)
		// Nothing but NULs is room that was never written to.
		if len(trimNULs(text)) > 0 {
			return text, at, true, true
		}
	}
}

// give moves the start.
func (s *splitter) give(n int, part bool) {
	s.start += n
	s.seen = s.start
	s.offset += int64(n)
	s.part = part
}

// space is where to read to. It is never empty once next has nothing to give.
func (s *splitter) space() []byte {
	rest, buf := s.buf[s.start:s.end], s.buf
	if len(rest) > len(buf)/2 {
		if n := min(2*len(buf), s.limit+1+readSize); n > len(buf) {
			buf = make([]byte, n)
		}
	}
	if s.start > 0 || len(buf) > len(s.buf) {
		copy(buf, rest)
		s.seen -= s.start
		s.buf, s.start, s.end = buf, 0, len(rest)
	}
	return buf[s.end:]
}

// add takes in what was read to space: n bytes at its beginning.
func (s *splitter) add(n int) { s.end += n }

// finish has what there is of the last line given, and reports whether there is
// something.
func (s *splitter) finish() bool {
	s.ended = len(trimNULs(s.buf[s.start:s.end])) > 0
	return s.ended
}

// begin turns to another file.
func (s *splitter) begin(offset int64) {
	s.start, s.end, s.seen = 0, 0, 0
	s.offset, s.part, s.ended = offset, false, false
}

// trimNULs is without NULs at the end. Loggers that preallocate leave them.
func trimNULs(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	return b
}
