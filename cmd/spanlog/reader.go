package main

import (
	"bytes"
	"context"
	"errors"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/logline"
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
	source  *logsource.Source
	query   *query
	scanner logline.Scanner
	record  logline.Record
	at      int64 // of the line before
	// What is known of the record before, to which lines belong that are none.
	wanted   bool
	trace    trace.TraceID
	span     trace.SpanID
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
		r.scanner.Head(in.Text, &head)
		if !r.wants(&head, in.Text) {
			continue
		}
		return &line{text: bytes.Clone(in.Text), head: head, at: r.at, file: in.File}, nil
	}
}

// wants reports whether a line is wanted. One that is no record, such as the line of a
// stack trace, is if the record before it is.
func (r *reader) wants(h *logline.Head, text []byte) bool {
	if h.Kind == logline.Plain && !h.Torn && h.Time == 0 && r.at != 0 {
		h.Trace, h.Span = r.trace, r.span
		return r.wanted
	}
	r.at, r.trace, r.span = max(r.at, h.Time), h.Trace, h.Span
	r.wanted = r.query.wantsHead(h, text)
	if r.wanted && len(r.query.fields) > 0 {
		r.scanner.Parse(text, &r.record)
		r.wanted = r.query.wants(&r.record)
	}
	return r.wanted
}
