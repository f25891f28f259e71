package logquery

// The grammar of a search box, up to the terms. It should do what somebody means who does not know
// it: a word that happens to have a colon, a path, an address, a piece of JSON is a text. Only what
// can hardly be a text is something else, and quotes make a text of anything. What is wrong is told
// with the term as it was typed.

import (
	"errors"
	"strings"
	"unicode"
)

// A term is one of those that a text consists of.
type term struct {
	text   string // as it was typed
	not    bool   // there is a minus in front
	quoted bool   // the value was, or the key if there is one
	regexp bool   // the value is one
	key    string
	op     string // between key and value; "": there is no key
	value  string
}

var (
	errQuote = errors.New("the closing quote is missing")
	errBlank = errors.New("want a blank behind the closing quote; within quotes, a quote is \\\"")
)

// cutTerm cuts off the first term of a text that does not begin with a blank. With an error, the
// term has what was typed up to where the fault is seen, for the message.
func cutTerm(text string) (t term, rest string, err error) {
	rest = text
	if rest[0] == '-' && wordEnd(rest) > 1 {
		t.not, rest = true, rest[1:]
	}
	switch {
	case rest[0] == '"':
		t.quoted = true
		var s string
		if s, rest, err = unquote(rest); err != nil {
			break
		}
		if t.op = operator(rest); t.op != "=" && t.op != "!=" {
			t.op, t.value = "", s
			break
		}
		t.key = s
		t.value, rest, err = cutValue(rest[len(t.op):])
	case regexpEnd(rest) > 0:
		end := regexpEnd(rest)
		t.regexp, t.value, rest = true, rest[1:end], rest[end+1:]
	default:
		key := rest[:keyEnd(rest)]
		op := operator(rest[len(key):])
		isField := op == "=" || op == "!=" || op != "" && subjectOf(key) != ""
		if key == "" || !isField {
			end := wordEnd(rest)
			t.value, rest = rest[:end], rest[end:]
			break
		}
		t.key, t.op = key, op
		t.value, rest, err = cutValue(rest[len(key)+len(op):])
	}
	if err == nil && wordEnd(rest) > 0 {
		err = errBlank
		rest = rest[wordEnd(rest):]
	}
	t.text = text[:len(text)-len(rest)]
	return t, rest, err
}

// cutValue cuts off what is in quotes, or ends at a blank. It may be empty.
func cutValue(s string) (value, rest string, err error) {
	if strings.HasPrefix(s, `"`) {
		return unquote(s)
	}
	end := wordEnd(s)
	return s[:end], s[end:], nil
}

// wordEnd returns where the first blank is, or the end. What Unicode takes for one is a blank: what
// is copied from a page may have such.
func wordEnd(s string) int {
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		return i
	}
	return len(s)
}

// unquote returns what is in the quotes that a text begins with. A backslash in front of
// anything but a quote or a backslash stands for itself, so that paths of Windows and pieces of
// JSON can be pasted.
func unquote(s string) (value, rest string, err error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:], nil
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
		}
		b.WriteByte(s[i])
	}
	return "", "", errQuote
}

// keyEnd returns where the key ends that a text may begin with. Other keys have to be
// quoted. There is no colon or question mark in them, so that addresses are not fields.
func keyEnd(s string) int {
	if i := strings.IndexFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-.@/$", r)
	}); i >= 0 {
		return i
	}
	return len(s)
}

// operator returns the one that a text begins with, or "". Of two that begin alike, the longer one
// comes first.
func operator(s string) string {
	for _, op := range []string{">=", "<=", "!=", ">", "<", "=", ":"} {
		if strings.HasPrefix(s, op) {
			return op
		}
	}
	return ""
}

// regexpEnd returns where the slash is that ends the regular expression with which a text
// begins, or -1. It must be the next one, so that paths are none: /api/orders/ is a text, and so
// is a slash with blanks around it. A slash within an expression has a backslash in front.
func regexpEnd(s string) int {
	if s[0] != '/' || wordEnd(s[1:]) == 0 {
		return -1
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '/':
			if i == 1 || wordEnd(s[i+1:]) > 0 {
				return -1
			}
			return i
		}
	}
	return -1
}
