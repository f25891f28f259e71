package logquery

// Searching for a text in any case of ASCII letters: the one loop that sees every byte of a log
// that is searched. Other letters are compared as they are, since their case depends on language
// and form, and lines of another encoding must not be changed. TestContainsFold compares with the
// plain way.

import (
	"bytes"
	"strings"
)

// containsFold reports whether b contains a text, whatever the case of ASCII letters.
//
// It looks for the rarest byte of the text, in both cases, because bytes.IndexByte is many
// times faster than any loop here.
func containsFold(b []byte, text string) bool {
	if text == "" {
		return true
	}
	at := rarest(text)
	end := len(b) - (len(text) - at - 1) // the rest of the text has to come behind
	if end <= at {
		return false
	}
	// Hits of both cases are taken in the order of the line. The text begins at places before its
	// rarest byte.
	c := folded[text[at]]
	lower, upper := newHits(b[:end], at, c), hits{at: end}
	if u := upperOf(c); u != c {
		upper = newHits(b[:end], at, u)
	}
	// A text such as aaaaab in a line of a's would be compared again and again. When more has been
	// compared than a few times the line, both are copied in lower case, and bytes.Contains, which
	// knows better, has the rest (TestRepetitive).
	for patience := 8 * len(b); patience > 0; {
		h := &lower
		if upper.at < lower.at {
			h = &upper
		}
		if h.at == end {
			return false
		}
		equal := equalFold(b[h.at-at:], text)
		if equal == len(text) {
			return true
		}
		patience -= equal
		h.next()
	}
	return bytes.Contains(fold(b), fold([]byte(text)))
}

// hits are where a byte is, one after the other.
type hits struct {
	b  []byte
	at int // len(b): nowhere any more
	c  byte
}

// newHits finds the first one from a place on.
func newHits(b []byte, from int, c byte) hits {
	h := hits{b: b, at: from - 1, c: c}
	h.next()
	return h
}

func (h *hits) next() {
	h.at++
	if n := bytes.IndexByte(h.b[h.at:], h.c); n >= 0 {
		h.at += n
	} else {
		h.at = len(h.b)
	}
}

// equalFold returns how many bytes are equal, from the first one on. b is not shorter than text.
func equalFold(b []byte, text string) int {
	for i := range len(text) {
		if folded[b[i]] != folded[text[i]] {
			return i
		}
	}
	return len(text)
}

// fold returns a copy in lower case.
func fold(b []byte) []byte {
	all := make([]byte, len(b))
	for i, c := range b {
		all[i] = folded[c]
	}
	return all
}

func upperOf(c byte) byte {
	if 'a' <= c && c <= 'z' {
		c -= 'a' - 'A'
	}
	return c
}

// rarest returns where in a text the byte is that logs have least of. The fewer hits there are, the
// less is compared.
func rarest(text string) (at int) {
	for i := range len(text) {
		if commonness[folded[text[i]]] < commonness[folded[text[at]]] {
			at = i
		}
	}
	return at
}

// common are the bytes that logs have many of, most of them first. Letters come late for
// what they are: they are looked for twice. The order is a guess at JSON lines with English in
// them; a wrong one costs time only.
const common = `"0123456789 e:,taionsrldcmupghf_-.vbykwxjqz/={}T`

// folded is each byte in lower case. commonness is higher the earlier a byte is in common, and 0 for
// what is not in there.
var folded, commonness = func() (folded, commonness [256]byte) {
	for c := range folded {
		folded[c] = byte(c)
		if 'A' <= c && c <= 'Z' {
			folded[c] += 'a' - 'A'
		}
		if i := strings.IndexByte(common, byte(c)); i >= 0 {
			commonness[c] = byte(len(common) - i)
		}
	}
	return folded, commonness
}()
