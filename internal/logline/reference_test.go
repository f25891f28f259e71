package logline

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The reference is the same reader for JSON, written with encoding/json and other packages
// of the standard library, without care for speed. Only the table of names is shared.

var (
	refFront  = regexp.MustCompile(`^\x{FEFF}?(\x1b\[[0-9;:]*m)*`)
	refBehind = regexp.MustCompile(`(\x1b\[[0-9;:]*m|[\r\n])*$`)
)

func refTrim(line []byte) []byte {
	line = line[len(refFront.Find(line)):]
	return line[:len(line)-len(refBehind.Find(line))]
}

// refPrefix is a prefix as a regular expression: pod, its container, another container, time, stream.
var refPrefix = regexp.MustCompile(`^(?:\[pod/([a-zA-Z0-9][\w.-]{0,252})/([a-zA-Z0-9][\w.-]{0,252})\] |([a-zA-Z0-9][\w.-]{0,252}) +\|(?:\x1b\[[0-9;:]*m)* )?(?:\x1b\[[0-9;:]*m)*` +
	`(?:(\d{4}-\d\d-\d\dT\S{9,24}) (?:(stdout|stderr) [FP] )?)?(?:\x1b\[[0-9;:]*m)*`)

var refZone = regexp.MustCompile(`(Z|[+-].{5})$`)

var refNumbered = regexp.MustCompile(`[a-zA-Z].*[-_][0-9]+$`)

// refBody returns a line without its prefix, the time in that, and what else it says.
func refBody(line []byte, loc *time.Location) (body []byte, at int64, attrs []Attr) {
	line = refTrim(line)
	m := refPrefix.FindSubmatch(line)
	if name := m[3]; len(name) > 0 && !refNumbered.Match(name) {
		return line, 0, nil
	}
	if t := string(m[4]); t != "" {
		var ok bool
		if at, ok = refTime(t, loc); !ok || !refZone.MatchString(t) { // then it is of the line, if it is anything
			end := bytes.Index(line, m[4])
			at, m[0], m[5] = 0, line[:end], nil
		}
	}
	for i, key := range []string{1: "pod", 2: "container", 3: "container", 5: "stream"} {
		if key != "" && len(m[i]) > 0 {
			attrs = append(attrs, Attr{Key: []byte(key), Text: m[i]})
		}
	}
	return line[len(m[0]):], at, attrs
}

// A refMember is a member of an object, or of one within it.
type refMember struct {
	path string
	raw  string
	v    any // a string, json.Number or bool; nil for what is no scalar
	name int // in names, or -1
	used bool
}

func (m *refMember) text() string {
	if s, ok := m.v.(string); ok {
		return s
	}
	return refUTF8(m.raw)
}

// refUTF8 has U+FFFD for every byte that is no UTF-8.
func refUTF8(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
	}
	return b.String()
}

// refMembers returns the members of an object, flattened.
func refMembers(object []byte, path string) (all []*refMember) {
	d := json.NewDecoder(bytes.NewReader(object))
	if _, err := d.Token(); err != nil {
		panic(err)
	}
	for d.More() {
		key, err := d.Token()
		var raw json.RawMessage
		if err == nil {
			err = d.Decode(&raw)
		}
		if err != nil {
			panic(err)
		}
		m := &refMember{path: path + key.(string), raw: string(raw)}
		switch raw[0] {
		case '{':
			var members map[string]json.RawMessage
			if err := json.Unmarshal(raw, &members); err != nil {
				panic(err)
			}
			if len(members) > 0 && len(m.path) < 128 {
				all = append(all, refMembers(raw, m.path+".")...)
				continue
			}
		case '[':
		default:
			scalar := json.NewDecoder(bytes.NewReader(raw))
			scalar.UseNumber()
			if err := scalar.Decode(&m.v); err != nil {
				panic(err)
			}
		}
		m.name = refName(m.path)
		all = append(all, m)
	}
	return all
}

// refNames has where in names each spelling is, in lower case.
var refNames = func() map[string]int {
	all := map[string]int{}
	for i, n := range names {
		texts := []string{""}
		for _, c := range n.text {
			var longer []string
			for _, text := range texts {
				longer = append(longer, text+string(c))
				if c == '_' {
					longer = append(longer, text+"-", text)
				}
			}
			texts = longer
		}
		for _, text := range texts {
			all[text] = i
		}
	}
	return all
}()

// refName returns where in names the one is that a path spells, or -1.
func refName(path string) int {
	path = strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, path)
	if i, ok := refNames[path]; ok {
		return i
	}
	return -1
}

// refChoose returns the first member, by the order of names and then of the line, that use
// takes.
func refChoose(all []*refMember, use func(n name, m *refMember) bool) (*refMember, name) {
	for i, n := range names {
		for _, m := range all {
			if m.name == i && m.v != nil && use(n, m) {
				return m, n
			}
		}
	}
	return nil, name{}
}

func refPart(all []*refMember, p part, use func(string) bool) *refMember {
	for _, m := range all { // the first of the line
		if _, isBool := m.v.(bool); m.name < 0 || m.v == nil || isBool {
			continue
		}
		if n := names[m.name]; n.role == rolePart && n.part == p && use(m.text()) {
			return m
		}
	}
	return nil
}

var refDigits = regexp.MustCompile(`^[0-9]{1,20}$`)

func refIsDigits(s string) bool {
	_, err := strconv.ParseUint(s, 10, 64)
	return err == nil && refDigits.MatchString(s)
}

