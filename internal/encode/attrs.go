package encode

import (
	"encoding/binary"
	"log/slog"
	"math"
	"strconv"

	"github.com/spanlog/spanlog/internal/rawslog"
)

// Most attributes stand for themselves: a key, and a scalar, or an error whose text is
// finished, or a group of such. To write them, nothing has to be resolved, no code of the
// program's is called, and nothing can go wrong.
//
// The functions below stop at the first attribute that does not: one of any type, a
// LogValuer, one without a key (slog inlines a group, and drops the rest), one whose key is
// reserved for the trace, a group without members (slog leaves it out) or with one of these.
// The caller sees to it and goes on behind it. All three stop at the same one (TestAttrsCount);
// whoever lets one of them take more has to change the other two.

// AppendJSONAttrs appends attributes, as [AppendJSONKey] and [AppendJSONValue] would, as
// long as they stand for themselves and their keys are not reserved. It returns how many
// those are.
//
// Usual keys, which are short, are written by itself as copyPlain would, without a call: no
// other part of a record takes as long as this loop (docs/speed.md).
func AppendJSONAttrs(dst []byte, attrs []slog.Attr, reserved *Keys) ([]byte, int) {
	lengths := reserved.lengthsOf()
	i := 0
	if len(attrs) > 0 && (len(dst) == 0 || dst[len(dst)-1] == '{') { // then no comma comes first
		a := &attrs[0]
		if a.Key == "" || reserved.Has(a.Key) {
			return dst, 0
		}
		var ok bool
		if dst, ok = appendJSONAttr(dst, a); !ok {
			return dst, 0
		}
		i = 1
	}
	for ; i < len(attrs); i++ {
		a := &attrs[i]
		key := a.Key
		n, k := len(dst), len(key)
		if k == 0 || lengths.has(k) && reserved.find(key) >= 0 {
			return dst, i
		}
		if k >= 4 && k <= shortKey && cap(dst)-n >= len(shortAttr{}) {
			b := (*shortAttr)(dst[n : n+len(shortAttr{})]) // an array: nothing has to be checked
			b[0], b[1] = ',', '"'
			// The key is at b[2:k+2], so its last eight bytes are at b[k-6:], its last four at b[k-2:].
			var special uint64
			if k >= 8 {
				first, last := load64(key[:8]), load64(key[k-8:k])
				binary.LittleEndian.PutUint64(b[2:], first)
				binary.LittleEndian.PutUint64(b[k-6:], last)
				special = (specialMarks(first) | specialMarks(last)) & tops
			} else {
				first, last := load32(key[:4]), load32(key[k-4:k])
				binary.LittleEndian.PutUint32(b[2:], first)
				binary.LittleEndian.PutUint32(b[k-2:], last)
				special = specialBytes(uint64(first) | uint64(last)<<32)
			}
			b[k+2], b[k+3] = '"', ':'
			if special == 0 {
				value := n + k + len(`,"":`)
				if rawslog.IsString(&a.Value) {
					dst = AppendJSONString(dst[:value], rawslog.String(&a.Value))
					continue
				}
				if rawslog.IsNumber(&a.Value) {
					kind, bits := rawslog.Number(&a.Value)
					if bits < 1e9 && (kind == slog.KindInt64 || kind == slog.KindDuration) { // as mostly
						dst = putSmall(dst[:value], uint32(bits))
					} else {
						dst = putNumber(dst[:value], kind, bits)
					}
					continue
				}
				if text, ok := rawslog.Text(&a.Value); ok { // an error's
					dst = AppendJSONString(dst[:value], text)
					continue
				}
			}
		}
		var ok bool
		if dst, ok = appendJSONAttr(dst, a); !ok {
			return dst, i
		}
	}
	return dst, len(attrs)
}

// putNumber appends a value that [rawslog.Number] has read, for which there is room.
func putNumber(dst []byte, kind slog.Kind, bits uint64) []byte {
	switch kind {
	case slog.KindInt64, slog.KindDuration:
		return putInt(dst, int64(bits))
	case slog.KindUint64:
		return putUint(dst, bits)
	case slog.KindBool:
		return strconv.AppendBool(dst, bits != 0)
	default:
		return appendJSONFloat(dst, math.Float64frombits(bits))
	}
}

