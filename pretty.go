package spanlog

import (
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/encode"
)

// prettyFormat is Pretty. Console sets its fields for the writer at hand.
type prettyFormat struct {
	color bool
	url   string // of a trace; only with colours
}

func (prettyFormat) formatName() string { return "pretty" }

func (f prettyFormat) encoder(c *formatConfig) (encoder, error) {
	return &prettyEncoder{prettyFormat: f, source: c.source}, nil
}

// prettyEncoder writes
//
//	15:04:05.000 INFO  message                        key=value  trace_id=… span_id=…
//
// With links, the trace is a short id in a column before the message. Values
// and messages of several lines follow the line, indented, so that no value can
// look like a record. All text goes through the same escaping as in Text and
// Pattern; the only escape sequences are the encoder's own.
type prettyEncoder struct {
	prettyFormat
	source bool
}

// What the parts of a line look like.
const (
	prettyTime  = "15:04:05.000"
	prettyAlign = 32 // columns that a message takes if attributes follow
	shortID     = 8  // digits of a trace id that is a link
	blockIndent = "    "
	blockBar    = "│ "
)

// Colours, as the parameters of SGR ("select graphic rendition").
const (
	sgrReset = "0"
	sgrDim   = "2"
	sgrBold  = "1"
	sgrRed   = "31"
	sgrName  = "36"
)

// traceColors are colours of the 256-colour palette that can be told apart, and
// read on a dark and on a light ground. Red and yellow are the levels' own.
var traceColors = [...]uint8{32, 35, 37, 62, 67, 71, 97, 99, 103, 108, 132, 133, 137, 139, 168, 172}

func (enc *prettyEncoder) withAttrs(p prefix, _ []slog.Attr) prefix { return p }
func (enc *prettyEncoder) withGroup(p prefix, _ string) prefix      { return p }

func (enc *prettyEncoder) encode(dst []byte, e *Event, _ *prefix) []byte {
	switch {
	case e.timeText != "":
		dst = append(enc.styled(dst, sgrDim, e.timeText), ' ')
	case !e.Time.IsZero():
		dst = enc.start(dst, sgrDim)
		dst = e.Time.AppendFormat(dst, prettyTime)
		dst = append(enc.end(dst, sgrDim), ' ')
	}
	dst = enc.level(dst, e)
	if enc.url != "" {
		dst = enc.link(dst, e.Span)
	}
	name := e.Logger()
	if name != "" {
		dst = append(enc.styled(dst, sgrName, name+":"), ' ')
	}
	message, more, _ := strings.Cut(e.Message, "\n")
	dst = enc.message(dst, e.Level, message)
	end := len(dst) // of the last part that is not padding
	pad := prettyAlign - width(message)
	if name != "" {
		pad -= width(name) + 2
	}
	part := func() {
		for ; pad > 0; pad-- {
			dst = append(dst, ' ')
		}
		dst = append(dst, ' ')
	}
	e.leaves(func(path string, a slog.Attr) {
		if path == "" && isName(a) || isBlock(a) {
			return
		}
		part()
		dst = enc.attr(dst, path, a)
		end = len(dst)
	})
	if enc.source {
		if src := e.Source(); src != nil {
			part()
			dst = enc.styled(dst, sgrDim, shortFile(src.File)+":"+strconv.Itoa(src.Line))
			end = len(dst)
		}
	}
	if e.Span.HasTraceID() && enc.url == "" {
		part()
		dst = enc.ids(dst, e.Span)
		end = len(dst)
	}
	dst = append(dst[:end], '\n')
	if more != "" {
		dst = enc.block(dst, more)
	}
	e.leaves(func(path string, a slog.Attr) {
		if !isBlock(a) {
			return
		}
		dst = append(dst, blockIndent...)
		dst = append(enc.styled(dst, sgrDim, path+a.Key+":"), '\n')
		dst = enc.block(dst, blockText(a))
	})
	return dst
}

// level writes the level in a column of its own.
func (enc *prettyEncoder) level(dst []byte, e *Event) []byte {
	name := e.levelText
	if name == "" {
		name = levelName(e.Level)
	}
	dst = enc.styled(dst, levelColor(e.Level), name)
	for n := width(name); n < len("ERROR"); n++ {
		dst = append(dst, ' ')
	}
	return append(dst, ' ')
}

func levelColor(l slog.Level) string {
	switch {
	case l >= LevelFatal:
		return "1;97;41" // white on red
	case l >= slog.LevelError:
		return "1;31"
	case l >= slog.LevelWarn:
		return "1;33"
	case l >= slog.LevelInfo:
		return "32"
	case l >= slog.LevelDebug:
		return "34"
	}
	return sgrDim
}

// message writes the first line of a message, in bold if somebody should look.
func (enc *prettyEncoder) message(dst []byte, l slog.Level, message string) []byte {
	if l >= slog.LevelWarn {
		return enc.styled(dst, sgrBold, message)
	}
	return encode.AppendSafe(dst, message)
}

