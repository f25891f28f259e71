package spanlog

import (
	"log/slog"
	"strings"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/encode"
)

type jsonFormat struct{}

func (jsonFormat) encoder(c *formatConfig) (encoder, error) {
	enc := &jsonEncoder{schemaFields: newSchemaFields(c, jsonKey)}
	for i := range enc.between {
		level := encode.AppendJSONString([]byte(","+enc.level), enc.schema.levelText(levelAt(i)))
		enc.between[i] = string(level) + "," + enc.message
	}
	enc.makeTraceForm()
	return enc, nil
}

// jsonKey is a key with its quotes and colon.
func jsonKey(key string) string {
	return string(append(encode.AppendJSONString(nil, key), ':'))
}

// jsonEncoder writes [slog.JSONHandler]'s form.
type jsonEncoder struct {
	schemaFields
	// between is what stands between the time and the message if there is no
	// source, for the levels that have names.
	between [namedLevels]string
	// traceForm is the trace fields with commas before them and zeros for digits,
	// if digits are all there is to fill in, and traceDigits where they begin.
	traceForm   string
	traceDigits [maxTraceFields]int
}

func (enc *jsonEncoder) makeTraceForm() {
	form := ""
	for i := range enc.trace.fields {
		width := enc.trace.fields[i].hexWidth()
		if width == 0 {
			return
		}
		form += "," + enc.traceKeys[i] + `"`
		enc.traceDigits[i] = len(form)
		form += strings.Repeat("0", width) + `"`
	}
	enc.traceForm = form
}

// appendTraceForm appends the trace fields for a span that has all of them.
func (enc *jsonEncoder) appendTraceForm(dst []byte, sc *trace.SpanContext) []byte {
	n := len(dst)
	dst = append(dst, enc.traceForm...)
	for i := range enc.trace.fields {
		enc.trace.fields[i].putHex(dst[n+enc.traceDigits[i]:], sc)
	}
	return dst
}

func (enc *jsonEncoder) encode(dst []byte, e *Event, p *prefix) []byte {
	dst = append(dst, '{')
	if e.replaced {
		for _, a := range e.builtins {
			a = enc.schema.builtin(a)
			dst = enc.attr(dst, &a)
		}
	} else {
		dst = enc.builtins(dst, e)
	}
	switch {
	case !e.spanned:
	case enc.traceForm != "" && e.Span.HasSpanID() && !e.replaced:
		dst = enc.appendTraceForm(dst, &e.Span)
	default:
		for i := range enc.traceKeys {
			f := &enc.trace.fields[i]
			if !f.in(e.Span) {
				continue
			}
			dst = append(jsonComma(dst), enc.traceKeys[i]...)
			if f.bare {
				dst = f.append(dst, e.Span)
				continue
			}
			dst = f.append(append(dst, '"'), e.Span)
			dst = append(dst, '"')
		}
	}
	dst = enc.members(dst, enc.schema.errorForm(e.root))
	if len(p.attrs) > 0 {
		dst = append(jsonComma(dst), p.attrs...)
	}
	depth := p.depth
	if len(e.attrs) > 0 {
		if len(p.pending) > 0 {
			dst = append(jsonComma(dst), p.pending...)
			depth += p.npending
		}
		dst = enc.members(dst, enc.within(p, e.attrs))
	}
	for range depth {
		dst = append(dst, '}')
	}
	return append(dst, '}', '\n')
}

// builtins writes slog's own fields, in slog's order.
func (enc *jsonEncoder) builtins(dst []byte, e *Event) []byte {
	if !e.Time.IsZero() {
		dst = append(dst, enc.time...)
		dst = encode.AppendJSONClock(dst, e.Time)
		if i, ok := levelIndex(e.Level); ok && !enc.source {
			dst = append(dst, enc.between[i]...)
			return encode.AppendJSONString(dst, e.Message)
		}
		dst = append(dst, ',')
	}
	dst = append(dst, enc.level...)
	dst = encode.AppendJSONString(dst, enc.schema.levelText(e.Level))
	if enc.source {
		if a := enc.schema.sourceAttr(e.Source()); a.Key != "" {
			dst = enc.attr(dst, &a)
		}
	}
	dst = append(dst, ',')
	dst = append(dst, enc.message...)
	return encode.AppendJSONString(dst, e.Message)
}

// attr writes an attribute that is resolved and not empty.
func (enc *jsonEncoder) attr(dst []byte, a *slog.Attr) []byte {
	kind := a.Value.Kind()
	if kind == slog.KindGroup || kind == slog.KindAny || kind == slog.KindLogValuer {
		members, isGroup := jsonGroup(a.Value, kind)
		switch {
		case isGroup && len(members) == 0: // a source without fields
			return dst
		case isGroup && a.Key == "": // inlined
			return enc.members(dst, members)
		case isGroup:
			dst = append(encode.AppendJSONKey(dst, a.Key), '{')
			return append(enc.members(dst, members), '}')
		}
	}
	return encode.AppendJSONValue(encode.AppendJSONKey(dst, a.Key), a.Value, kind)
}

func (enc *jsonEncoder) members(dst []byte, attrs []slog.Attr) []byte {
	for i := range attrs {
		dst = enc.attr(dst, &attrs[i])
	}
	return dst
}

func (enc *jsonEncoder) begin(fields []slog.Attr) prefix { return enc.withAttrs(prefix{}, fields) }

func (enc *jsonEncoder) withAttrs(p prefix, attrs []slog.Attr) prefix {
	if len(attrs) == 0 {
		return p
	}
	buf := clone(p.attrs)
	if len(p.pending) > 0 {
		buf = append(jsonComma(buf), p.pending...)
	}
	buf = enc.members(buf, enc.within(&p, attrs))
	return prefix{attrs: buf, depth: p.depth + p.npending}
}

func (enc *jsonEncoder) withGroup(p prefix, name string) prefix {
	p.pending = clone(p.pending)
	p.pending = append(encode.AppendJSONKey(p.pending, name), '{')
	p.npending++
	return p
}

// jsonComma appends the comma before a key, unless the key is the first of its
// object. An opening brace can be the last byte only there: no encoded value
// ends in one.
func jsonComma(dst []byte) []byte {
	if n := len(dst); n > 0 && dst[n-1] != '{' {
		return append(dst, ',')
	}
	return dst
}

// jsonGroup returns the members of what is a group in JSON: a group, and a
// source.
func jsonGroup(v slog.Value, kind slog.Kind) ([]slog.Attr, bool) {
	switch kind {
	case slog.KindGroup:
		return v.Group(), true
	case slog.KindAny:
		if src, ok := v.Any().(*slog.Source); ok {
			return sourceAttrs(src), true
		}
	case slog.KindLogValuer:
		if src, ok := v.LogValuer().(replacedSource); ok {
			return src.fields, true
		}
	}
	return nil, false
}

// sourceAttrs are the fields of a source that are known.
func sourceAttrs(src *slog.Source) []slog.Attr {
	attrs := make([]slog.Attr, 0, 3)
	if src.Function != "" {
		attrs = append(attrs, slog.String("function", src.Function))
	}
	if src.File != "" {
		attrs = append(attrs, slog.String("file", src.File))
	}
	if src.Line != 0 {
		attrs = append(attrs, slog.Int("line", src.Line))
	}
	return attrs
}
