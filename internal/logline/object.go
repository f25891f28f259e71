package logline

// JSON. An object is read member by member; what encoding/json would refuse ends the reading where
// it stands (TestDamaged compares). Nothing is built: a member is a key, looked up, and a value, of
// which the ends are found. Objects are entered only where there may be a name in them, or a record
// wants all; the rest is skipped by a loop, since a line of a hundred thousand brackets must not be
// as many calls. The functions are written for the usual line, without white space: they look at
// the next byte first, and call skipSpace where it is one.

// objects is what a Scanner needs to walk through objects.
type objects struct {
	// path is the keys around a member, each followed by a dot. It is empty in the outermost
	// object.
	path []byte
	// members is how many of the outermost object's have been read.
	members int
	// open has a bit for each value that is open, set if it is an object and not an array. That
	// is all that skip has to know to see which bracket has to come.
	open [maxDepth/64 + 1]uint64
}

const (
	// maxDepth is how deep encoding/json lets objects and arrays nest.
	maxDepth = 10000
	// maxPath bounds the dotted keys. Without it, many members deep within long keys
	// would make attributes much larger than the line.
	maxPath = 128
)

// wholeObject reports whether there is one object from i on, and nothing else. If not, what has
// been claimed on the way stays, and members says whether there was anything whole.
func (s *Scanner) wholeObject(b []byte, i int) bool {
	s.path, s.members, s.last = s.path[:0], 0, 0
	i = s.object(b, i+1, 1)
	return i >= 0 && skipSpace(b, i) == len(b)
}

// object reads the object whose brace is before i, with depth open values, and returns the
// place behind it, or -1.
func (s *Scanner) object(b []byte, i, depth int) int {
	if i = skipSpace(b, i); i < len(b) && b[i] == '}' {
		return i + 1
	}
	for i < len(b) && b[i] == '"' {
		var key []byte
		var e *entry
		start := i + 1
		if s.rec == nil && len(s.path) == 0 { // a record wants the key decoded, a path comes before it
			key, e = s.expected(b, start)
			i = start + len(key)
		}
		if e == nil {
			if key, e, i = s.otherKey(b, start); i < 0 {
				return -1
			}
		}
		i++
		if i >= len(b) || b[i] != ':' {
			if i = skipSpace(b, i); i == len(b) || b[i] != ':' {
				return -1
			}
		}
		i++
		if i >= len(b) || b[i] <= ' ' {
			if i = skipSpace(b, i); i == len(b) {
				return -1
			}
		}
		if i = s.member(b, e, key, i, depth); i < 0 {
			return -1
		}
		if depth == 1 {
			s.members++
		}
		if i >= len(b) || b[i] <= ' ' {
			if i = skipSpace(b, i); i == len(b) {
				return -1
			}
		}
		switch b[i] {
		case ',':
			i++
			if i < len(b) && b[i] <= ' ' {
				i = skipSpace(b, i)
			}
		case '}':
			return i + 1
		default:
			return -1
		}
	}
	return -1
}

// otherKey returns a key that was not expected, whose first character is at i, its entry,
// and where its closing quote is. The end is -1 if there is none.
func (s *Scanner) otherKey(b []byte, i int) (key []byte, e *entry, end int) {
	end, w, plain := jsonKey(b, i)
	if end < 0 {
		return nil, nil, -1
	}
	key = b[i:end]
	if !plain || s.rec != nil {
		if key = s.decodeKey(&value{text: key, plain: plain}); !plain {
			w = wordAt(key, 0, len(key))
		}
	}
	if len(s.path) > 0 {
		return key, s.findNested(key), end
	}
	e = find(w, key)
	if plain {
		s.note(w, len(key), e)
	}
	return key, e, end
}