func (enc *prettyEncoder) attr(dst []byte, path string, a slog.Attr) []byte {
	dst = enc.start(dst, sgrDim)
	dst = append(encode.AppendTextKey(dst, []byte(path), a.Key), '=')
	dst = enc.end(dst, sgrDim)
	style := ""
	if _, ok := attrError(a); ok {
		style = sgrRed
	}
	dst = enc.start(dst, style)
	if src, ok := textSource(a.Value); ok {
		dst = encode.AppendTextString(dst, src)
	} else {
		dst = encode.AppendTextValue(dst, a.Value)
	}
	return enc.end(dst, style)
}

// traceColor is the colour of a trace: the same for all its records.
func traceColor(sc trace.SpanContext) string {
	id := sc.TraceID()
	return "38;5;" + strconv.Itoa(int(traceColors[int(id[15])%len(traceColors)]))
}

// ids writes the ids whole, under the names that they have in JSON.
func (enc *prettyEncoder) ids(dst []byte, sc trace.SpanContext) []byte {
	color := ""
	if enc.color {
		color = traceColor(sc)
	}
	dst = enc.start(dst, color)
	id := sc.TraceID()
	dst = encode.AppendHex(append(dst, "trace_id="...), id[:])
	if sc.HasSpanID() {
		id := sc.SpanID()
		dst = encode.AppendHex(append(dst, " span_id="...), id[:])
	}
	return enc.end(dst, color)
}

// link writes the column of trace ids: the first digits, as a link to the whole
// trace (OSC 8), or blanks of the same width.
func (enc *prettyEncoder) link(dst []byte, sc trace.SpanContext) []byte {
	if !sc.HasTraceID() {
		for range shortID + 1 {
			dst = append(dst, ' ')
		}
		return dst
	}
	traceID, spanID := sc.TraceID().String(), sc.SpanID().String()
	url := strings.NewReplacer("{trace_id}", traceID, "{span_id}", spanID).Replace(enc.url)
	dst = enc.start(dst, traceColor(sc))
	dst = append(dst, "\x1b]8;;"...)
	dst = append(append(dst, url...), "\x1b\\"...)
	dst = append(dst, traceID[:shortID]...)
	dst = append(dst, "\x1b]8;;\x1b\\"...)
	return append(enc.end(dst, sgrDim), ' ')
}

// isBlock reports whether a value is to be shown as it is, on lines of its own.
func isBlock(a slog.Attr) bool {
	switch a.Value.Kind() {
	case slog.KindString:
		return strings.Contains(a.Value.String(), "\n")
	case slog.KindAny:
		err, ok := attrError(a)
		return ok && (errorStack(err) != "" || strings.Contains(errorMessage(err), "\n"))
	}
	return false
}

// blockText is the text of a value that isBlock.
func blockText(a slog.Attr) string {
	err, ok := attrError(a)
	if !ok {
		return a.Value.String()
	}
	if stack := errorStack(err); stack != "" {
		return stack
	}
	return errorMessage(err)
}

// block writes text line by line behind a bar.
func (enc *prettyEncoder) block(dst []byte, text string) []byte {
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		dst = append(dst, blockIndent...)
		dst = enc.styled(dst, sgrDim, blockBar)
		// A tab moves the cursor, but only to the right.
		dst = encode.AppendSafe(dst, strings.ReplaceAll(strings.TrimSuffix(line, "\r"), "\t", "    "))
		dst = append(dst, '\n')
	}
	return dst
}

// styled writes text, made safe, in a style.
func (enc *prettyEncoder) styled(dst []byte, sgr, text string) []byte {
	dst = encode.AppendSafe(enc.start(dst, sgr), text)
	return enc.end(dst, sgr)
}

func (enc *prettyEncoder) start(dst []byte, sgr string) []byte {
	if !enc.color || sgr == "" {
		return dst
	}
	dst = append(dst, "\x1b["...)
	return append(append(dst, sgr...), 'm')
}

func (enc *prettyEncoder) end(dst []byte, sgr string) []byte {
	if sgr == "" {
		return dst
	}
	return enc.start(dst, sgrReset)
}

// checkTraceURL refuses an address that would not be a link, or would break out
// of one.
func checkTraceURL(s string) error {
	if s == "" {
		return nil
	}
	if !strings.Contains(s, "{trace_id}") {
		return fmt.Errorf("TraceURL %q has no {trace_id}", s)
	}
	if string(encode.AppendSafe(nil, s)) != s || strings.Contains(s, " ") {
		return fmt.Errorf("TraceURL %q has a space or a control character", s)
	}
	u, err := url.Parse(strings.NewReplacer("{", "", "}", "").Replace(s))
	if err != nil || u.Scheme == "" || u.Host == "" {
		return fmt.Errorf("TraceURL %q is not an absolute URL", s)
	}
	return nil
}