// shortKey is how long a key may be that AppendJSONAttrs writes by itself, as the most are.
const shortKey = 16

// A shortAttr is such a key with its marks, and room for a number.
type shortAttr [shortKey + len(`,"":`) + 24]byte

// appendJSONAttr appends any attribute that stands for itself, and reports whether it does.
func appendJSONAttr(dst []byte, a *slog.Attr) ([]byte, bool) {
	if rawslog.IsNumber(&a.Value) {
		kind, bits := rawslog.Number(&a.Value)
		return putNumber(appendJSONKey(dst, a.Key, maxDigits), kind, bits), true // room that putInt and putUint count on
	}
	if text, ok := rawslog.Text(&a.Value); ok {
		// Room for the text as it is; if it has to be escaped, the room is asked for anew.
		return AppendJSONString(appendJSONKey(dst, a.Key, len(text)+len(`""`)), text), true
	}
	switch kind := a.Value.Kind(); kind { // asked last: it takes longer than the two above
	case slog.KindAny, slog.KindLogValuer:
		return dst, false
	case slog.KindGroup:
		before, members := len(dst), a.Value.Group()
		var n int
		// Trace fields are at the root, so within a group no key collides.
		dst, n = AppendJSONAttrs(append(AppendJSONKey(dst, a.Key), '{'), members, nil)
		if n == 0 || n < len(members) {
			return dst[:before], false
		}
		return append(dst, '}'), true
	default: // a time, or a number that rawslog can't read
		return AppendJSONValue(AppendJSONKey(dst, a.Key), a.Value, kind), true
	}
}

// AppendTextAttrs appends attributes in the same way, as [AppendTextKey] and
// [AppendTextValue] would, each after a space. The path names the groups around them,
// each followed by a dot; it comes back as it was, in what may be a larger array.
func AppendTextAttrs(dst []byte, path *[]byte, attrs []slog.Attr, reserved *Keys) ([]byte, int) {
	for i := range attrs {
		a := &attrs[i]
		if a.Key == "" || reserved.Has(a.Key) {
			return dst, i
		}
		if text, ok := rawslog.Text(&a.Value); ok {
			dst = append(AppendTextKey(append(dst, ' '), *path, a.Key), '=')
			dst = AppendTextString(dst, text)
			continue
		}
		switch a.Value.Kind() {
		case slog.KindAny, slog.KindLogValuer:
			return dst, i
		case slog.KindGroup:
			before, outer, members := len(dst), len(*path), a.Value.Group()
			*path = append(append(*path, a.Key...), '.')
			var n int
			dst, n = AppendTextAttrs(dst, path, members, nil)
			if *path = (*path)[:outer]; n == 0 || n < len(members) {
				return dst[:before], i
			}
			continue
		}
		dst = append(AppendTextKey(append(dst, ' '), *path, a.Key), '=')
		dst = AppendTextValue(dst, a.Value)
	}
	return dst, len(attrs)
}

// CountSimple returns how many of the attributes AppendJSONAttrs and AppendTextAttrs would
// write. It is for records of which no line is written here, as they go to somebody else's
// handler, to find out whether they can go as they are.
func CountSimple(attrs []slog.Attr, reserved *Keys) int {
	for i := range attrs {
		a := &attrs[i]
		if a.Key == "" || reserved.Has(a.Key) {
			return i
		}
		if rawslog.IsNumber(&a.Value) {
			continue
		}
		if _, ok := rawslog.Text(&a.Value); ok {
			continue
		}
		switch a.Value.Kind() {
		case slog.KindAny, slog.KindLogValuer:
			return i
		case slog.KindGroup:
			if members := a.Value.Group(); len(members) == 0 || CountSimple(members, nil) < len(members) {
				return i
			}
		}
	}
	return len(attrs)
}
