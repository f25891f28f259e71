package spanlog

import (
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"

	"github.com/spanlog/spanlog/internal/pylayout"
)

// Formatter turns records into the bytes that sinks write, one line each (Pretty
// puts values of several lines below it, indented). It is one of [JSON], [Text],
// [Pretty], a [Pattern] or a [FormatFunc], and safe for concurrent use. A record is
// formatted once for all the sinks that share a format; two formats are the same if
// they are comparable and equal, so two FormatFuncs never are.
type Formatter interface {
	// encoder prepares the format for one logger. An error names the field
	// and the value at fault.
	encoder(c *formatConfig) (encoder, error)
}

// The formats that need no arguments.
var (
	// JSON writes what [slog.JSONHandler] writes, byte for byte, with the trace
	// fields after the message. It is for programs: what a terminal would obey
	// but JSON does not have to escape, it leaves as it is.
	JSON Formatter = jsonFormat{}
	// Text writes what [slog.TextHandler] writes, byte for byte, with the trace
	// fields after the message. Like slog, it escapes all control characters
	// but DEL, for which terminals print nothing.
	Text Formatter = textFormat{}
	// Pretty is for people at a terminal: aligned, coloured where colours are
	// shown, with one colour for each trace.
	Pretty Formatter = prettyFormat{}
)

// FormatFunc is a format of one's own. It appends the line for e to dst, with or
// without a newline at its end, and returns the extended slice. It is called
// concurrently, and keeps neither dst nor e. What it does with values is its own
// affair: none of the guards of the built-in formats stand between a value and
// the output. If it panics, the record is lost to the sinks of this format, and
// the panic is reported as their error.
type FormatFunc func(dst []byte, e *Event) []byte

func (f FormatFunc) encoder(*formatConfig) (encoder, error) {
	if f == nil {
		return nil, errors.New("a nil FormatFunc")
	}
	return funcEncoder{f: f}, nil
}

// formatNames are what [ParseFormat] knows the formats by: the first of each is its own.
var formatNames = []struct {
	format *Formatter
	names  []string
}{
	{&JSON, []string{"json"}},
	{&Text, []string{"text", "logfmt"}},
	{&Pretty, []string{"pretty"}},
}

// ParseFormat returns the format with a name, in any case: json, text (or
// logfmt), pretty, or a layout for [Pattern], which is known by its percent
// sign. The error names what there is, or what is bad in the layout and where.
func ParseFormat(s string) (Formatter, error) {
	if strings.Contains(s, "%") {
		if _, err := pylayout.Parse(s); err != nil {
			return nil, err
		}
		return Pattern(s), nil
	}
	var own []string
	for _, f := range formatNames {
		if slices.Contains(f.names, strings.ToLower(strings.TrimSpace(s))) {
			return *f.format, nil
		}
		own = append(own, f.names[0])
	}
	return nil, fmt.Errorf("format %q: want %s or a layout such as %q", s, strings.Join(own, ", "), "%(levelname)s %(message)s")
}

// sameFormat reports whether one encoding serves both formats.
func sameFormat(f, g Formatter) bool {
	return comparable(f) && comparable(g) && f == g
}

// comparable reports whether a can be compared: not only its type, but all that it
// holds.
func comparable(a any) bool { return reflect.ValueOf(a).Comparable() }

// formatConfig is what an encoder needs to know of its logger.
type formatConfig struct {
	schema  Schema // with its defaults filled in
	trace   *traceFields
	source  bool
	service Service
}

// An encoder is a format at work. It never changes and is safe for concurrent
// use.
//
// What With and WithGroup add is encoded when they are called, not with every
// record: an encoder extends one prefix into another, and never touches the old
// one's memory, because siblings share it.
type encoder interface {
	// begin is the prefix of a logger that has only the schema's own fields:
	// the service and the like. Formats that do not write them leave it empty.
	begin(fields []slog.Attr) prefix
	withAttrs(p prefix, attrs []slog.Attr) prefix
	withGroup(p prefix, name string) prefix
	// encode returns the event's line, including its newline. It is written to
	// dst, which is empty, and there for its memory.
	encode(dst []byte, e *Event, p *prefix) []byte
}

// A prefix is the encoded form of what With and WithGroup added. After
// With("a", 1).WithGroup("g").With("b", 2).WithGroup("h") it is
//
//	      attrs               depth  pending   npending
//	JSON  "a":1,"g":{"b":2    1      "h":{     1
//	Text  a=1 g.b=2                  g.h.
type prefix struct {
	attrs []byte // the attributes, and the groups around them
	depth int    // JSON: how many groups are open at the end of attrs
	// pending names the groups that no attribute has been seen in yet, as they
	// are to be written once there is one: in JSON all of the groups that
	// attrs does not open, in Text the whole path before a key.
	pending  []byte
	npending int // JSON: how many groups pending opens
}

// atRoot reports whether no group is open.
func (p *prefix) atRoot() bool { return p.depth == 0 && len(p.pending) == 0 }

// schemaFields is what JSON and Text make of a schema: the fields that are not
// attributes, with their keys as the format writes them.
type schemaFields struct {
	schema               Schema
	trace                *traceFields
	source               bool
	time, level, message string   // keys
	traceKeys            []string // those of trace
}

func newSchemaFields(c *formatConfig, key func(string) string) schemaFields {
	f := schemaFields{
		schema:  c.schema,
		trace:   c.trace,
		source:  c.source,
		time:    key(c.schema.TimeKey),
		level:   key(c.schema.LevelKey),
		message: key(c.schema.MessageKey),
	}
	for _, t := range c.trace.fields {
		f.traceKeys = append(f.traceKeys, key(t.key))
	}
	return f
}

// afterTime is what stands between the time and the message, for each level that has a name,
// if there is no source; and for any other level only what separates fields.
func (f *schemaFields) afterTime(separator string, appendString func([]byte, string) []byte) []string {
	after := make([]string, namedLevels+1)
	for i := range namedLevels {
		level := appendString([]byte(separator+f.level), f.schema.levelText(levelAt(i)))
		after[i] = string(level) + separator + f.message
	}
	after[otherLevel] = separator
	return after
}

// within returns attributes as they are to be written after p.
func (f *schemaFields) within(p *prefix, attrs []slog.Attr) []slog.Attr {
	if !p.atRoot() {
		return attrs
	}
	return f.schema.errorForm(attrs)
}

// unprefixed is part of an encoder that encodes With's attributes with every record: it
// sees them through the event.
type unprefixed struct{}

func (unprefixed) begin([]slog.Attr) prefix                 { return prefix{} }
func (unprefixed) withAttrs(p prefix, _ []slog.Attr) prefix { return p }
func (unprefixed) withGroup(p prefix, _ string) prefix      { return p }

// funcEncoder calls a FormatFunc.
type funcEncoder struct {
	unprefixed
	f FormatFunc
}

func (enc funcEncoder) encode(dst []byte, e *Event, _ *prefix) []byte {
	// What comes back need not be dst: it may be a slice that the function
	// keeps. Then it is not ours to write to.
	line := enc.f(dst, e)
	if cap(dst) == 0 || cap(line) == 0 || &line[:1][0] != &dst[:1][0] {
		line = append(dst, line...)
	}
	if n := len(line); n == 0 || line[n-1] != '\n' {
		line = append(line, '\n')
	}
	return line
}

// clone returns a copy of b with room for more, so that siblings never share.
func clone(b []byte) []byte {
	return append(make([]byte, 0, len(b)+64), b...)
}
