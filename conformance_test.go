package spanlog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/spanlogtest"
)

// patternLayout has all of a record in a Pattern, between separators that no
// value can contain because Pattern escapes them.
const patternLayout = "%(asctime)s\x1f%(levelname)s\x1f%(message)s\x1f%(trace)s\x1f%(attrs)s"

// TestConformance runs testing/slogtest's cases and spanlogtest's own, with and
// without spans of every sort, over every format in every sink.
func TestConformance(t *testing.T) {
	formats := []struct {
		name   string
		format spanlog.Formatter
		parse  func(testing.TB, []byte) []map[string]any
		known  map[string]string
	}{
		{"JSON", spanlog.JSON, spanlogtest.ParseJSON, nil},
		{"Text", spanlog.Text, spanlogtest.ParseText, nil},
		{"Pattern", spanlog.Pattern(patternLayout), parsePattern, map[string]string{
			"encoding/control": "as in Python, a backslash of a message is a backslash, so that one before an n cannot be told from a newline",
		}},
		{"FormatFunc", spanlog.FormatFunc(formatAsJSON), spanlogtest.ParseJSON, nil},
	}
	sinks := []struct {
		name string
		// make returns the sink and how to read what was written to it.
		make func(*testing.T, spanlog.Formatter) (spanlog.Sink, func() []byte)
	}{
		{"Writer", func(_ *testing.T, f spanlog.Formatter) (spanlog.Sink, func() []byte) {
			var buf bytes.Buffer
			return spanlog.Writer{Writer: &buf, Format: f}, buf.Bytes
		}},
		{"EntryWriter", func(_ *testing.T, f spanlog.Formatter) (spanlog.Sink, func() []byte) {
			var w entryWriter
			return spanlog.Writer{Writer: &w, Format: f}, w.Bytes
		}},
		{"Console", func(_ *testing.T, f spanlog.Formatter) (spanlog.Sink, func() []byte) {
			var buf bytes.Buffer
			return spanlog.Console{Writer: &buf, Format: f}, buf.Bytes
		}},
		{"File", func(t *testing.T, f spanlog.Formatter) (spanlog.Sink, func() []byte) {
			path := filepath.Join(t.TempDir(), "app.log")
			return spanlog.File{Path: path, Format: f}, func() []byte {
				data, err := os.ReadFile(path)
				if err != nil {
					t.Error(err)
				}
				return data
			}
		}},
	}
	for _, f := range formats {
		for _, s := range sinks {
			t.Run(f.name+"/"+s.name, func(t *testing.T) {
				t.Parallel()
				spanlogtest.TestHandler(t, func(tb testing.TB) (slog.Handler, func() []map[string]any) {
					sink, written := s.make(t, f.format)
					log := spanlog.Must(spanlog.New(nil, sink))
					return log.Handler(), func() []map[string]any {
						if err := log.Close(); err != nil {
							tb.Error(err)
						}
						return f.parse(tb, written())
					}
				}, &spanlogtest.Options{Known: f.known})
			})
		}
	}
}

// TestConformanceAround does the same for NewHandler, and for a Relay, over
// handlers that are not ours.
func TestConformanceAround(t *testing.T) {
	type maker = func(io.Writer) slog.Handler
	toJSON := func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) }
	toText := func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, nil) }
	multi := func(w io.Writer) slog.Handler {
		return slog.NewMultiHandler(slog.NewJSONHandler(w, nil), slog.NewTextHandler(io.Discard, nil))
	}
	wrap := func(next maker) maker {
		return func(w io.Writer) slog.Handler { return spanlog.NewHandler(next(w), nil) }
	}
	relay := func(next maker, more ...spanlog.Sink) maker {
		return func(w io.Writer) slog.Handler {
			return spanlog.Must(spanlog.New(nil, append(more, spanlog.Relay{Handler: next(w)})...)).Handler()
		}
	}
	// JSONHandler writes a broken line for years of five digits, whoever calls
	// it; the rest of what it gets wrong, it is not shown.
	known := map[string]string{"values/time-range": "log/slog writes the error and the time, one after the other"}
	for _, c := range []struct {
		name  string
		make  maker
		parse func(testing.TB, []byte) []map[string]any
		known map[string]string
	}{
		{"JSONHandler", wrap(toJSON), spanlogtest.ParseJSON, known},
		{"TextHandler", wrap(toText), spanlogtest.ParseText, nil},
		{"MultiHandler", wrap(multi), spanlogtest.ParseJSON, known},
		{"itself, around JSONHandler", wrap(wrap(toJSON)), spanlogtest.ParseJSON, known},
		{"itself, around TextHandler", wrap(wrap(wrap(toText))), spanlogtest.ParseText, nil},
		{"a logger of New's", wrap(func(w io.Writer) slog.Handler {
			return spanlog.Must(spanlog.New(nil, spanlog.Writer{Writer: w})).Handler()
		}), spanlogtest.ParseJSON, nil},
		{"Relay to JSONHandler", relay(toJSON), spanlogtest.ParseJSON, known},
		{"Relay to TextHandler", relay(toText), spanlogtest.ParseText, nil},
		{"Relay to NewHandler", relay(wrap(toText)), spanlogtest.ParseText, nil},
		{"Relay beside a Writer", relay(toJSON, spanlog.Writer{Writer: io.Discard}), spanlogtest.ParseJSON, known},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			spanlogtest.TestHandler(t, func(tb testing.TB) (slog.Handler, func() []map[string]any) {
				var buf bytes.Buffer
				return c.make(&buf), func() []map[string]any { return c.parse(tb, buf.Bytes()) }
			}, &spanlogtest.Options{Known: c.known})
		})
	}
}

