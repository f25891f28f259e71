package spanlog

// Text of several lines in Pretty: a stack, a query, a message with a newline. It stands
// below its record, indented and behind a bar, where it can be read and cannot be taken for
// another record.

import (
	"log/slog"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/encode"
)

// appendQuoted appends s, where it needs quotes in such that nothing in it has to
// be escaped: Go's errors are full of double quotes.
func appendQuoted(dst []byte, s string) []byte {
	if !encode.NeedsQuotes(s) {
		return append(dst, s...)
	}
	quote := byte('"')
	if strings.ContainsAny(s, `"\`) {
		quote = '`'
	}
	if strings.IndexByte(s, quote) >= 0 || !isSafe(s) {
		return strconv.AppendQuote(dst, s)
	}
	return append(append(append(dst, quote), s...), quote)
}

// isSafe reports whether s comes out of escaping unchanged.
func isSafe(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !encode.IsSafe(r) })
}

// safe is s, escaped: a text whose width is what the terminal will show.
func safe(s string) string {
	if isSafe(s) {
		return s
	}
	return string(encode.AppendSafe(nil, s))
}

// A block is text of several lines, which stands below the record's own.
type block struct {
	path, key string // "": the rest of the message
	style     string
	text      string
}

// split says whether an attribute stands on the record's line, and what of it
// below. An error with a stack does both.
func split(a slog.Attr) (inline bool, below block) {
	text, style := "", ""
	switch v := a.Value; v.Kind() {
	case slog.KindString:
		text = v.String()
	case slog.KindAny:
		switch v := v.Any().(type) {
		case []byte: // such as a stack from runtime/debug
			text = string(v)
		case error:
			text, style = errorMessage(v), sgrRed
			if stack := errorStack(v); stack != "" {
				if !isLine(text) {
					return false, block{text: stack}
				}
				return true, block{text: trimLines(strings.TrimPrefix(stack, text+"\n"))}
			}
		}
	}
	if isLine(text) {
		return true, block{}
	}
	return false, block{text: text, style: style}
}

// isLine reports whether text can do without a block. A newline at its end makes
// no second line.
func isLine(text string) bool { return !strings.Contains(trimLines(text), "\n") }

func trimLines(text string) string { return strings.TrimRight(text, "\r\n") }

// firstLine divides a message.
func firstLine(s string) (first, more string) {
	first, more, _ = strings.Cut(trimLines(s), "\n")
	return trimLines(first), more
}

// block writes text line by line behind a bar.
func (enc *prettyEncoder) block(dst []byte, sc trace.SpanContext, b block) []byte {
	if b.key != "" || b.path != "" {
		dst = append(dst, blockIndent...)
		dst = append(enc.styled(dst, sgrDim, b.path+b.key+":"), '\n')
	}
	for line := range strings.SplitSeq(trimLines(b.text), "\n") {
		dst = append(dst, blockIndent...)
		if sc.HasTraceID() {
			dst = enc.start(dst, sgrFront, traceColor(sc))
		} else {
			dst = enc.start(dst, sgrDim)
		}
		dst = enc.end(append(dst, blockBar...))
		if line = strings.TrimSuffix(line, "\r"); line != "" {
			// A tab moves the cursor, but only to the right.
			line = strings.ReplaceAll(line, "\t", "    ")
			dst = enc.styled(append(dst, ' '), b.style, line)
		}
		dst = append(dst, '\n')
	}
	return dst
}
