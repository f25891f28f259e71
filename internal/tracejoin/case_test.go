package tracejoin

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/logindex"
	"github.com/spanlog/spanlog/internal/logline"
	"github.com/spanlog/spanlog/internal/logquery"
	"github.com/spanlog/spanlog/internal/zipkin"
)

const testTrace = "4bf92f3577b34da6a3ce929d0e0e4736"

// noon is what the times of cases are after.
var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func traceID(t assert.T) trace.TraceID {
	t.Helper()
	id, err := trace.TraceIDFromHex(testTrace)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return id
}

// readCase reads a case of testdata. Its files are:
//
//   - input: "from" with where spans are from, "err" with the error, or "unknown" for Zipkin's;
//     "more"; "gone" with a log, lines and bytes
//   - spans: see readSpan
//   - others: logs, in which <T> is the trace's id, <+5ms> a time, and any other word between
//     such brackets the last digits of a span's id
//   - golden: what is to come of it
func readCase(t *testing.T, a *txtar.Archive) Input {
	t.Helper()
	in := Input{ID: traceID(t)}
	for _, f := range a.Files {
		switch f.Name {
		case "golden":
		case "input":
			for line := range strings.Lines(string(f.Data)) {
				readInput(t, &in, strings.TrimSpace(line))
			}
		case "spans":
			for line := range strings.Lines(string(f.Data)) {
				in.Spans = append(in.Spans, readSpan(t, line))
			}
		default:
			in.Lines = append(in.Lines, readLog(f.Name, expand(t, string(f.Data)))...)
		}
	}
	slices.SortStableFunc(in.Lines, func(a, b logindex.Line) int { return cmp.Compare(a.At, b.At) })
	return in
}

func readInput(t *testing.T, in *Input, line string) {
	t.Helper()
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "from":
		in.From = rest
	case "err":
		in.Err = errors.New(rest)
	case "unknown":
		in.Err = fmt.Errorf("asked: %w", zipkin.ErrUnknownTrace)
	case "more":
		in.More = true
	case "gone":
		var g logindex.Gone
		if _, err := fmt.Sscan(rest, &g.Log, &g.Lines, &g.Bytes); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		in.Gone = append(in.Gone, g)
	default:
		t.Fatalf("unknown input %q", line)
	}
}

// readSpan reads a span: id/parent, service, kind, start and duration, and name; with - for
// what is not there. Tags follow, and a value of "shared", or "peer=" with the other service,
// or "at=" with the time of an annotation.
func readSpan(t *testing.T, line string) zipkin.Span {
	t.Helper()
	w := strings.Fields(line)
	if len(w) < 6 {
		t.Fatalf("span %q: want 6 words", line)
	}
	for i := range w {
		if w[i] == "-" {
			w[i] = ""
		}
	}
	s := zipkin.Span{TraceID: testTrace, Kind: w[2], Name: strings.ReplaceAll(w[5], "_", " "), LocalEndpoint: &zipkin.Endpoint{ServiceName: w[1]}}
	s.ID, s.ParentID, _ = strings.Cut(w[0], "/")
	s.ID = strings.TrimPrefix(s.ID, "-")
	if w[3] != "" {
		s.Timestamp = moment(t, w[3])
	}
	if w[4] != "" {
		s.Duration = micros(t, w[4])
	}
	for _, word := range w[6:] {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "shared":
			s.Shared = true
		case "peer":
			s.RemoteEndpoint = &zipkin.Endpoint{ServiceName: value}
		case "at":
			s.Annotations = append(s.Annotations, zipkin.Annotation{Timestamp: moment(t, value), Value: "something happened"})
		default:
			if s.Tags == nil {
				s.Tags = make(map[string]string)
			}
			s.Tags[key] = strings.ReplaceAll(value, "_", " ")
		}
	}
	return s
}

// moment is a time after noon, or a number as it is, in µs.
func moment(t *testing.T, text string) int64 {
	t.Helper()
	if strings.HasPrefix(text, "+") {
		return noon.UnixMicro() + micros(t, text)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return n
}

func micros(t *testing.T, text string) int64 {
	t.Helper()
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return d.Microseconds()
}

var bracketed = regexp.MustCompile(`<[^<>]+>`)

func expand(t *testing.T, text string) string {
	t.Helper()
	return bracketed.ReplaceAllStringFunc(text, func(word string) string {
		word = word[1 : len(word)-1]
		switch {
		case word == "T":
			return testTrace
		case strings.HasPrefix(word, "+"):
			d, err := time.ParseDuration(word[1:])
			if err != nil {
				t.Fatal(err)
			}
			return noon.Add(d).Format(time.RFC3339Nano)
		}
		return strings.Repeat("0", max(16-len(word), 0)) + word
	})
}

// readLog has the lines of a log as an index has them.
func readLog(name, text string) (lines []logindex.Line) {
	var scanner logline.Scanner
	var owner logquery.Owner
	for line := range strings.Lines(text) {
		l := logindex.Line{Log: name, Text: []byte(strings.TrimRight(line, "\n"))}
		scanner.Head(l.Text, &l.Head)
		l.Torn = l.Head.Torn
		l.Continued = owner.Take(&l.Head)
		l.At = owner.At
		lines = append(lines, l)
	}
	return lines
}
