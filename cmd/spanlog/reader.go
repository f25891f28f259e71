package main

import (
	"bytes"
	"context"
	"errors"

	"github.com/spanlog/spanlog/internal/logline"
	"github.com/spanlog/spanlog/internal/logquery"
	"github.com/spanlog/spanlog/internal/logsource"
)

// A line is one line of a log that is wanted.
type line struct {
	text []byte
	head logline.Head
	at   int64  // when it counts as written: see merger
	file string // where it is from
}

// A reader reads the lines of one log that a query wants.
type reader struct {
	source   *logsource.Source
	filter   *logquery.Filter
	warn     func(error)
	progress *progress // nil: nobody looks
}

// next returns the next line that is wanted.
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
		r.progress.read(len(in.Text) + 1)
		var head logline.Head
		if wanted, _ := r.filter.Head(in.Text, &head); wanted {
			return &line{text: bytes.Clone(in.Text), head: head, at: r.filter.Owner.At, file: in.File}, nil
		}
	}
}
