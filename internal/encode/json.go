// Package encode turns strings, numbers, times and slog values into the bytes
// of JSON, of slog's text form and of plain text that is safe on a terminal.
//
// The JSON and text forms are those of [slog.JSONHandler] and
// [slog.TextHandler], byte for byte; the root package's differential tests hold
// them to that. All functions append to dst and return the extended slice, keep
// nothing, and may be called concurrently.
package encode

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/spanlog/spanlog/internal/rawslog"
)

const hexDigits = "0123456789abcdef"

// jsonSafe tells the bytes that stand for themselves in a JSON string, all of them
// ASCII. HTML's special characters do: like slog, this is no HTML encoder.
var jsonSafe = func() (safe [256]bool) {
	for b := range utf8.RuneSelf {
		safe[b] = b >= ' ' && b != '"' && b != '\\'
	}
	return safe
}()

// AppendJSONKey appends a key with its quotes and colon, and before it a comma,
// unless it is the first of its object. An opening brace can be the last byte only
// there: no encoded value ends in one.
func AppendJSONKey(dst []byte, key string) []byte { return appendJSONKey(dst, key, 0) }

// appendJSONKey is AppendJSONKey that leaves room for a value of so many bytes.
func appendJSONKey(dst []byte, key string, room int) []byte {
	n := len(dst)
	dst = slices.Grow(dst, len(key)+len(`,"":`)+room)
	if n > 0 && dst[n-1] != '{' {
		dst = dst[:n+1]
		dst[n] = ','
		n++
	}
	b := dst[n : n+len(key)+len(`"":`)]
	b[0], b[len(b)-2], b[len(b)-1] = '"', '"', ':'
	if !copyPlain(b[1:], key) {
		dst = append(appendEscapedJSON(dst, key), ':')
		return slices.Grow(dst, room)
	}
	return dst[:n+len(b)]
}

// AppendJSONString appends s in double quotes. Invalid UTF-8 becomes U+FFFD;
// U+2028 and U+2029 are escaped because JavaScript takes them for line ends.
func AppendJSONString(dst []byte, s string) []byte {
	const most = 24
	n, k := len(dst), len(s)
	if k < 2 || k > most || cap(dst)-n < most+2 {
		return appendAnyJSONString(dst, s)
	}
	b := (*[most + 2]byte)(dst[n : n+most+2])
	b[0] = '"'
	if k < 4 {
		first, last := load16(s[:2]), load16(s[k-2:k])
		if specialBytes(uint64(first)|uint64(last)<<16|' '*ones&^0xffffffff) != 0 {
			return appendEscapedJSON(dst, s)
		}
		binary.LittleEndian.PutUint16(b[1:], first)
		binary.LittleEndian.PutUint16(b[k-1:], last)
		b[k+1] = '"'
		return dst[:n+k+2]
	}
	if k < 8 {
		first, last := load32(s[:4]), load32(s[k-4:k])
		if specialBytes(uint64(first)|uint64(last)<<32) != 0 {
			return appendEscapedJSON(dst, s)
		}
		binary.LittleEndian.PutUint32(b[1:], first)
		binary.LittleEndian.PutUint32(b[k-3:], last)
		b[k+1] = '"'
		return dst[:n+k+2]
	}
	first, last := load64(s[:8]), load64(s[k-8:k])
	special := specialBytes(first) | specialBytes(last)
	if k > 16 {
		middle := load64(s[8:16])
		special |= specialBytes(middle)
		binary.LittleEndian.PutUint64(b[9:], middle)
	}
	if special != 0 {
		return appendEscapedJSON(dst, s)
	}
	binary.LittleEndian.PutUint64(b[1:], first)
	binary.LittleEndian.PutUint64(b[k-7:], last)
	b[k+1] = '"'
	return dst[:n+k+2]
}

// appendAnyJSONString is AppendJSONString for any string. Those of 4 to 24 bytes are copied
// there as copyPlain would, without a call.
func appendAnyJSONString(dst []byte, s string) []byte {
	n := len(dst)
	dst = slices.Grow(dst, len(s)+2)
	b := dst[n : n+len(s)+2]
	b[0], b[len(b)-1] = '"', '"'
	if !copyPlain(b[1:], s) {
		return appendEscapedJSON(dst, s)
	}
	return dst[:n+len(b)]
}

