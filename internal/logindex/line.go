package logindex

import (
	"bytes"

	"github.com/spanlog/spanlog/internal/logline"
)

// A Line is one of a log. It shares no memory with the index: whoever gets it owns it.
// Only its head is parsed, as that is what it was chosen by; package logentry makes of it
// what people read.
type Line struct {
	Log    string // the name of the log, by default its path
	File   string // the path at which the line's file was opened; it may have another one by now
	Offset int64  // in the file, or in what it has compressed
	Text   []byte // without its end
	// Head is what package logline finds in the line. If it is Continued, it belongs to
	// the record before it, and has that one's trace and span.
	Head      logline.Head
	Continued bool
	Torn      bool // it is not a whole line, or one that begins as an object and is none
	// At is where the line is between those of other logs, as a time: see the package's
	// doc. In nanoseconds, as Head.Time is; it never goes back within a log, and is 0
	// before the first record with a time.
	At int64

	// These are for going on from the line: the number of its log, and its place there,
	// which is the position before it.
	log   int
	place position
}

// newLine copies a line, since its text is in a buffer that the next block is read into.
func newLine(l *log, place position, file string, offset int64, text []byte, h *logline.Head, at int64, continued, torn bool) Line {
	return Line{
		Log: l.name, File: file, Offset: offset, Text: bytes.Clone(text), Head: *h,
		Continued: continued, Torn: torn || h.Torn, At: at, log: l.number, place: place,
	}
}
