package spanlogtest

// From lines back to records, without losing what a test of handlers is about: keys that are
// there twice, and lines that are none. JSON is read by encoding/json, which drops repeated
// keys; they are counted, and only if some are missing is the line read again. Text is read by
// the rules by which log/slog.TextHandler quotes (TestParseInvertsSlog).

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// Repeated is the value that [ParseJSON] and [ParseText] give to a key that
// stands more than once in the same object: every value, in order. A plain
// map would hide the repetition, and back ends differ in what they make of it
// (golang/go#59365).
type Repeated []any

// ParseJSON parses lines of JSON, one object each, into the form that
// [TestHandler] and testing/slogtest expect. Numbers become float64, as with
// encoding/json, and a key that occurs twice becomes a [Repeated]. Lines that
// are blank are skipped; one that isn't a JSON object in valid UTF-8 ends the
// test as tb.Fatal does.
func ParseJSON(tb testing.TB, data []byte) []map[string]any {
	tb.Helper()
	return parseLines(tb, data, parseJSON)
}

// ParseText parses lines of key=value items as [log/slog.TextHandler] writes
// them. A dotted key becomes nested maps: a.b=c is {"a": {"b": "c"}}. All values are
// strings, with their quotes and escapes undone, and a key that occurs twice
// becomes a [Repeated]. Lines that are blank are skipped; one that can't be
// parsed ends the test as tb.Fatal does.
//
// Text doesn't tell whether the dots in a key separate groups. A key that
// can't be nested, because a part of it is the key of a plain value on the
// same line, stays whole.
func ParseText(tb testing.TB, data []byte) []map[string]any {
	tb.Helper()
	return parseLines(tb, data, parseText)
}

// parseLines parses each line by itself. The first that can't be parsed ends the test: with
// one record less, all that follow would be compared with the wrong ones.
func parseLines(tb testing.TB, data []byte, parse func([]byte) (map[string]any, error)) []map[string]any {
	tb.Helper()
	var records []map[string]any
	n := 0
	for line := range bytes.Lines(data) {
		n++
		line = bytes.TrimSuffix(line, []byte("\n"))
		if len(line) == 0 {
			continue
		}
		m, err := parse(line)
		if err != nil {
			tb.Fatalf("line %d of the handler's output: %v: %q", n, err, clip(line))
		}
		records = append(records, m)
	}
	return records
}

// clip keeps failure messages readable when a line is very long.
func clip(line []byte) []byte {
	const most = 1000
	if len(line) <= most {
		return line
	}
	return append(line[:most:most], "…"...)
}

// parseJSON parses one line. That it is UTF-8 is looked at first, since encoding/json takes any
// bytes and replaces what is none.
func parseJSON(line []byte) (map[string]any, error) {
	if !utf8.Valid(line) {
		return nil, errors.New("JSON must be UTF-8 (RFC 8259, section 8.1)")
	}
	var m map[string]any
	if err := json.Unmarshal(line, &m); err != nil {
		return nil, err
	}
	if m == nil {
		return nil, errors.New("not an object")
	}
	if members(m) == colons(line) {
		return m, nil
	}
	// Unmarshal has dropped repeated keys. Read again, token by token, which
	// is slow, and seldom needed.
	v, err := decode(json.NewDecoder(bytes.NewReader(line)))
	if err != nil {
		return nil, err
	}
	return v.(map[string]any), nil
}

// members returns the number of members of all objects in v.
func members(v any) int {
	n := 0
	switch v := v.(type) {
	case map[string]any:
		n = len(v)
		for _, v := range v {
			n += members(v)
		}
	case []any:
		for _, v := range v {
			n += members(v)
		}
	}
	return n
}

// colons returns the number of colons between keys and values in valid JSON,
// which is the number of members before any are dropped.
func colons(line []byte) int {
	n, quoted := 0, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
		case c == ':' && !quoted:
			n++
		}
	}
	return n
}

// decode reads one JSON value.
func decode(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		m := map[string]any{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := decode(d)
			if err != nil {
				return nil, err
			}
			put(m, key.(string), v)
		}
		_, err := d.Token() // the closing brace
		return m, err
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := decode(d)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token() // the closing bracket
		return list, err
	}
	return t, nil
}

// put adds a member to an object and keeps what is there already.
func put(m map[string]any, key string, v any) {
	old, ok := m[key]
	switch rep, _ := old.(Repeated); {
	case !ok:
		m[key] = v
	case rep != nil:
		m[key] = append(rep, v)
	default:
		m[key] = Repeated{old, v}
	}
}

// An item is one key=value of a line of text.
type item struct{ key, value string }

// parseText parses one line: its items first, as where a dot separates groups depends on which
// other keys there are.
func parseText(line []byte) (map[string]any, error) {
	items, err := splitText(string(line))
	if err != nil {
		return nil, err
	}
	plain := map[string]bool{}
	for _, it := range items {
		plain[it.key] = true
	}
	m := map[string]any{}
	for _, it := range items {
		nest(m, it, plain)
	}
	return m, nil
}

// nest adds it to m, with a map for each part of its key but the last. plain
// holds the keys of all items.
func nest(m map[string]any, it item, plain map[string]bool) {
	for i := range len(it.key) {
		if it.key[i] == '.' && plain[it.key[:i]] {
			put(m, it.key, it.value)
			return
		}
	}
	groups := strings.Split(it.key, ".")
	last := len(groups) - 1
	for _, g := range groups[:last] {
		inner, ok := m[g].(map[string]any)
		if !ok {
			inner = map[string]any{}
			m[g] = inner
		}
		m = inner
	}
	put(m, groups[last], it.value)
}

// splitText returns the items of a line, which are
//
//	line = item {" " item}
//	item = word "=" word
//	word = a quoted string of Go's, or what has no space in it, and as a key no "="
func splitText(line string) ([]item, error) {
	var items []item
	for {
		key, rest, err := word(line, " =")
		if err != nil {
			return nil, err
		}
		rest, ok := strings.CutPrefix(rest, "=")
		if !ok {
			return nil, fmt.Errorf("no = after the key %q", key)
		}
		value, rest, err := word(rest, " ")
		if err != nil {
			return nil, err
		}
		items = append(items, item{key, value})
		if rest == "" {
			return items, nil
		}
		if line, ok = strings.CutPrefix(rest, " "); !ok {
			return nil, fmt.Errorf("no space after the value of %q", key)
		}
	}
}

// word cuts a word from the front of s: a quoted string, or all up to one of
// the bytes in end. It returns the word without quotes and what follows it.
func word(s, end string) (word, rest string, err error) {
	if strings.HasPrefix(s, `"`) {
		quoted, err := strconv.QuotedPrefix(s)
		if err != nil {
			return "", "", fmt.Errorf("a quoted string that doesn't end: %.20q", s)
		}
		word, err = strconv.Unquote(quoted)
		return word, s[len(quoted):], err
	}
	n := strings.IndexAny(s, end)
	if n < 0 {
		n = len(s)
	}
	return s[:n], s[n:], nil
}