// entryWriter is an EntryWriter that writes the line.
type entryWriter struct{ bytes.Buffer }

func (w *entryWriter) WriteEntry(_ context.Context, e spanlog.Entry) error {
	_, err := w.Write(e.Line)
	return err
}

// formatAsJSON is a format as a user may write one: a map, by encoding/json.
func formatAsJSON(dst []byte, e *spanlog.Event) []byte {
	doc := map[string]any{"level": e.Level.String(), "msg": e.Message}
	if !e.Time.IsZero() {
		doc["time"] = e.Time
	}
	for a := range e.Attrs() {
		put(doc, a)
	}
	if e.Span.HasTraceID() {
		maps.Copy(doc, map[string]any{"trace_id": e.Span.TraceID().String(), "trace_flags": e.Span.TraceFlags().String()})
	}
	if e.Span.HasSpanID() {
		doc["span_id"] = e.Span.SpanID().String()
	}
	b, err := json.Marshal(doc)
	if err != nil {
		b = []byte(`{"level":"ERROR","msg":` + strconv.Quote(err.Error()) + `}`)
	}
	return append(dst, b...)
}

func put(doc map[string]any, a slog.Attr) {
	switch a.Value.Kind() {
	case slog.KindGroup:
		group := doc
		if a.Key != "" {
			var ok bool
			if group, ok = doc[a.Key].(map[string]any); !ok {
				group = make(map[string]any)
				doc[a.Key] = group
			}
		}
		for _, m := range a.Value.Group() {
			put(group, m)
		}
	case slog.KindAny:
		doc[a.Key] = marshalled(a.Value)
	case slog.KindTime, slog.KindFloat64:
		doc[a.Key] = a.Value.String()
	default:
		doc[a.Key] = a.Value.Any()
	}
}

// marshalled is a value's JSON, or a text for values that have none.
func marshalled(v slog.Value) (out any) {
	defer func() {
		if p := recover(); p != nil {
			out = fmt.Sprintf("!PANIC: %v", p)
		}
	}()
	if err, ok := v.Any().(error); ok {
		return err.Error()
	}
	b, err := json.Marshal(v.Any())
	if err != nil {
		return err.Error()
	}
	return json.RawMessage(b)
}

// parsePattern reads lines of patternLayout.
func parsePattern(tb testing.TB, data []byte) []map[string]any {
	var docs []map[string]any
	for line := range strings.Lines(string(data)) {
		parts := strings.Split(strings.TrimSuffix(line, "\n"), "\x1f")
		if len(parts) != 5 {
			tb.Errorf("the line has %d parts: %q", len(parts), line)
			continue
		}
		text := "msg=" + strconv.Quote(unescaped(parts[2]))
		for _, more := range parts[3:] {
			if more != "" {
				text += " " + more
			}
		}
		docs = append(docs, spanlogtest.ParseText(tb, []byte(text+"\n"))...)
		doc := docs[len(docs)-1]
		doc["level"] = parts[1]
		if parts[0] != "" {
			doc["time"] = parts[0]
		}
	}
	return docs
}

// unescaped undoes Pattern's escapes, where there are any.
func unescaped(s string) string {
	if u, err := strconv.Unquote(`"` + strings.ReplaceAll(s, `"`, `\"`) + `"`); err == nil {
		return u
	}
	return s
}
