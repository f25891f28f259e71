package spanlog_test

import (
	"bytes"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/spanlogtest"
)

// TestConformancePretty reads what Pretty writes for people back into records,
// as far as that can be done, and runs the suite over it.
func TestConformancePretty(t *testing.T) {
	opts := &spanlog.Options{ReplaceAttr: markMessage}
	spanlogtest.TestHandler(t, func(tb testing.TB) (slog.Handler, func() []map[string]any) {
		var buf bytes.Buffer
		log := spanlog.Must(spanlog.New(opts, spanlog.Console{Writer: &buf, Format: spanlog.Pretty, Color: spanlog.ColorNever}))
		return log.Handler(), func() []map[string]any { return parsePretty(tb, buf.String()) }
	}, &spanlogtest.Options{
		// Pretty shows the ids, and leaves the flags to the log file.
		Fields: func(sc trace.SpanContext) map[string]string {
			fields := map[string]string{"trace_id": sc.TraceID().String()}
			if sc.HasSpanID() {
				fields["span_id"] = sc.SpanID().String()
			}
			return fields
		},
		Known: map[string]string{
			"encoding/control": "lines and tabs of a value are shown as such, and what is escaped cannot be told from a backslash",
			"encoding/newline": "a line break at the end of a value is not shown, and CR LF is one; no record is forged",
			"values/errors":    "the same for the text of an error",
		},
	})
}

// What Pretty's reader needs to find the message: its end, and a stand-in for
// its line breaks. Both are written escaped.
const (
	messageEnd  = "\x1f"
	messageLine = "\x1e"
)

func markMessage(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.MessageKey {
		a.Value = slog.StringValue(strings.ReplaceAll(a.Value.String(), "\n", messageLine) + messageEnd)
	}
	return a
}

var (
	prettyHead = regexp.MustCompile(`^(\d\d:\d\d:\d\d\.\d{3} )?(\S{5,}|.{5}) (.*?)\\x1f(.*)$`)
	prettyIDs  = regexp.MustCompile(` \[([0-9a-f]{32})(?: ([0-9a-f]{16}))?\]$`)
)

// parsePretty reads records without colours whose messages are marked.
func parsePretty(tb testing.TB, out string) []map[string]any {
	var docs []map[string]any
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	for len(lines) > 0 && lines[0] != "" {
		head := prettyHead.FindStringSubmatch(lines[0])
		if head == nil {
			tb.Errorf("not a record: %q", lines[0])
			return docs
		}
		message := strings.ReplaceAll(unescaped(head[3]), messageLine, "\n")
		text, attrs := "msg="+strconv.Quote(message), head[4]
		if ids := prettyIDs.FindStringSubmatch(attrs); ids != nil {
			attrs = strings.TrimSuffix(attrs, ids[0])
			text += " trace_id=" + ids[1]
			if ids[2] != "" {
				text += " span_id=" + ids[2]
			}
		}
		text += prettyAttrs(attrs)
		for lines = lines[1:]; len(lines) > 0 && strings.HasPrefix(lines[0], "    "); {
			key, block := strings.TrimSuffix(strings.TrimSpace(lines[0]), ":"), []string(nil)
			for lines = lines[1:]; len(lines) > 0 && strings.HasPrefix(lines[0], "    │"); lines = lines[1:] {
				block = append(block, strings.TrimPrefix(strings.TrimPrefix(lines[0], "    │"), " "))
			}
			text += " " + key + "=" + strconv.Quote(strings.Join(block, "\n"))
		}
		docs = append(docs, spanlogtest.ParseText(tb, []byte(text+"\n"))...)
		doc := docs[len(docs)-1]
		doc["level"] = strings.TrimSpace(head[2])
		if head[1] != "" {
			doc["time"] = strings.TrimSpace(head[1])
		}
	}
	return docs
}

// prettyAttrs gives values in backquotes the quotes of Text.
func prettyAttrs(s string) (text string) {
	for s = strings.TrimLeft(s, " "); s != ""; s = strings.TrimLeft(s, " ") {
		key, err := strconv.QuotedPrefix(s)
		if err != nil {
			key, _, _ = strings.Cut(s, "=")
		}
		s = strings.TrimPrefix(s[len(key):], "=")
		value, err := strconv.QuotedPrefix(s)
		if err != nil {
			value, _, _ = strings.Cut(s, " ")
		}
		s = s[len(value):]
		if strings.HasPrefix(value, "`") {
			value = strconv.Quote(value[1 : len(value)-1])
		}
		text += " " + key + "=" + value
	}
	return text
}
