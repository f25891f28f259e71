package logindex

import (
	"bytes"

	"github.com/spanlog/spanlog/internal/logline"
)

// A Line is one of a log.
type Line struct {
	Log    string // the path of the log
	File   string // the path at which the line's file was opened; it may have another one by now
	Offset int64  // in the file, or in what it has compressed
	Text   []byte
	// Head is what package logline finds in the line. If it is Continued, it belongs to
	// the record before it, and has that one's trace and span.
	Head      logline.Head
	Continued bool
	Torn      bool // it is not a whole line, or one that begins as an object and is none
	// At is where the line is between those of other logs, as a time: see the package's
	// doc.
	At int64

	log   int
	place position // its own
}

// newLine copies a line.
func newLine(l *log, place position, file string, offset int64, text []byte, h *logline.Head, at int64, continued, torn bool) Line {
	return Line{
		Log: l.path, File: file, Offset: offset, Text: bytes.Clone(text), Head: *h,
		Continued: continued, Torn: torn || h.Torn, At: at, log: l.number, place: place,
	}
}
