package encode

import (
	"log/slog"
	"math"
	"strconv"

	"github.com/spanlog/spanlog/internal/rawslog"
)

// Most attributes stand for themselves: a key, and a scalar, or an error whose text is
// finished, or a group of such. To write them, nothing has to be resolved, no code of the
// program's is called, and nothing can go wrong.

// AppendJSONAttrs appends attributes, as [AppendJSONKey] and [AppendJSONValue] would, as
// long as they stand for themselves and their keys are not reserved. It returns how many
// those are.
func AppendJSONAttrs(dst []byte, attrs []slog.Attr, reserved *Keys) ([]byte, int) {
	for i := range attrs {
		a := &attrs[i]
		if a.Key == "" || reserved.Has(a.Key) {
			return dst, i
		}
		if kind, bits, ok := rawslog.Number(&a.Value); ok {
			dst = appendJSONKey(dst, a.Key, maxDigits)
			switch kind {
			case slog.KindInt64, slog.KindDuration:
				dst = putInt(dst, int64(bits))
			case slog.KindUint64:
				dst = putUint(dst, bits)
			case slog.KindBool:
				dst = strconv.AppendBool(dst, bits != 0)
			default:
				dst = appendJSONFloat(dst, math.Float64frombits(bits))
			}
			continue
		}
		if text, ok := rawslog.Text(&a.Value); ok {
			dst = AppendJSONString(appendJSONKey(dst, a.Key, len(text)+len(`""`)), text)
			continue
		}
		switch kind := a.Value.Kind(); kind {
		case slog.KindAny, slog.KindLogValuer:
			return dst, i
		case slog.KindGroup:
			before, members := len(dst), a.Value.Group()
			var n int
			dst, n = AppendJSONAttrs(append(AppendJSONKey(dst, a.Key), '{'), members, nil)
			if n == 0 || n < len(members) {
				return dst[:before], i
			}
			dst = append(dst, '}')
		default: // a time, or a number that rawslog can't read
			dst = AppendJSONValue(AppendJSONKey(dst, a.Key), a.Value, kind)
		}
	}
	return dst, len(attrs)
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
// write.
func CountSimple(attrs []slog.Attr, reserved *Keys) int {
	for i := range attrs {
		a := &attrs[i]
		if a.Key == "" || reserved.Has(a.Key) {
			return i
		}
		if _, _, ok := rawslog.Number(&a.Value); ok {
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
