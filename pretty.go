package spanlog

// The format for people: one line for a record, and what does not fit into a line below it
// (prettytext.go). It is the only format with escape sequences of its own. All other text is
// escaped or quoted on its way, and none is written as it is: FuzzPrettySafe.

import (
	"bytes"
	"log/slog"
	"net/url"
	"path"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/encode"
	"github.com/spanlog/spanlog/internal/levelname"
)

// prettyFormat is Pretty. Console sets its fields for the writer at hand.
type prettyFormat struct {
	color bool
	url   string // of a trace; only with colours
}

func (f prettyFormat) encoder(c *formatConfig) (encoder, error) {
	return &prettyEncoder{prettyFormat: f, source: c.source}, nil
}

// prettyEncoder writes
//
//	15:04:05.000 INFO  message                  key=value [trace id span id]
//
// In colour, a bar in the colour of the trace stands before the message, or, if
// there is an address to link to, the first digits of the trace id instead of
// all the ids at the end. What has several lines follows below, indented, so
// that no value can look like a record. All text is escaped as in Text and
// Pattern; the only escape sequences are the encoder's own.
type prettyEncoder struct {
	unprefixed
	prettyFormat
	source bool
}

// What the parts of a line look like.
const (
	prettyTime  = "15:04:05.000"
	prettyAlign = 24 // columns that logger name and message take if something follows
	shortID     = 8  // digits of a trace id that is a link
	blockIndent = "    "
	blockBar    = "│"
	blanks      = "                                " // at least prettyAlign of them
)

// Colours, as the parameters of SGR ("select graphic rendition"). Those of
// sixteen are the reader's own theme, on a dark ground or a light one.
const (
	sgrReset = "0"
	sgrBold  = "1"
	sgrDim   = "2"
	sgrRed   = "31"
	sgrName  = "36"
	sgrFront = "38;5;" // and a colour out of 256
	sgrBack  = "48;5;"
)

// traceColors are those of the 256 colours that are farthest apart while their
// contrast is at least 3:1 on white and on nearly black. The reds and yellows
// are left to the levels.
var traceColors = [...]string{"32", "166", "28", "165", "101", "27", "169", "136", "30", "96", "105", "135"}

func (enc *prettyEncoder) encode(dst []byte, e *Event, _ *prefix) []byte {
	switch {
	case e.timeText != "":
		dst = append(enc.styled(dst, sgrDim, e.timeText), ' ')
	case !e.Time.IsZero():
		dst = enc.start(dst, sgrDim)
		dst = e.Time.AppendFormat(dst, prettyTime)
		dst = append(enc.end(dst), ' ')
	}
	dst, over := enc.level(dst, e)
	dst = enc.marker(dst, e.Span)
	message, more := firstLine(e.Message)
	dst, used := enc.message(dst, e.shownLevel(), safe(e.Logger()), safe(message))
	// The message is padded if something follows, so that attributes begin in one column;
	// a message that is longer has them a space behind it.
	gap := prettyAlign - over - used
	space := func() { // goes before each part that follows
		dst = append(dst, blanks[:max(gap, 0)+1]...)
		gap = 0
	}
	blocks := make([]block, 0, 4)
	if more != "" {
		blocks = append(blocks, block{text: more})
	}
	e.leaves(func(path string, a slog.Attr) {
		if path == "" && isName(a) {
			return
		}
		inline, b := split(a)
		if inline {
			space()
			dst = enc.attr(dst, path, a)
		}
		if b.text != "" {
			b.path, b.key = path, a.Key
			blocks = append(blocks, b)
		}
	})
	if enc.source {
		if src := prettySource(e); src != "" {
			space()
			dst = enc.styled(dst, sgrDim, src)
		}
	}
	if e.Span.HasTraceID() && enc.url == "" {
		space()
		dst = enc.ids(dst, e.Span)
	}
	dst = append(encode.EscapeDEL(bytes.TrimRight(dst, " "), 0), '\n')
	for _, b := range blocks {
		dst = enc.block(dst, e.Span, b)
	}
	return dst
}

// level writes the level in a column of its own, and returns by how much a long
// one is over it.
func (enc *prettyEncoder) level(dst []byte, e *Event) (_ []byte, over int) {
	name := safe(e.levelText)
	if name == "" {
		name = levelname.Of(e.shownLevel())
	}
	dst = enc.styled(dst, levelColor(e.shownLevel()), name)
	over = width(name) - len("ERROR")
	return append(dst, blanks[:max(-over, 0)+1]...), max(over, 0)
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
	}
	return sgrDim
}

// marker shows which lines belong to one trace: a bar of its colour, or a link.
// It is blank where there is no trace.
func (enc *prettyEncoder) marker(dst []byte, sc trace.SpanContext) []byte {
	switch {
	case !enc.color:
		return dst
	case enc.url != "" && sc.HasTraceID():
		return append(enc.link(dst, sc), ' ')
	case enc.url != "":
		return append(dst, blanks[:shortID+1]...)
	case sc.HasTraceID():
		// A blank in colour: no font can lack it, and none is copied.
		dst = append(enc.start(dst, sgrBack, traceColor(sc)), ' ')
		return append(enc.end(dst), ' ')
	}
	return append(dst, "  "...)
}

