package spanlog

// A line of key=value, in the same order as a line of JSON (json.go). Where JSON opens and
// closes groups, Text has their names before each key: the path. The functions that begin
// with text write a part of a line each; Pattern's %(trace)s and %(attrs)s use them in the
// middle of a line of another kind, which is what start is for.

import (
	"log/slog"
	"strconv"

	"github.com/spanlog/spanlog/internal/encode"
)

type textFormat struct{}

func (textFormat) encoder(c *formatConfig) (encoder, error) {
	enc := &textEncoder{schemaFields: newSchemaFields(c, textKey)}
	enc.clock = encode.NewClock(enc.time, "", enc.afterTime(" ", encode.AppendTextString)...)
	enc.form = newTraceForm(c.trace.fields, func(i int) (before, after string) { return " " + enc.traceKeys[i], "" })
	return enc, nil
}

// textKey is a key with its equals sign.
func textKey(key string) string {
	return string(append(encode.AppendTextString(nil, key), '='))
}

// textEncoder writes [slog.TextHandler]'s form.
type textEncoder struct {
	schemaFields
	// clock writes the time, and what stands between that and the message, for each
	// level that has a name, if there is no source; else only the space.
	clock   *encode.Clock
	sources sourceCache
	form    traceForm
}

func (enc *textEncoder) encode(dst []byte, e *Event, p *prefix) []byte {
	return enc.finish(enc.open(dst, e, p), e, p)
}

// open begins a line with all that stands before the record's own attributes.
func (enc *textEncoder) open(dst []byte, e *Event, p *prefix) []byte {
	e.path = e.path[:0]
	if e.replaced {
		for _, a := range e.builtins {
			dst = textAttr(dst, 0, &e.path, enc.schema.builtin(a))
		}
	} else {
		dst = enc.builtins(dst, e)
	}
	if e.spanned {
		dst = enc.traceFields(dst, 0, e)
	}
	return textBefore(dst, 0, e, p, enc.schema.errorForm(e.root))
}

// finish writes the record's own attributes, and ends the line.
func (enc *textEncoder) finish(dst []byte, e *Event, p *prefix) []byte {
	return append(textOwn(dst, 0, e, p, enc.within(p, e.attrs)), '\n')
}

// builtins writes slog's own fields, in slog's order.
func (enc *textEncoder) builtins(dst []byte, e *Event) []byte {
	if !e.Time.IsZero() {
		if i, ok := levelIndex(e.Level); ok && !enc.source {
			return encode.AppendTextString(enc.clock.AppendText(dst, e.Time, i), e.Message)
		}
		dst = enc.clock.AppendText(dst, e.Time, otherLevel)
	}
	dst = append(dst, enc.level...)
	dst = encode.AppendTextString(dst, enc.schema.levelText(e.Level))
	if enc.source {
		dst = append(dst, enc.sources.text(e.PC, enc.sourceText)...)
	}
	dst = append(dst, ' ')
	dst = append(dst, enc.message...)
	return encode.AppendTextString(dst, e.Message)
}

// sourceText is the source as it is written behind the level.
func (enc *textEncoder) sourceText(pc uintptr) []byte {
	text := []byte{'x'}
	if a := enc.schema.sourceAttr(sourceOf(pc)); a.Key != "" {
		text = textAttr(text, 0, new([]byte), a)
	}
	return text[1:]
}

func (enc *textEncoder) traceFields(dst []byte, start int, e *Event) []byte {
	if len(dst) > start && enc.form.fits(&e.Span) {
		return enc.form.append(dst, &e.Span)
	}
	for i := range enc.traceKeys {
		if f := &enc.trace.fields[i]; f.in(e.Span) {
			dst = append(textSpace(dst, start), enc.traceKeys[i]...)
			dst = f.append(dst, e.Span)
		}
	}
	return dst
}

func (enc *textEncoder) begin(fields []slog.Attr) prefix { return textWithAttrs(prefix{}, fields) }

func (enc *textEncoder) withAttrs(p prefix, attrs []slog.Attr) prefix {
	return textWithAttrs(p, enc.within(&p, attrs))
}

func (enc *textEncoder) withGroup(p prefix, name string) prefix {
	return textWithGroup(p, name)
}

// textBefore writes what stands before an event's own attributes: root, those of its
// context, and those that With added. What is written began at dst[start].
func textBefore(dst []byte, start int, e *Event, p *prefix, root []slog.Attr) []byte {
	e.path = e.path[:0]
	for _, a := range root {
		dst = textAttr(dst, start, &e.path, a)
	}
	if len(p.attrs) > 0 {
		dst = append(textSpace(dst, start), p.attrs...)
	}
	return dst
}

// textOwn writes an event's own attributes.
func textOwn(dst []byte, start int, e *Event, p *prefix, attrs []slog.Attr) []byte {
	e.path = append(e.path[:0], p.pending...)
	for _, a := range attrs {
		dst = textAttr(dst, start, &e.path, a)
	}
	return dst
}

// textAttr writes an attribute that is resolved and not empty. The path names
// the groups around it, each with a dot behind it; it comes back as it was, in
// what may be a larger array.
func textAttr(dst []byte, start int, path *[]byte, a slog.Attr) []byte {
	if a.Value.Kind() == slog.KindGroup {
		outer := len(*path)
		if a.Key != "" {
			*path = append(append(*path, a.Key...), '.')
		}
		for _, m := range a.Value.Group() {
			dst = textAttr(dst, start, path, m)
		}
		*path = (*path)[:outer]
		return dst
	}
	dst = append(encode.AppendTextKey(textSpace(dst, start), *path, a.Key), '=')
	if src, ok := textSource(a.Value); ok {
		return encode.AppendTextString(dst, src)
	}
	return encode.AppendTextValue(dst, a.Value)
}

// textSource is the text form of a source.
func textSource(v slog.Value) (string, bool) {
	src := valueSource(v)
	if src == nil {
		return "", false
	}
	return src.File + ":" + strconv.Itoa(src.Line), true
}

// valueSource returns the source that v is, or nil.
func valueSource(v slog.Value) *slog.Source {
	switch v.Kind() {
	case slog.KindAny:
		src, _ := v.Any().(*slog.Source)
		return src
	case slog.KindLogValuer:
		if src, ok := v.LogValuer().(replacedSource); ok {
			return src.source
		}
	}
	return nil
}

func textWithAttrs(p prefix, attrs []slog.Attr) prefix {
	if len(attrs) == 0 {
		return p
	}
	buf, path := clone(p.attrs), clone(p.pending)
	for _, a := range attrs {
		buf = textAttr(buf, 0, &path, a)
	}
	p.attrs = buf
	return p
}

func textWithGroup(p prefix, name string) prefix {
	p.pending = append(append(clone(p.pending), name...), '.')
	return p
}

// textSpace appends the space before a key, unless the line begins with it.
func textSpace(dst []byte, start int) []byte {
	if len(dst) > start {
		return append(dst, ' ')
	}
	return dst
}
