package spanlog

// The format whose layout is Python's. Package pylayout has the language: what a layout
// means, and how Python formats a number or a time. Here is what the fields are of a record.
// pattern_test.go compares with Python's own logging, where there is a Python.

import (
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/spanlog/spanlog/internal/encode"
	"github.com/spanlog/spanlog/internal/pylayout"
)

// Pattern is a format in the layout language of Python's logging, so that a
// service in Go and one in Python can write the same lines. A bad layout is an
// error of [New] that tells where. For example,
//
//	spanlog.Pattern("[%(levelname)s] %(asctime)s - %(message)s")
//
// writes
//
//	[INFO] 2026-11-22 11:57:00,123 - order placed
//
// The fields are Python's asctime, created, filename, funcName, levelname,
// levelno, lineno, message, module, msecs, name (the attribute [NameKey], else
// "root"), pathname, process, processName and relativeCreated, and those that
// opentelemetry-python adds: otelTraceID, otelSpanID, otelTraceSampled and
// otelServiceName. Flags, widths and precisions are Python's, as in
// %(levelname)-8s and %(msecs)03d. Level names are Python's too: WARNING,
// CRITICAL for [LevelFatal], and TRACE.
//
// Two fields are spanlog's own: %(trace)s is the trace fields and %(attrs)s the
// attributes, both as in [Text]. If one is empty, the space before it is left
// out too:
//
//	[%(levelname)s] %(asctime)s - %(message)s %(trace)s %(attrs)s
//
// The line is Python's for printable text. What could forge a line or drive a
// terminal is escaped, as in \n and \x1b; Python would write it as it is.
func Pattern(layout string) Formatter { return patternFormat{layout} }

type patternFormat struct{ layout string }

func (f patternFormat) encoder(c *formatConfig) (encoder, error) {
	ops, err := pylayout.Parse(f.layout)
	if err != nil {
		return nil, err
	}
	enc := &patternEncoder{ops: ops, pid: int64(os.Getpid()), service: c.service.Name}
	enc.text.schemaFields = newSchemaFields(c, textKey)
	for _, op := range ops {
		switch op.Field {
		case pylayout.FieldName:
			enc.hasName = true
		case pylayout.FieldFilename, pylayout.FieldPathname, pylayout.FieldLineNo, pylayout.FieldFuncName, pylayout.FieldModule:
			enc.hasSource = true
		}
	}
	return enc, nil
}

// started is when the program began to log, as near as a library can tell.
var started = time.Now()

// patternEncoder writes a layout, step by step.
type patternEncoder struct {
	ops       []pylayout.Op
	pid       int64
	service   string
	hasName   bool        // %(name)s is there, so that %(attrs)s need not repeat it
	hasSource bool        // a field of the source is there
	text      textEncoder // for %(trace)s
}

func (enc *patternEncoder) begin([]slog.Attr) prefix { return prefix{} }

func (enc *patternEncoder) withAttrs(p prefix, attrs []slog.Attr) prefix {
	return textWithAttrs(p, enc.within(&p, attrs))
}

// within returns attributes as they are to be written after p.
func (enc *patternEncoder) within(p *prefix, attrs []slog.Attr) []slog.Attr {
	if !p.atRoot() {
		return attrs
	}
	return enc.unnamed(attrs)
}

// unnamed returns attributes at the root without the logger's name, if that has
// a place of its own. Mostly that is attrs itself.
func (enc *patternEncoder) unnamed(attrs []slog.Attr) []slog.Attr {
	if !enc.hasName || !slices.ContainsFunc(attrs, isName) {
		return attrs
	}
	return slices.DeleteFunc(slices.Clone(attrs), isName)
}

func (enc *patternEncoder) withGroup(p prefix, name string) prefix { return textWithGroup(p, name) }

