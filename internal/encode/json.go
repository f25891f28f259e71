package encode

// Values of JSON, by kind, as slog.JSONHandler has them: durations as nanoseconds, errors as
// their text unless they marshal themselves, all other types by encoding/json.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"strconv"
	"sync"
	"time"

	"github.com/spanlog/spanlog/internal/rawslog"
)

// appendJSONTime appends t in RFC 3339 with up to nanoseconds, in quotes.
//
// RFC 3339 has years of four digits. For any other year slog writes its error
// text and the time one after the other, which is not JSON; here it is the
// error text alone. It is one of the few differences that differential_test.go
// lists.
func appendJSONTime(dst []byte, t time.Time) []byte {
	if y := t.Year(); y < 0 || y >= 10000 {
		return AppendJSONString(dst, "!ERROR:time.Time year outside of range [0,9999]")
	}
	dst = append(dst, '"')
	dst = t.AppendFormat(dst, time.RFC3339Nano)
	return append(dst, '"')
}

// AppendJSONValue appends v, which is resolved, not a group, and of the kind that
// its caller has asked for anyway: to find out the kind takes as long as to write
// a small number. A value that cannot be encoded, or panics, is replaced by a
// string that says so: a record with a bad value is better than none.
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
		return appendJSONTime(dst, v.Time())
	default:
		if text, ok := rawslog.Text(&v); ok { // an error's
			return AppendJSONString(dst, text)
		}
		return appendJSONAny(dst, v.Any())
	}
}

// appendJSONFloat writes a float as encoding/json does, which follows JavaScript: no
// exponent between 1e-6 and 1e21, and no leading zero in a negative one. JSON has no
// infinities and no NaN; slog writes encoding/json's error for these.
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

// appendJSONError is how slog says that a value cannot be encoded.
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

// A jsonEncoder is a json.Encoder, which unlike json.Marshal can be told to leave
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

// appendMarshalled appends what encoding/json makes of a value, without the newline that its
// Encoder puts behind. If a method panics, the encoder goes to the pool all the same: its
// buffer is reset, and an Encoder remembers only errors of its writer, which has none.
func appendMarshalled(dst []byte, a any) []byte {
	e := jsonEncoders.Get().(*jsonEncoder)
	defer func() {
		// A huge value's buffer is left to the collector: one such record is no
		// reason to keep its memory for good.
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

// panicText is what stands for a value whose method panicked, in both forms, as
// with slog's handlers. For a nil pointer that is "<nil>": its method was not
// written for one, and that is all there is to say.
func panicText(a, p any) string {
	if v := reflect.ValueOf(a); v.Kind() == reflect.Pointer && v.IsNil() {
		return "<nil>"
	}
	return "!PANIC: " + AnyText("%v", p)
}
