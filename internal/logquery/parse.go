package logquery

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// Parse parses what is typed into a search box. It consists of terms with blanks between
// them, all of which have to hold:
//
//	4bf92f3577b34da6a3ce929d0e0e4736    the id of a trace, or a whole traceparent
//	00f067aa0ba902b7                    the id of a span
//	trace:ID  trace_id=ID  span:ID      the same, where it is to be said
//	level>=warn  level:warn             this level and those above
//	level=warn                          up to below the next one that has a name
//	level>info  level<=info  level<warn
//	since:10m  until:15:04              times as of [ParseTime]
//	key=value  key!=value  -key=value   fields
//	word  "some words"                  what the line contains, in any letter case
//	-word  -"some words"                what it does not contain
//	/expression/                        what it matches, in this letter case
//
// Values, texts and the keys of fields may be in quotes, within which a quote is \" and a
// backslash \\ or, before anything else, itself. What is in quotes has no other meaning.
// Invalid UTF-8 becomes U+FFFD, as it does in records.
func Parse(text string, now time.Time) (Query, error) {
	var q Query
	for rest := strings.TrimSpace(string([]rune(text))); rest != ""; {
		t, after, err := cutTerm(rest)
		if err == nil {
			err = q.add(&t, now)
		}
		if err != nil {
			return Query{}, fmt.Errorf("%.100s: %w", t.text, err)
		}
		rest = strings.TrimLeftFunc(after, unicode.IsSpace)
	}
	return q, nil
}

// ParseRegexp is regexp.Compile with the reason alone as the error: the one who typed it sees the
// expression, and has no use for a package's name.
func ParseRegexp(s string) (*regexp.Regexp, error) {
	re, err := regexp.Compile(s)
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return re, nil
}

var (
	errMinus  = errors.New("nothing but texts and fields can have a minus; if this is a text, put it in quotes")
	errEmpty  = errors.New("want a text")
	errRegexp = errors.New("want no more than one regular expression")
)

// add has a query want what a term says, too. A key in quotes is a field's always, and so is one
// that is no subject; a minus before a field turns its sign around, so two of them are none.
func (q *Query) add(t *term, now time.Time) (err error) {
	switch subject := subjectOf(t.key); {
	case t.op != "" && (t.quoted || subject == ""):
		q.Fields = append(q.Fields, Field{t.key, t.value, (t.op == "!=") != t.not})
	case t.not && (t.op != "" || t.regexp):
		return errMinus
	case t.op != "":
		return q.addSubject(subject, t, now)
	case t.regexp && q.Regexp != nil:
		return errRegexp
	case t.regexp:
		q.Regexp, err = ParseRegexp(t.value)
	case t.value == "" && t.not:
		return errEmpty
	case t.value != "":
		return q.addText(t)
	}
	return err
}

// addText adds a text, or the trace or span whose id it is: what is in quotes is always a text.
func (q *Query) addText(t *term) error {
	if !t.quoted && !t.not {
		if id, ok := bareTrace(t.value); ok {
			return q.addTrace(id)
		}
		if id, err := ParseSpan(t.value); err == nil {
			return q.addSpan(id)
		}
	}
	q.Texts = append(q.Texts, Text{t.value, t.not})
	return nil
}