// refDescribe is what describe says of a line, with what the reference finds. It returns
// false for a line that is no object.
func refDescribe(line []byte, loc *time.Location) (string, bool) {
	body, at, before := refBody(line, loc)
	if !json.Valid(body) || bytes.TrimLeft(body, " \t\r\n")[0] != '{' {
		return "", false
	}
	all := refMembers(body, "")
	r := Record{Head: Head{Kind: JSON}, Attrs: before}
	python := false
	scalar := func(m *refMember) (text string, ok bool) {
		_, isBool := m.v.(bool)
		return m.text(), !isBool
	}
	if m, n := refChoose(all, func(n name, m *refMember) bool {
		s, ok := scalar(m)
		if n.role != roleTime || !ok {
			return false
		}
		t, ok := refTime(s, loc)
		r.Time = t
		return ok
	}); m != nil {
		m.used, python = true, n.form == formPython
		if n.part != noPart {
			p := refPart(all, n.part, func(s string) bool { return refIsDigits(s) && len(strings.TrimLeft(s, "0")) <= 9 })
			if p != nil && r.Time <= 1<<63-1-1e9 {
				ns, _ := strconv.ParseInt(p.text(), 10, 64)
				r.Time += ns
				p.used = true
			}
		}
	} else {
		r.Time = at
	}
	if m, n := refChoose(all, func(n name, m *refMember) bool {
		s, ok := scalar(m)
		if n.role != roleLevel || !ok {
			return false
		}
		r.Level, r.HasLevel = refLevel(s, n.form)
		return r.HasLevel
	}); m != nil {
		m.used, python = true, python || n.form == formPython
	} else {
		r.Level = 0
	}
	id := func(role role, size int) []byte {
		var id []byte
		m, n := refChoose(all, func(n name, m *refMember) bool {
			s, ok := scalar(m)
			_, number := m.v.(json.Number)
			if n.role == roleParent && ok {
				id = refParent(s, size)
				return id != nil
			}
			if n.role != role || !ok {
				return false
			}
			id = refID(s, number, n.form == formDecimal, size)
			return id != nil
		})
		if m != nil && n.role != roleParent {
			m.used = true
		}
		return id
	}
	copy(r.Trace[:], id(roleTrace, 16))
	copy(r.Span[:], id(roleSpan, 8))
	if m, _ := refChoose(all, func(n name, m *refMember) bool { return n.role == roleMessage }); m != nil {
		r.Message, m.used = []byte(m.text()), true
	}
	text := func(want role) *refMember {
		m, n := refChoose(all, func(n name, m *refMember) bool {
			s, ok := m.v.(string)
			return n.role == want && ok && s != ""
		})
		has := func(p part) bool { return refPart(all, p, func(string) bool { return true }) != nil }
		if m != nil && n.form == formGuess && !python && !(has(partPID) && has(partHostname)) {
			return nil
		}
		if m != nil {
			m.used = true
		}
		return m
	}
	if m := text(roleLogger); m != nil {
		r.Logger = []byte(m.text())
	}
	if m := text(roleService); m != nil {
		r.Service = []byte(m.text())
	}
	refSource(all, &r)
	for _, m := range all {
		if !m.used {
			r.Attrs = append(r.Attrs, Attr{Key: []byte(m.path), Text: []byte(m.text())})
		}
	}
	return describe(&r), true
}

var refWithLine = regexp.MustCompile(`(?s)^.+:[0-9]+$`)

func refSource(all []*refMember, r *Record) {
	seen := map[string]bool{} // only the first of a name's spellings counts
	m, n := refChoose(all, func(n name, m *refMember) bool {
		s, ok := m.v.(string)
		if n.role != roleSource || !ok || s == "" || seen[n.text] {
			return false
		}
		seen[n.text] = true
		return refWithLine.MatchString(s) || n.part != noPart && refPart(all, n.part, refIsDigits) != nil
	})
	if m == nil {
		return
	}
	m.used = true
	r.Source = []byte(m.text())
	if !refWithLine.MatchString(m.text()) {
		p := refPart(all, n.part, refIsDigits)
		p.used = true
		r.Source = []byte(m.text() + ":" + p.text())
	}
}

// checkLine holds a line to the reference, and to what must be so of any.
func checkLine(t interface{ Fatalf(string, ...any) }, line []byte) {
	r := parse(t, string(line))
	want, isObject := refDescribe(line, berlin)
	switch got := describe(r); {
	case isObject && got != want:
		t.Fatalf("%q:\n got %s\nwant %s", line, got, want)
	case !isObject && r.Kind == JSON:
		t.Fatalf("%q: is JSON, says encoding/json not: %s", line, got)
	}
	if r.Torn && r.Kind != Plain {
		t.Fatalf("%q: %v and torn", line, r.Kind)
	}
	if r.Kind == Plain && (len(r.Attrs) != 0 || string(r.Message) != string(refTrim(line)) || !r.Torn && r.Head != Head{}) {
		t.Fatalf("%q: plain, but %s", line, describe(r))
	}
	if r.Kind == JSON && !json.Valid(Object(line)) {
		t.Fatalf("%q: the object is %s", line, Object(line))
	}
	_, _, before := refBody(line, berlin)
	for i, a := range r.Attrs {
		if !utf8.Valid(a.Key) || !utf8.Valid(a.Text) || !bytes.Contains(line, a.raw) {
			t.Fatalf("%q: attribute %q has the text %q, and raw %q", line, a.Key, a.Text, a.raw)
		}
		if r.Kind == JSON && i >= len(before) && !json.Valid(a.raw) {
			t.Fatalf("%q: %s is %s", line, a.Key, a.raw)
		}
	}
}
