package logline

// Pairs: key=value, with blanks between them, as slog.TextHandler and the encoders of logfmt write
// them. There is no specification of logfmt. What is taken here is what those write: one blank or
// several, values in quotes with Go's escapes or without any, keys in quotes, words without a
// value. The harder question is what is no such line. Prose and shell output have an equals sign
// now and then, so a line has to say something that only a logger says (TestLines has both kinds).

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// pairs reads a line of key=value pairs. It is one if it begins with a pair, and has at
// least a time, a level, a message or a trace. After that there may be words without a
// value, as some encoders write what is true, but only where there is a time: otherwise
// it would be prose.
func (s *Scanner) pairs(b []byte) (kind Kind, torn bool) {
	words := false
	for i := 0; i < len(b); {
		// A blank in front is for what belongs to the line before, as in a stack trace.
		if b[i] == ' ' && i > 0 {
			i++
			continue
		}
		key, w, next, ok := s.textKey(b, i)
		if !ok {
			return Plain, false
		}
		v := value{kind: valueString, plain: true}
		raw := b[next:next]
		if next < len(b) && b[next] == '=' {
			end, ok := textValue(b, next+1, &v)
			if !ok { // torn, or something behind the quotes as in prose
				return Plain, end < 0 && s.knowsHead()
			}
			raw, next = b[next+1:end], end
		} else if i == 0 {
			return Plain, false
		} else {
			words = true
		}
		if s.rec != nil {
			s.rec.add(nil, key, &v, raw)
		}
		if e := find(w, key); e.role != roleNone {
			s.claim(e, &v)
		}
		i = next
	}
	// All of it could be read as pairs and words; prose can, too.
	if words && s.best[roleTime] == noName || !s.knowsHead() {
		return Plain, false
	}
	return Text, false
}

// knowsHead reports whether anything has been found that only a logger writes.
func (s *Scanner) knowsHead() bool {
	return s.best[roleTime]&s.best[roleLevel]&s.best[roleMessage]&s.best[roleTrace] != noName
}

// textKey returns the key at i, its word, and the place behind it. What is in quotes is a key only
// with an equals sign behind it.
func (s *Scanner) textKey(b []byte, i int) (key []byte, w word, next int, ok bool) {
	v := value{plain: true}
	if b[i] != '"' {
		next = wordEnd(b, i)
		if next == i || next < len(b) && b[next] != '=' && b[next] != ' ' {
			return nil, w, 0, false
		}
		v.text = b[i:next]
		return s.decodeKey(&v), wordAt(b, i, next), next, true
	}
	end, plain := quotedEnd(b, i+1)
	if end < 0 || end+1 == len(b) || b[end+1] != '=' {
		return nil, w, 0, false
	}
	v.text, v.plain, v.quoted = b[i+1:end], plain, true
	key = s.decodeKey(&v)
	return key, wordAt(key, 0, len(key)), end + 1, true
}

// textValue finds the value at i, and returns the place behind it: -1 if the line ends
// before its closing quote. Without quotes it goes up to the next blank, whatever is in it, as
// slog and others quote a value that has one.
func textValue(b []byte, i int, v *value) (end int, ok bool) {
	if i == len(b) || b[i] != '"' {
		end = len(b)
		if n := bytes.IndexByte(b[i:], ' '); n >= 0 {
			end = i + n
		}
		v.text = b[i:end]
		return end, true
	}
	end, v.plain = quotedEnd(b, i+1)
	if end < 0 {
		return -1, false
	}
	v.text, v.quoted = b[i+1:end], true
	end++
	return end, end == len(b) || b[end] == ' '
}

// wordEnd returns the first place from i on that is a space, an equals sign, a quote or a
// control character: what slog puts a key in quotes for. The arithmetic is that of specialBytes.
func wordEnd(b []byte, i int) int {
	for i <= len(b)-8 {
		x := binary.LittleEndian.Uint64(b[i : i+8])
		if m := ((x ^ '='*ones - ones) | (x ^ '"'*ones - ones) | (x - (' '+1)*ones)) &^ x & tops; m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
		i += 8
	}
	for i < len(b) && b[i] > ' ' && b[i] != '=' && b[i] != '"' {
		i++
	}
	return i
}

// quotedEnd returns where the closing quote is of a string whose first character is at i,
// and whether it has no escapes. The end is -1 if there is none.
func quotedEnd(b []byte, i int) (end int, plain bool) {
	plain = true
	for ; i < len(b); i++ {
		if i <= len(b)-8 {
			x := binary.LittleEndian.Uint64(b[i : i+8])
			m := ((x ^ '"'*ones - ones) | (x ^ '\\'*ones - ones)) &^ x & tops
			if m == 0 {
				i += 7 // and one more by the loop
				continue
			}
			i += bits.TrailingZeros64(m) / 8
		}
		switch b[i] {
		case '"':
			return i, plain
		case '\\':
			plain = false
			i++
		}
	}
	return -1, false
}
