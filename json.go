package spanlog

// A line of JSON, from left to right:
//
//	{ time, level, source, message    builtins: most of it in one piece, the clock's
//	  trace fields                    traceform.go
//	  the context's attributes        Event.root
//	  With's, and open groups         prefix.attrs, encoded when With was called
//	  groups without attributes yet   prefix.pending, if there is one now
//	  the record's own                finish, or stream.go while it is read
//	} … }
//
// The bytes are slog.JSONHandler's but for the trace fields: FuzzDifferential compares.

import (
	"log/slog"

	"github.com/spanlog/spanlog/internal/encode"
)

type jsonFormat struct{}

func (jsonFormat) encoder(c *formatConfig) (encoder, error) {
	enc := &jsonEncoder{schemaFields: newSchemaFields(c, jsonKey)}
	enc.clock = encode.NewClock("{"+enc.time, `"`, enc.afterTime(",", encode.AppendJSONString)...)
	enc.form = newTraceForm(c.trace.fields, func(i int) (before, after string) { return "," + enc.traceKeys[i] + `"`, `"` })
	return enc, nil
}

// jsonKey is a key with its quotes and colon.
func jsonKey(key string) string {
	return string(append(encode.AppendJSONString(nil, key), ':'))
}

// jsonEncoder writes [slog.JSONHandler]'s form.
type jsonEncoder struct {
	schemaFields
	// clock writes the brace, the time, and what stands between that and the message,
	// for each level that has a name, if there is no source; else only the comma.
	clock   *encode.Clock
	sources sourceCache
	form    traceForm
}

func (enc *jsonEncoder) encode(dst []byte, e *Event, p *prefix) []byte {
	return enc.finish(enc.open(dst, e, p), e, p)
}

// open begins a line with all that stands before the record's own attributes.
func (enc *jsonEncoder) open(dst []byte, e *Event, p *prefix) []byte {
	if e.replaced {
		dst = append(dst, '{')
		for _, a := range e.builtins {
			a = enc.schema.builtin(a)
			dst = enc.attr(dst, &a, a.Value.Kind())
		}
	} else {
		dst = enc.builtins(dst, e)
	}
	switch {
	case !e.spanned:
	case enc.form.fits(&e.Span) && !e.replaced:
		dst = enc.form.append(dst, &e.Span)
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
	if len(e.root) > 0 {
		dst = enc.members(dst, enc.schema.errorForm(e.root))
	}
	if len(p.attrs) > 0 {
		dst = append(jsonComma(dst), p.attrs...)
	}
	return dst
}

// finish writes the record's own attributes, and ends the line.
func (enc *jsonEncoder) finish(dst []byte, e *Event, p *prefix) []byte {
	own := len(e.attrs) > 0
	if own {
		dst = enc.members(enc.openGroups(dst, p), enc.within(p, e.attrs))
	}
	return enc.close(dst, p, own)
}

// openGroups opens the groups that no attribute was in so far.
func (enc *jsonEncoder) openGroups(dst []byte, p *prefix) []byte {
	if len(p.pending) == 0 {
		return dst
	}
	return append(jsonComma(dst), p.pending...)
}

// close ends the line. Own is set if the record has attributes of its own.
func (enc *jsonEncoder) close(dst []byte, p *prefix, own bool) []byte {
	depth := p.depth
	if own {
		depth += p.npending
	}
	for range depth {
		dst = append(dst, '}')
	}
	return append(dst, '}', '\n')
}

// builtins writes the opening brace and slog's own fields, in slog's order.
func (enc *jsonEncoder) builtins(dst []byte, e *Event) []byte {
	if !e.Time.IsZero() {
		if i, ok := levelIndex(e.Level); ok && !enc.source {
			return encode.AppendJSONString(enc.clock.AppendJSON(dst, e.Time, i), e.Message)
		}
		dst = enc.clock.AppendJSON(dst, e.Time, otherLevel)
	} else {
		dst = append(dst, '{')
	}
	dst = append(dst, enc.level...)
	dst = encode.AppendJSONString(dst, enc.schema.levelText(e.Level))
	if enc.source {
		dst = append(dst, enc.sources.text(e.PC, enc.sourceText)...)
	}
	dst = append(dst, ',')
	dst = append(dst, enc.message...)
	return encode.AppendJSONString(dst, e.Message)
}

// sourceText is the source as it is written behind the level. It is written behind a
// byte that has the key begin with a comma, and is cut off again.
func (enc *jsonEncoder) sourceText(pc uintptr) []byte {
	text := []byte{'"'}
	if a := enc.schema.sourceAttr(sourceOf(pc)); a.Key != "" {
		text = enc.attr(text, &a, a.Value.Kind())
	}
	return text[1:]
}

// attr writes an attribute that is resolved and not empty, and of a kind that its
// caller has asked for anyway.
func (enc *jsonEncoder) attr(dst []byte, a *slog.Attr, kind slog.Kind) []byte {
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
		a := &attrs[i]
		dst = enc.attr(dst, a, a.Value.Kind())
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
