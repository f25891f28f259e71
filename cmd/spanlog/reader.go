package main

import (
	"bytes"
	"context"
	"errors"

	"github.com/spanlog/spanlog/internal/logline"
	"github.com/spanlog/spanlog/internal/logquery"
	"github.com/spanlog/spanlog/internal/logsource"
)

// A line is one line of a log that is wanted. It has a copy of the text: it waits for lines of
// other logs while its own is read on.
type line struct {
	text []byte // without its end
	head logline.Head
	at   int64  // when it counts as written: see merger
	file string // where it is from
}

// A reader reads the lines of one log that a query wants. Those that it does not want are dropped
// here, before anything is copied, so that a search is about as fast as the disk.
type reader struct {
	source   *logsource.Source
	filter   *logquery.Filter // it knows to which record a line belongs, so each log has its own
	warn     func(error)
	progress *progress // nil: nobody looks
}

// next returns the next line that is wanted; io.EOF: there is none. A file that cannot be read is
// told of by warn, and its log goes on with the next one.
func (r *reader) next(ctx context.Context) (*line, error) {
	for {
		in, err := r.source.Next(ctx)
		if one, ok := errors.AsType[*logsource.FileError](err); ok {
			r.warn(one) // the others are there all the same
			continue
		}
		if err != nil {
			return nil, err
		}
		r.progress.read(len(in.Text) + 1) // with the end of the line
		var head logline.Head
		// The time is that of the record, which the lines that belong to it have as well: so a stack
		// stays with its error.
		if wanted, _ := r.filter.Head(in.Text, &head); wanted {
			return &line{text: bytes.Clone(in.Text), head: head, at: r.filter.Owner.At, file: in.File}, nil
		}
	}
}
