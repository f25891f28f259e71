// Package pylayout is the layout language of Python's logging.Formatter:
// %-style templates such as
//
//	[%(levelname)s] %(asctime)s - %(message)s
//
// [Parse] turns a layout into a list of steps once, each an [Op]; the caller then
// walks the list for every record, appends the literals and has each op's [Spec]
// format the field's value. Nothing on that way allocates when dst has room. A
// layout that Python takes prints what Python prints, and one that Python
// refuses is an error of Parse instead of an exception at the first record.
//
// It is the language of spanlog.Pattern, for Go services whose lines go where
// those of Python services go. The tests ask Python itself where there is one,
// also for random layouts, and compare with its recorded answers (testdata)
// everywhere.
//
// The package does not know what a record is, and it escapes nothing but for %r
// and %a: a caller who wants safe lines appends the escaped text himself and
// finishes it with [Spec.Pad], unless [Spec.Quotes] says that Pad escapes.
//
// # Differences from Python
//
// Python accepts and Parse refuses:
//   - fields that have no meaning in Go, such as %(threadName)s;
//   - a conversion without a name: Python prints the record's whole dict for
//     %s, which is never what was meant;
//   - the empty layout, which Python replaces by %(message)s, and %%(message)s,
//     which has no field but passes for one in Python's check;
//   - %c of a text, which Python takes if the text has exactly one character;
//   - widths and precisions above a million.
//
// Parse accepts and Python refuses:
//   - %(message)hs as a layout's only field: the % operator takes the length
//     modifier, logging.Formatter's check does not know it;
//   - spanlog's own fields trace and attrs.
//
// Python raises at the record, where it is too late for an error:
//   - %d of an infinite float or NaN prints inf or nan;
//   - %c of a number that is no code point prints U+FFFD.
//
// Three values can differ. Python before 3.13 takes the milliseconds from a
// float and can be one too low on the boundary (see [Msecs]). %c of a surrogate
// is U+FFFD, because UTF-8 has no surrogates. %r escapes what is not printable
// by Go's version of Unicode, which can be newer than Python's.
package pylayout

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// An Op is one step of a layout: a literal text or a field to format.
type Op struct {
	Literal string // the text, %% already resolved; only with [FieldNone]
	Field   Field  // FieldNone: the op is a literal
	Spec    Spec   // how to format the field
}

// String returns the op as it stands in a layout. The strings of all ops of a
// layout, joined, parse to the same ops.
func (op Op) String() string {
	if op.Field == FieldNone {
		return strings.ReplaceAll(op.Literal, "%", "%%")
	}
	return "%(" + op.Field.String() + ")" + op.Spec.String()
}

// maxSize bounds width and precision, so that a slip of the finger in a layout
// is an error and not gigabytes of padding for every record.
const maxSize = 1_000_000

var errNoField = errors.New("no field: write at least one, such as %(message)s")

// Parse returns the ops of layout, without two literals in a row. At least one
// of them is a field. The error names the piece at fault and its position,
// counted in code points from 0 as Python's messages do.
func Parse(layout string) ([]Op, error) {
	p := parser{layout: layout}
	for p.pos < len(layout) {
		if err := p.step(); err != nil {
			at := utf8.RuneCountInString(layout[:p.start])
			return nil, fmt.Errorf("layout %q: position %d: %w", layout, at, err)
		}
	}
	if p.fields == 0 {
		return nil, fmt.Errorf("layout %q: %w", layout, errNoField)
	}
	p.flush()
	return p.ops, nil
}

// A parser walks over a layout byte by byte. That is safe for UTF-8, because
// every character with a meaning is ASCII.
type parser struct {
	layout  string
	pos     int    // the next byte to read
	start   int    // where the piece begins that an error is about
	literal []byte // text since the last field
	ops     []Op
	fields  int // how many of ops are fields
}

