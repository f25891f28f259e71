package logquery

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
	c := folded[text[at]]
	lower, upper := newHits(b[:end], at, c), hits{at: end}
	if u := upperOf(c); u != c {
		upper = newHits(b[:end], at, u)
	}
	// A text such as aaaaab in a line of a's would be compared again and again.
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

// hits are where a byte is.
type hits struct {
	b  []byte
	at int // len(b): nowhere any more
	c  byte
}

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

// equalFold returns how many bytes are equal. b is not shorter than text.
func equalFold(b []byte, text string) int {
	for i := range len(text) {
		if folded[b[i]] != folded[text[i]] {
			return i
		}
	}
	return len(text)
}

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

// rarest returns where in a text the byte is that logs have least of.
func rarest(text string) (at int) {
	for i := range len(text) {
		if commonness[folded[text[i]]] < commonness[folded[text[at]]] {
			at = i
		}
	}
	return at
}

// common are the bytes that logs have many of, most of them first. Letters come late for
// what they are: they are looked for twice.
const common = `"0123456789 e:,taionsrldcmupghf_-.vbykwxjqz/={}T`

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