// appendEscapedJSON is AppendJSONString for a string that is not plain.
func appendEscapedJSON(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0 // s[start:i] needs no escape and is not yet written
	for i := 0; i < len(s); {
		b := s[i]
		if b < utf8.RuneSelf {
			if jsonSafe[b] {
				i++
				continue
			}
			dst = append(dst, s[start:i]...)
			switch b {
			case '"', '\\':
				dst = append(dst, '\\', b)
			case '\n':
				dst = append(dst, '\\', 'n')
			case '\r':
				dst = append(dst, '\\', 'r')
			case '\t':
				dst = append(dst, '\\', 't')
			default:
				dst = append(dst, '\\', 'u', '0', '0', hexDigits[b>>4], hexDigits[b&0xF])
			}
			i++
			start = i
			continue
		}
		if n := plainRune(s[i:]); n > 0 {
			i += n
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			dst = append(dst, s[start:i]...)
			dst = append(dst, `\ufffd`...)
			start = i + size
		case r == '\u2028' || r == '\u2029':
			dst = append(dst, s[start:i]...)
			dst = append(dst, `\u202`...)
			dst = append(dst, hexDigits[r&0xF])
			start = i + size
		}
		i += size
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

// AppendJSONTime appends t in RFC 3339 with up to nanoseconds, in quotes.
//
// RFC 3339 has years of four digits. For any other year slog writes its error
// text and the time one after the other, which is not JSON; here it is the
// error text alone.
func AppendJSONTime(dst []byte, t time.Time) []byte {
	if y := t.Year(); y < 0 || y >= 10000 {
		return AppendJSONString(dst, "!ERROR:time.Time year outside of range [0,9999]")
	}
	dst = append(dst, '"')
	dst = t.AppendFormat(dst, time.RFC3339Nano)
	return append(dst, '"')
}

// AppendJSONValue appends v, which is resolved, not a group, and of the kind that
// its caller has asked for anyway. A value that cannot be encoded, or panics, is
// replaced by a string that says so.
func AppendJSONValue(dst []byte, v slog.Value, kind slog.Kind) []byte {
	switch kind {
	case slog.KindString:
		return AppendJSONString(dst, v.String())
	case slog.KindInt64:
		return AppendInt(dst, v.Int64())
	case slog.KindUint64:
		return AppendUint(dst, v.Uint64())
	case slog.KindFloat64:
		return appendJSONFloat(dst, v.Float64())
	case slog.KindBool:
		return strconv.AppendBool(dst, v.Bool())
	case slog.KindDuration:
		return AppendInt(dst, int64(v.Duration()))
	case slog.KindTime:
		return AppendJSONTime(dst, v.Time())
	default:
		if text, ok := rawslog.Text(&v); ok { // an error's
			return AppendJSONString(dst, text)
		}
		return appendJSONAny(dst, v.Any())
	}
}

// appendJSONFloat writes a float as encoding/json does: no exponent between
// 1e-6 and 1e21, and no leading zero in a negative one.
func appendJSONFloat(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return appendJSONError(dst, &json.UnsupportedValueError{
			Value: reflect.ValueOf(f),
			Str:   strconv.FormatFloat(f, 'g', -1, 64),
		})
	}
	abs := math.Abs(f)
	if abs == 0 || (abs >= 1e-6 && abs < 1e21) {
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	if n := len(dst); dst[n-4] == 'e' && dst[n-3] == '-' && dst[n-2] == '0' {
		dst[n-2] = dst[n-1] // e-09 is e-9
		dst = dst[:n-1]
	}
	return dst
}

func appendJSONError(dst []byte, err error) []byte {
	return AppendJSONString(dst, fmt.Sprintf("!ERROR:%v", err))
}

// appendJSONAny is where code of the caller's runs (MarshalJSON, Error), and so
// the only place that has to expect a panic.
func appendJSONAny(dst []byte, a any) (out []byte) {
	defer func() {
		if p := recover(); p != nil {
			out = AppendJSONString(dst, panicText(a, p))
		}
	}()
	if err, ok := a.(error); ok {
		if _, ok := a.(json.Marshaler); !ok {
			return AppendJSONString(dst, err.Error())
		}
	}
	return appendMarshalled(dst, a)
}

// jsonEncoder is a json.Encoder, which unlike json.Marshal can be told to leave
// HTML alone, with the buffer it writes to.
type jsonEncoder struct {
	buf bytes.Buffer
	enc *json.Encoder
}

var jsonEncoders = sync.Pool{New: func() any {
	e := new(jsonEncoder)
	e.enc = json.NewEncoder(&e.buf)
	e.enc.SetEscapeHTML(false)
	return e
}}

func appendMarshalled(dst []byte, a any) []byte {
	e := jsonEncoders.Get().(*jsonEncoder)
	defer func() {
		// A huge value's buffer is left to the collector.
		if e.buf.Cap() <= 16<<10 {
			e.buf.Reset()
			jsonEncoders.Put(e)
		}
	}()
	if err := e.enc.Encode(a); err != nil {
		return appendJSONError(dst, err)
	}
	return append(dst, bytes.TrimSuffix(e.buf.Bytes(), []byte("\n"))...)
}

// panicText is what stands for a value whose method panicked. For a nil pointer
// that is "<nil>": its method was not written for one, and that is all there is
// to say.
func panicText(a, p any) string {
	if v := reflect.ValueOf(a); v.Kind() == reflect.Pointer && v.IsNil() {
		return "<nil>"
	}
	return fmt.Sprintf("!PANIC: %v", p)
}
