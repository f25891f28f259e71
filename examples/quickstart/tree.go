package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spanlog/spanlog/internal/spantree"
	"github.com/spanlog/spanlog/internal/zipkin"
)

// printTrace prints a trace as a tree of its spans, each with the lines of the
// log file that were logged in it. Spans and lines are joined by their ids and
// nothing else.
func printTrace(ctx context.Context, w io.Writer, server, file, traceID string) error {
	spans, err := fetchTrace(ctx, server, traceID)
	if err != nil {
		return err
	}
	lines, err := readLines(file, traceID)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "trace_id=%s\n", traceID)
	return spantree.Print(w, spans, lines, func(text string) string { return text })
}

// A record is what the tree shows of a line of the log file.
type record struct {
	Time    time.Time `json:"time"`
	Level   string    `json:"level"`
	Message string    `json:"msg"`
	Error   string    `json:"error"`
	TraceID string    `json:"trace_id"`
	SpanID  string    `json:"span_id"`
}

// String is the record as the tree has it.
func (r record) String() string {
	text := fmt.Sprintf("%s %-5s %s", r.Time.Format("15:04:05.000"), r.Level, r.Message)
	if r.Error != "" {
		text += fmt.Sprintf("  error=%q", r.Error)
	}
	return text
}

// readLines returns the records of a trace by span.
func readLines(file, traceID string) (*spantree.Lines, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var lines spantree.Lines
	for scan := bufio.NewScanner(f); ; {
		if !scan.Scan() {
			return &lines, scan.Err()
		}
		var r record
		if err := json.Unmarshal(scan.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if r.TraceID == traceID {
			lines.Add(r.SpanID, r.String())
		}
	}
}

// fetchTrace asks the server for a trace. A server that has only just got the
// spans may need a moment.
func fetchTrace(ctx context.Context, server, traceID string) (spans []zipkin.Span, err error) {
	for range 20 {
		if spans, err = zipkin.Fetch(ctx, server, traceID); !errors.Is(err, zipkin.ErrUnknownTrace) {
			return spans, err
		}
		time.Sleep(100 * time.Millisecond)
	}
	return nil, err
}