// step reads the text up to the next percent sign and the conversion there.
func (p *parser) step() error {
	rest := p.layout[p.pos:]
	text, conversion, found := strings.Cut(rest, "%")
	p.literal = append(p.literal, text...)
	p.start = p.pos + len(text)
	if !found {
		p.pos = len(p.layout)
		return nil
	}
	p.pos = p.start + 1
	switch {
	case conversion == "":
		return errors.New(`"%" at the end: write %% for a percent sign`)
	case conversion[0] == '%':
		p.literal = append(p.literal, '%')
		p.pos++
		return nil
	case conversion[0] != '(':
		return fmt.Errorf(`"%%" without a field: write %%%% for a percent sign or %%(name)s for a field, not %q`, "%"+firstRune(conversion))
	}
	field, err := p.field()
	if err != nil {
		return err
	}
	spec, err := p.spec(field)
	if err != nil {
		return err
	}
	p.flush()
	p.ops = append(p.ops, Op{Field: field, Spec: spec})
	p.fields++
	return nil
}

// flush makes the text since the last field an op.
func (p *parser) flush() {
	if len(p.literal) > 0 {
		p.ops = append(p.ops, Op{Literal: string(p.literal)})
		p.literal = p.literal[:0]
	}
}

// field reads "(name)". Python counts parentheses inside of a name, so the
// name of %((a))s is "(a)".
func (p *parser) field() (Field, error) {
	name := p.layout[p.pos+1:]
	depth := 1
	for i := range len(name) {
		switch name[i] {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			p.start = p.pos + 1
			p.pos += len("(") + i + len(")")
			return lookup(name[:i])
		}
	}
	return FieldNone, fmt.Errorf(`missing ")" after %q`, p.layout[p.start:])
}

// spec reads what follows the name: flags, width, precision, one length
// modifier (which has no effect, in Python neither) and the type.
func (p *parser) spec(field Field) (Spec, error) {
	var s Spec
	begin := p.pos
	for p.pos < len(p.layout) {
		flag := flagOf(p.layout[p.pos])
		if flag == 0 {
			break
		}
		s.flags |= flag
		p.pos++
	}
	var err error
	if s.width, err = p.size("width"); err != nil {
		return s, err
	}
	if p.peek() == '.' {
		p.pos++
		s.flags |= precise
		if s.precision, err = p.size("precision"); err != nil {
			return s, err
		}
	}
	switch p.peek() {
	case 'h', 'l', 'L':
		p.pos++
	}
	p.start = p.pos
	if p.pos == len(p.layout) {
		return s, fmt.Errorf("missing type of field %q: write %%(%s)s", field, field)
	}
	s.verb = p.layout[p.pos]
	if s.verb == 'i' || s.verb == 'u' {
		s.verb = 'd'
	}
	if !strings.ContainsRune(verbs, rune(s.verb)) {
		// Mostly a forgotten type: in "%(name) - %(message)s" Python reads
		// " - " as flags and the next percent sign as the type.
		return s, fmt.Errorf("unsupported type %q in %q: is the s missing in %%(%s)s?",
			firstRune(p.layout[p.pos:]), "%("+field.String()+")"+p.layout[begin:p.pos]+firstRune(p.layout[p.pos:]), field)
	}
	if kind := field.kind(); !strings.ContainsRune(kind.verbs(), rune(s.verb)) {
		return s, fmt.Errorf("type %q does not fit field %q, which is %s: write %%(%s)s", p.layout[p.pos:p.pos+1], field, kind, field)
	}
	p.pos++
	return s, nil
}

// peek returns the next byte, 0 at the end. A zero byte in the layout is then
// refused as a type.
func (p *parser) peek() byte {
	if p.pos == len(p.layout) {
		return 0
	}
	return p.layout[p.pos]
}

// size reads a number, 0 if there is none: "%(name).s" has precision 0.
func (p *parser) size(what string) (int, error) {
	p.start = p.pos
	if p.peek() == '*' {
		return 0, fmt.Errorf(`%s "*" takes its value from a tuple, and fields have names: write a number`, what)
	}
	for c := p.peek(); '0' <= c && c <= '9'; c = p.peek() {
		p.pos++
	}
	digits := p.layout[p.start:p.pos]
	if digits == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n > maxSize {
		return 0, fmt.Errorf("%s %s is too big: the limit is %d", what, digits, maxSize)
	}
	return n, nil
}

// firstRune returns the first character of s, which is not empty.
func firstRune(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return s[:size]
}
