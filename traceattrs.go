package spanlog

// What a schema makes of a span context: the fields, their order and their names. Formats
// write them one by one, or as a form with places for digits (traceform.go); handlers of
// somebody else's get them as attributes. Attributes of the program's with these names have
// to give way: rewriter.rewriteRoot.

import (
	"encoding/binary"
	"log/slog"
	"strconv"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/encode"
)

// A traceField is one field that a schema makes of a span context.
type traceField struct {
	key     string // its name
	renamed string // the name of an attribute that would collide with it: "attr." before key
	part    tracePart
	form    idForm
	bare    bool   // a bool in JSON, not a string
	text    string // idProject: what stands before the id; partLink: the value
}

type tracePart uint8

const (
	partTraceID tracePart = iota
	partSpanID
	partFlags
	partSampled
	partLink
)

// traceFields are a schema's, in the order in which they are written. They are
// made once and never changed.
type traceFields struct {
	fields []traceField
	keys   encode.Keys // theirs
	// digits are the fields' values one after the other, if they are no more than
	// digits, and ends where each of them ends.
	digits traceForm
	ends   [maxTraceFields]int
}

// maxTraceFields is how many fields a schema makes of a span context at most.
const maxTraceFields = 4

func newTraceFields(s Schema) traceFields {
	var t traceFields
	add := func(f traceField) {
		f.renamed = "attr." + f.key
		t.fields = append(t.fields, f)
		t.keys.Add(f.key)
	}
	add(traceField{key: s.TraceIDKey, part: partTraceID, form: s.traceForm, text: "projects/" + s.project + "/traces/"})
	add(traceField{key: s.SpanIDKey, part: partSpanID, form: s.spanForm})
	switch s.flags {
	case flagsHex:
		add(traceField{key: s.TraceFlagsKey, part: partFlags})
	case flagsSampled:
		add(traceField{key: s.TraceFlagsKey, part: partSampled, bare: true})
	}
	if s.linkKey != "" {
		add(traceField{key: s.linkKey, part: partLink, text: s.linkVal})
	}
	t.digits = newTraceForm(t.fields, func(int) (before, after string) { return "", "" })
	for i := range t.fields {
		t.ends[i] = len(newTraceForm(t.fields[:i+1], func(int) (before, after string) { return "", "" }).text)
	}
	return t
}

// index returns the place of the field named key, or -1.
func (t *traceFields) index(key string) int { return t.keys.Index(key) }

// in reports whether the field exists for sc: a span id may be missing where a
// caller sent only a trace id.
func (f *traceField) in(sc trace.SpanContext) bool {
	return f.part != partSpanID || sc.HasSpanID()
}

// append appends the field's value for sc as plain text. No value has a
// character that a format would have to escape.
func (f *traceField) append(dst []byte, sc trace.SpanContext) []byte {
	switch f.part {
	case partTraceID:
		id := sc.TraceID()
		switch f.form {
		case idDecimal:
			return strconv.AppendUint(dst, binary.BigEndian.Uint64(id[8:]), 10)
		case idXRay:
			dst = encode.AppendHex(append(dst, "1-"...), id[:4])
			return encode.AppendHex(append(dst, '-'), id[4:])
		case idProject:
			dst = append(dst, f.text...)
		}
		return encode.AppendHex(dst, id[:])
	case partSpanID:
		id := sc.SpanID()
		if f.form == idDecimal {
			return strconv.AppendUint(dst, binary.BigEndian.Uint64(id[:]), 10)
		}
		return encode.AppendHex(dst, id[:])
	case partFlags:
		return encode.AppendHex(dst, []byte{byte(sc.TraceFlags())})
	case partSampled:
		return strconv.AppendBool(dst, sc.IsSampled())
	default:
		return append(dst, f.text...)
	}
}

// is reports whether v says the same as the field does for sc.
func (f *traceField) is(v slog.Value, sc trace.SpanContext) bool {
	var buf [128]byte
	return string(f.append(buf[:0], sc)) == valueText(v)
}

// appendAttrs appends the fields for sc as attributes. All their values share
// one string, which is the only allocation.
func (t *traceFields) appendAttrs(dst []slog.Attr, sc *trace.SpanContext) []slog.Attr {
	var buf [64]byte // is enough for digits
	text, end := buf[:0], t.ends
	if t.digits.fits(sc) {
		text = buf[:len(t.digits.text)]
		t.digits.putDigits(text, sc)
	} else {
		for i := range t.fields {
			if f := &t.fields[i]; f.in(*sc) && !f.bare {
				text = f.append(text, *sc)
			}
			end[i] = len(text)
		}
	}
	all, start := string(text), 0
	for i := range t.fields {
		f := &t.fields[i]
		switch {
		case !f.in(*sc):
		case f.bare:
			dst = append(dst, slog.Bool(f.key, sc.IsSampled()))
		default:
			dst = append(dst, slog.String(f.key, all[start:end[i]]))
		}
		start = end[i]
	}
	return dst
}