// member reads the value at i, which key has, and returns the place behind it, or -1. It claims
// only values that are whole. The entry is never nil: that of an unknown key has no role.
func (s *Scanner) member(b []byte, e *entry, key []byte, i, depth int) int {
	// A head has no use for a value of unknown meaning but for its end.
	unknown := s.rec == nil && e.role == roleNone
	var v value
	var end int
	switch b[i] {
	case '"':
		end, v.plain = stringEnd(b, i+1)
		if end < 0 || unknown {
			return behind(end)
		}
		v.kind, v.text = valueString, b[i+1:end]
		end++
	case '{':
		if inner := skipSpace(b, i+1); inner < len(b) && b[inner] != '}' && s.flattens(e, key) {
			return s.nested(b, key, inner, depth)
		}
		end = s.skip(b, i, depth)
	case '[':
		end = s.skip(b, i, depth)
	case 't', 'f', 'n':
		end = literalEnd(b, i)
		if v.kind = valueBool; b[i] == 'n' {
			v.kind = valueNone
		}
	default:
		v.kind = valueNumber
		// The digits of a number may go on where the line was torn.
		if end = numberEnd(b, i); end == len(b) || end > 0 && !endsNumber(b[end]) {
			return -1
		}
	}
	if end < 0 || unknown {
		return end
	}
	if v.kind != valueString {
		v.text, v.plain = b[i:end], true
	}
	// The attribute comes before the claim, which takes the last one for its own.
	if s.rec != nil {
		s.rec.add(s.path, key, &v, b[i:end])
	}
	if e.role != roleNone {
		s.claim(e, &v)
	}
	return end
}

// endsNumber reports whether a number is over where c comes. Anything else would be a part of it, or
// damage.
func endsNumber(c byte) bool {
	return c == ',' || c == '}' || c == ' ' || c == '\n' || c == '\r' || c == '\t'
}

// findNested returns the entry of a key within the path: the dotted key is put together behind
// the path for the moment. A key that is longer than all names need not be looked up.
func (s *Scanner) findNested(key []byte) *entry {
	n := len(s.path)
	if n+len(key) > longest {
		return noEntry
	}
	s.path = append(s.path, key...)
	e := find(wordAt(s.path[:cap(s.path)], 0, len(s.path)), s.path)
	s.path = s.path[:n]
	return e
}

// flattens reports whether the members are to be read of the object that key has: to find
// known names, or because all are wanted.
func (s *Scanner) flattens(e *entry, key []byte) bool {
	return e.prefix || s.rec != nil && len(s.path)+len(key) < maxPath
}

// nested reads the object that key has, from its first member on. The path bounds the
// depth, and so this recursion, far below maxDepth.
func (s *Scanner) nested(b, key []byte, i, depth int) int {
	n := len(s.path)
	s.path = append(append(s.path, key...), '.')
	i = s.object(b, i, depth+1)
	s.path = s.path[:n]
	return i
}

// skip returns the place behind the object or array at i, or -1. It goes through all that is in
// there without recursion: depth is how many values are open, outer how many were before.
func (s *Scanner) skip(b []byte, i, depth int) int {
	outer := depth
	for {
		// A value begins here.
		if i = skipSpace(b, i); i == len(b) {
			return -1
		}
		switch c := b[i]; c {
		case '{', '[':
			if depth == maxDepth {
				return -1
			}
			s.setOpen(depth, c == '{')
			depth++
			if i = skipSpace(b, i+1); i == len(b) {
				return -1
			}
			if b[i] != c+2 { // the closing one: it is not empty, and goes on with its first value
				if c == '{' {
					i = keyEnd(b, i)
				}
				if i < 0 {
					return -1
				}
				continue
			}
			i++
			depth--
		default:
			if i = scalarEnd(b, i); i < 0 {
				return -1
			}
		}
		// A value has ended before i: what follows closes those around it, up to one that has
		// another value.
		for more := false; !more; {
			if depth == outer {
				return i
			}
			if i = skipSpace(b, i); i == len(b) {
				return -1
			}
			inObject := s.isObject(depth - 1)
			switch {
			case b[i] == ',':
				if i++; inObject {
					i = keyEnd(b, skipSpace(b, i))
				}
				if i < 0 {
					return -1
				}
				more = true
			case b[i] == '}' && inObject, b[i] == ']' && !inObject:
				i++
				depth--
			default:
				return -1
			}
		}
	}
}

// keyEnd returns the place behind the key at i and its colon, or -1.
func keyEnd(b []byte, i int) int {
	if i == len(b) || b[i] != '"' {
		return -1
	}
	end, _ := stringEnd(b, i+1)
	if end < 0 {
		return -1
	}
	if i = skipSpace(b, end+1); i == len(b) || b[i] != ':' {
		return -1
	}
	return i + 1
}

// setOpen notes that the value that is the depth-th to be open is an object, or an array.
func (o *objects) setOpen(depth int, object bool) {
	word, bit := &o.open[depth/64], uint64(1)<<(depth%64)
	if *word &^= bit; object {
		*word |= bit
	}
}

func (o *objects) isObject(depth int) bool { return o.open[depth/64]>>(depth%64)&1 != 0 }