// traceColor is the same for all records of a trace. The last byte of an id is
// random also where the first ones are a time, or zero.
func traceColor(sc trace.SpanContext) string {
	id := sc.TraceID()
	return traceColors[int(id[15])%len(traceColors)]
}

// link writes the first digits of a trace id, as a hyperlink to the trace (OSC 8).
func (enc *prettyEncoder) link(dst []byte, sc trace.SpanContext) []byte {
	traceID, spanID := sc.TraceID(), sc.SpanID()
	dst = enc.start(dst, sgrFront, traceColor(sc))
	dst = append(dst, "\x1b]8;;"...)
	for rest := enc.url; rest != ""; {
		if after, ok := strings.CutPrefix(rest, "{trace_id}"); ok {
			dst, rest = encode.AppendHex(dst, traceID[:]), after
		} else if after, ok := strings.CutPrefix(rest, "{span_id}"); ok {
			dst, rest = encode.AppendHex(dst, spanID[:]), after
		} else {
			dst, rest = append(dst, rest[0]), rest[1:]
		}
	}
	dst = append(dst, "\x1b\\"...)
	dst = encode.AppendHex(dst, traceID[:shortID/2])
	return enc.end(append(dst, "\x1b]8;;\x1b\\"...))
}

// ids writes the ids whole, so that the line is found by them, with a space
// between, so that a double click takes one. They are half of a line and not what
// one reads: the bar has the colour, and a dimmed one would be hard to read.
func (enc *prettyEncoder) ids(dst []byte, sc trace.SpanContext) []byte {
	traceID, spanID := sc.TraceID(), sc.SpanID()
	dst = enc.start(dst, sgrDim)
	dst = encode.AppendHex(append(dst, '['), traceID[:])
	if sc.HasSpanID() {
		dst = encode.AppendHex(append(dst, ' '), spanID[:])
	}
	return enc.end(append(dst, ']'))
}

// message writes the logger's name and the first line of the message, in bold if
// somebody should look. It returns how many columns they take.
func (enc *prettyEncoder) message(dst []byte, l slog.Level, name, message string) (_ []byte, used int) {
	if name != "" {
		dst = append(enc.styled(dst, sgrName, name), ": "...)
		used = width(name) + len(": ")
	}
	style := ""
	if l >= slog.LevelWarn {
		style = sgrBold
	}
	return enc.styled(dst, style, message), used + width(message)
}

func (enc *prettyEncoder) attr(dst []byte, path string, a slog.Attr) []byte {
	dst = enc.start(dst, sgrDim)
	dst = append(encode.AppendTextKey(dst, []byte(path), a.Key), '=')
	dst = enc.end(dst)
	if err, ok := attrError(a); ok {
		dst = appendQuoted(enc.start(dst, sgrRed), errorMessage(err))
		return enc.end(dst)
	}
	if a.Value.Kind() == slog.KindString {
		return appendQuoted(dst, a.Value.String())
	}
	if src, ok := textSource(a.Value); ok {
		return appendQuoted(dst, src)
	}
	return encode.AppendTextValue(dst, a.Value)
}

// prettySource is the file and line of a record, or what ReplaceAttr left there.
func prettySource(e *Event) string {
	src := e.Source()
	if e.replaced {
		src = nil
		for _, a := range e.builtins {
			if src = valueSource(a.Value); src != nil {
				break
			} else if a.Key == slog.SourceKey {
				return valueText(a.Value)
			}
		}
	}
	if src == nil {
		return ""
	}
	return path.Base(src.File) + ":" + strconv.Itoa(src.Line)
}

// styled writes text, made safe, in a style.
func (enc *prettyEncoder) styled(dst []byte, sgr, text string) []byte {
	if sgr == "" || text == "" {
		return encode.AppendSafe(dst, text)
	}
	return enc.end(encode.AppendSafe(enc.start(dst, sgr), text))
}

// start begins a style that end ends.
func (enc *prettyEncoder) start(dst []byte, sgr ...string) []byte {
	if !enc.color {
		return dst
	}
	dst = append(dst, "\x1b["...)
	for _, s := range sgr {
		dst = append(dst, s...)
	}
	return append(dst, 'm')
}

func (enc *prettyEncoder) end(dst []byte) []byte { return enc.start(dst, sgrReset) }

// checkTraceURL refuses an address that would not be a link, or would break out
// of one: in OSC 8 it is made of printable ASCII.
func checkTraceURL(s string) error {
	if s == "" {
		return nil
	}
	if !strings.Contains(s, "{trace_id}") {
		return badField("TraceURL", "%q has no {trace_id}", s)
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return badField("TraceURL", "%q has a space, a control character or one that is not ASCII: write it as %%20", s)
	}
	u, err := url.Parse(strings.NewReplacer("{", "", "}", "").Replace(s))
	if err != nil || u.Scheme == "" || u.Host == "" {
		return badField("TraceURL", "%q is not an absolute URL", s)
	}
	return nil
}
