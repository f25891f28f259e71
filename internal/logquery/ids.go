package logquery

// Ids as people give them, on the command line or in a search box: copied from a line, from a page,
// from a header. package logline reads many more forms, because loggers write them; here a form that
// could be something else is an error or a text.

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"go.opentelemetry.io/otel/trace"
)

var (
	errTrace = errors.New("want 32 hex digits, 16, or a traceparent")
	errSpan  = errors.New("want 16 hex digits")
)

// ParseTrace parses the id of a trace: 32 hex digits, the 16 of an older tracer, or a
// whole traceparent, whose span is that of the caller and of no interest here.
func ParseTrace(s string) (trace.TraceID, error) {
	digits := strings.ToLower(strings.TrimSpace(s))
	if parts := strings.Split(digits, "-"); len(parts) == 4 && len(parts[0]) == 2 {
		digits = parts[1]
	}
	if len(digits) == 16 {
		digits = strings.Repeat("0", 16) + digits
	}
	id, err := trace.TraceIDFromHex(digits)
	if err != nil {
		return id, fmt.Errorf("trace id %q: %w", s, errTrace)
	}
	return id, nil
}

// ParseSpan parses the id of a span.
func ParseSpan(s string) (trace.SpanID, error) {
	id, err := trace.SpanIDFromHex(strings.ToLower(strings.TrimSpace(s)))
	if err != nil {
		return id, fmt.Errorf("span id %q: %w", s, errSpan)
	}
	return id, nil
}

// traceForm is 32 digits, or a traceparent. The 16 digits that ParseTrace takes as well are those of
// a span where nobody says what they are.
var traceForm = regexp.MustCompile(`(?i)^([0-9a-f]{32}|[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2})$`)

// bareTrace parses a word that can hardly be anything but the id of a trace.
func bareTrace(word string) (id trace.TraceID, ok bool) {
	if !traceForm.MatchString(word) {
		return id, false
	}
	id, err := ParseTrace(word)
	return id, err == nil
}
