package spanlog

import (
	"strings"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/encode"
)

// A traceForm is the trace fields as a format writes them, with zeros for digits: it is
// copied, and the digits are put in. There is none for fields that are more than digits.
type traceForm struct {
	text                   string
	traceID, spanID, flags int // where the digits begin; -1: there is no such field
}

// newTraceForm makes the form. Around gives what stands before and after the digits of
// the i-th field.
func newTraceForm(fields []traceField, around func(i int) (before, after string)) (f traceForm) {
	f.traceID, f.spanID, f.flags = -1, -1, -1
	for i, field := range fields {
		before, after := around(i)
		f.text += before
		at, width := len(f.text), 2
		switch {
		case field.part == partTraceID && field.form == idHex:
			f.traceID, width = at, 2*len(trace.TraceID{})
		case field.part == partSpanID && field.form == idHex:
			f.spanID, width = at, 2*len(trace.SpanID{})
		case field.part == partFlags:
			f.flags = at
		default:
			return traceForm{}
		}
		f.text += strings.Repeat("0", width) + after
	}
	return f
}

// fits reports whether sc has all the fields of the form. Without a span id there is one
// field less, and they are written one by one.
func (f *traceForm) fits(sc *trace.SpanContext) bool { return f.text != "" && sc.HasSpanID() }

func (f *traceForm) append(dst []byte, sc *trace.SpanContext) []byte {
	n := len(dst)
	dst = append(dst, f.text...)
	f.putDigits(dst[n:], sc)
	return dst
}

// putDigits writes the digits to b, which is as long as the form's text.
func (f *traceForm) putDigits(b []byte, sc *trace.SpanContext) {
	if f.traceID >= 0 {
		id := sc.TraceID()
		encode.PutHex16((*[32]byte)(b[f.traceID:]), (*[16]byte)(&id))
	}
	if f.spanID >= 0 {
		id := sc.SpanID()
		encode.PutHex8((*[16]byte)(b[f.spanID:]), (*[8]byte)(&id))
	}
	if f.flags >= 0 {
		encode.PutHex1((*[2]byte)(b[f.flags:]), byte(sc.TraceFlags()))
	}
}
