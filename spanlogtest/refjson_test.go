package spanlogtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

func (h *reference) level(l slog.Level) string {
	if h.has("record: levels between lose their number") {
		name, _, _ := strings.Cut(l.String(), "+")
		return name
	}
	return l.String()
}

func (h *reference) message(msg string) string {
	if h.has("record: message trimmed") {
		return strings.TrimSpace(msg)
	}
	return msg
}

// begin and end write the record: a correct handler does it all in end.
func (h *reference) begin(builtin []slog.Attr) {
	head := append([]byte{'{'}, h.members(builtin)...)
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.has("lock: two writes for a record"):
		h.out.Write(head)
	case h.has("lock: one buffer for all"):
		h.line = append(h.line[:0], head...)
	}
}

func (h *reference) end(builtin, attrs []slog.Attr) error {
	head := append([]byte{'{'}, h.members(builtin)...)
	tail := slices.Clone(h.bytes)
	if len(attrs) > 0 {
		tail = append(append(tail, ','), h.members(attrs)...)
	}
	tail = append(tail, "}\n"...)
	if h.has("encoding: cut at 64 KiB") && len(tail) > 64<<10 {
		tail = append(tail[:64<<10], '\n')
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.has("lock: two writes for a record"):
		head = nil
	case h.has("lock: one buffer for all"):
		h.line = append(h.line, tail...)
		head, tail = h.line, nil
	}
	h.out.Write(head)
	h.out.Write(tail)
	return nil
}

// members encodes attrs as the inside of an object.
func (h *reference) members(attrs []slog.Attr) []byte {
	var b []byte
	for i, a := range attrs {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, h.encodeKey(a.Key)...), ':'), h.encode(a.Value)...)
	}
	return b
}

func (h *reference) encodeKey(k string) []byte {
	if h.has("encoding: keys as they are") {
		return []byte(`"` + k + `"`)
	}
	return h.encode(slog.StringValue(k))
}

func (h *reference) encode(v slog.Value) (b []byte) {
	if v.Kind() == slog.KindGroup {
		return append(append([]byte{'{'}, h.members(v.Group())...), '}')
	}
	defer func() {
		if h.has("values: methods of nil pointers called") {
			return
		}
		if p := recover(); p != nil {
			b, _ = json.Marshal(fmt.Sprint("!PANIC: ", p))
		}
	}()
	value := v.Any()
	if err, ok := value.(error); ok {
		if h.has("values: errors as they are") {
			return []byte(`"` + err.Error() + `"`)
		}
		value = err.Error()
	}
	if t, ok := value.(time.Time); ok && t.Year() > 9999 && h.has("values: far times as they are") {
		return []byte(t.Format(time.RFC3339))
	}
	if f, ok := value.(float64); ok && math.IsNaN(f) && h.has("values: NaN as it is") {
		return []byte("NaN")
	}
	b, err := json.Marshal(value)
	if err != nil {
		b, _ = json.Marshal("!ERROR: " + err.Error())
	}
	return h.spoil(b, value)
}

// spoil puts faults into the encoding of one value.
func (h *reference) spoil(b []byte, value any) []byte {
	s, ok := value.(string)
	switch {
	case !ok:
	case h.has("encoding: line breaks as they are"):
		return bytes.ReplaceAll(b, []byte(`\n`), []byte("\n"))
	case h.has("encoding: escape as it is"):
		return bytes.ReplaceAll(b, []byte(`\u001b`), []byte("\x1b"))
	case h.has("encoding: bytes as they are") && !utf8.ValidString(s):
		return []byte(`"` + s + `"`)
	case h.has("encoding: ASCII only"):
		return []byte(strings.Map(func(r rune) rune {
			if r > 127 {
				return '?'
			}
			return r
		}, string(b)))
	}
	return b
}