func (enc *patternEncoder) encode(dst []byte, e *Event, p *prefix) []byte {
	var src slog.Source
	if enc.hasSource {
		if s := e.Source(); s != nil {
			src = *s
		}
	}
	// An empty %(trace)s or %(attrs)s takes the space before it along; at the beginning of
	// the line, the one behind it.
	line := len(dst)
	skip := false // the space that the next literal begins with
	for i := range enc.ops {
		op := &enc.ops[i]
		if op.Field == pylayout.FieldNone {
			text := op.Literal
			if skip && text[0] == ' ' {
				text = text[1:]
			}
			dst, skip = append(dst, text...), false
			continue
		}
		start := len(dst)
		dst = enc.field(dst, op, e, p, &src)
		if len(dst) == start && (op.Field == pylayout.FieldTrace || op.Field == pylayout.FieldAttrs) {
			if start == line {
				skip = true
			} else if enc.ops[i-1].Field == pylayout.FieldNone && dst[start-1] == ' ' {
				dst = dst[:start-1]
			}
		}
	}
	return append(dst, '\n')
}

// field appends one field, formatted.
func (enc *patternEncoder) field(dst []byte, op *pylayout.Op, e *Event, p *prefix, src *slog.Source) []byte {
	start, spec := len(dst), op.Spec
	switch op.Field {
	case pylayout.FieldLevelNo:
		return spec.AppendInt(dst, int64(pylayout.LevelNo(e.shownLevel())))
	case pylayout.FieldLineNo:
		return spec.AppendInt(dst, int64(src.Line))
	case pylayout.FieldProcess:
		return spec.AppendInt(dst, enc.pid)
	case pylayout.FieldCreated:
		return spec.AppendFloat(dst, pylayout.Created(e.Time))
	case pylayout.FieldMsecs:
		return spec.AppendFloat(dst, pylayout.Msecs(e.Time))
	case pylayout.FieldRelativeCreated:
		return spec.AppendFloat(dst, pylayout.RelativeCreated(e.Time, started))
	case pylayout.FieldTraceSampled:
		return spec.AppendBool(dst, e.Span.IsSampled())
	case pylayout.FieldAsctime:
		if e.timeText != "" {
			dst = appendText(dst, spec, e.timeText)
		} else if !e.Time.IsZero() {
			dst = pylayout.AppendAsctime(dst, e.Time)
		}
	case pylayout.FieldLevelName:
		if e.levelText != "" {
			dst = appendText(dst, spec, e.levelText)
		} else {
			dst = pylayout.AppendLevelName(dst, e.shownLevel())
		}
	case pylayout.FieldName:
		name := e.Logger()
		if name == "" {
			name = "root"
		}
		dst = appendText(dst, spec, name)
	case pylayout.FieldMessage:
		dst = appendText(dst, spec, e.Message)
	case pylayout.FieldFilename:
		dst = appendText(dst, spec, pylayout.Filename(src.File))
	case pylayout.FieldPathname:
		dst = appendText(dst, spec, src.File)
	case pylayout.FieldModule:
		dst = appendText(dst, spec, pylayout.Module(src.File))
	case pylayout.FieldFuncName:
		dst = pylayout.AppendFuncName(dst, src.Function)
	case pylayout.FieldProcessName:
		dst = append(dst, "MainProcess"...) // what Python calls a process that it did not fork
	case pylayout.FieldTraceID:
		if id := e.Span.TraceID(); id.IsValid() {
			dst = encode.AppendHex(dst, id[:])
		} else {
			dst = append(dst, '0')
		}
	case pylayout.FieldSpanID:
		if id := e.Span.SpanID(); id.IsValid() {
			dst = encode.AppendHex(dst, id[:])
		} else {
			dst = append(dst, '0')
		}
	case pylayout.FieldServiceName:
		dst = appendText(dst, spec, enc.service)
	case pylayout.FieldTrace:
		if e.spanned {
			dst = enc.text.traceFields(dst, start, e)
		}
	case pylayout.FieldAttrs:
		dst = textBefore(dst, start, e, p, enc.unnamed(e.root))
		dst = textOwn(dst, start, e, p, enc.within(p, e.attrs))
		dst = encode.EscapeDEL(dst, start)
	}
	return spec.Pad(dst, start)
}

// appendText appends text, made safe unless the spec quotes it anyway.
func appendText(dst []byte, spec pylayout.Spec, text string) []byte {
	if spec.Quotes() {
		return append(dst, text...)
	}
	return encode.AppendSafe(dst, text)
}
