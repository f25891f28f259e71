package spanlog

// Attributes in OpenTelemetry's kinds of values. What they have no kind for is what it is in
// JSON: so a value looks the same in a log file and in a store behind a Collector, and
// there is one set of rules (TestOTelValues compares).

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"

	"github.com/spanlog/spanlog/internal/encode"
)

// appendOTel appends attributes, which are rewritten already, in OpenTelemetry's
// form. Nothing of what it appends is the caller's.
func appendOTel(dst []attribute.KeyValue, attrs []slog.Attr) []attribute.KeyValue {
	for i := range attrs {
		a := &attrs[i]
		members, isGroup := jsonGroup(a.Value, a.Value.Kind())
		switch {
		case isGroup && a.Key == "": // inlined
			dst = appendOTel(dst, members)
		case isGroup && len(members) > 0:
			dst = append(dst, attribute.Map(string(otelKey(a.Key)), appendOTel(nil, members)...))
		case isGroup: // a source without fields
		default:
			dst = append(dst, attribute.KeyValue{Key: otelKey(a.Key), Value: otelValue(a.Value)})
		}
	}
	return dst
}

// badKey stands for an empty key, as it does in slog where there is none.
const badKey = "!BADKEY"

func otelKey(key string) attribute.Key {
	if key == "" {
		return badKey
	}
	return attribute.Key(validText(key))
}

// validText is s in valid UTF-8, as JSON writes it: a byte that is none becomes
// U+FFFD. OTLP's encoding refuses anything else, and with it the whole batch.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// otelValue is a value that is no group. What OpenTelemetry has no kind for is what
// it is in JSON: a struct is a map, for example.
func otelValue(v slog.Value) attribute.Value {
	kind := v.Kind()
	switch kind {
	case slog.KindString:
		return attribute.StringValue(validText(v.String()))
	case slog.KindInt64:
		return attribute.Int64Value(v.Int64())
	case slog.KindBool:
		return attribute.BoolValue(v.Bool())
	case slog.KindFloat64:
		return attribute.Float64Value(v.Float64())
	case slog.KindDuration:
		return attribute.Int64Value(int64(v.Duration()))
	case slog.KindUint64:
		if u := v.Uint64(); u <= math.MaxInt64 {
			return attribute.Int64Value(int64(u))
		}
		return attribute.StringValue(v.String())
	case slog.KindAny:
		switch x := v.Any().(type) {
		case []byte:
			if x != nil {
				return attribute.ByteSliceValue(x)
			}
		case error:
			if text, ok := plainError(x); ok {
				return attribute.StringValue(validText(text))
			}
		}
	}
	return decodeJSON(encode.AppendJSONValue(nil, v, kind))
}

// plainError returns the text of an error that is nothing but text in JSON. One
// whose method panics is not.
func plainError(err error) (text string, ok bool) {
	if _, ok := err.(json.Marshaler); ok {
		return "", false
	}
	defer func() {
		if recover() != nil {
			text, ok = "", false
		}
	}()
	return err.Error(), true
}

// decodeJSON turns a JSON value into one of OpenTelemetry's. Members of objects
// keep their order, as far as OpenTelemetry does.
func decodeJSON(data []byte) attribute.Value {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := nextJSON(d)
	if _, end := d.Token(); err != nil || end != io.EOF {
		return attribute.StringValue(string(data)) // a MarshalJSON has lied
	}
	return v
}

// nextJSON reads one value.
func nextJSON(d *json.Decoder) (v attribute.Value, err error) {
	t, err := d.Token()
	if err != nil {
		return v, err
	}
	switch t := t.(type) {
	case bool:
		return attribute.BoolValue(t), nil
	case string:
		return attribute.StringValue(t), nil
	case json.Number:
		return jsonNumber(t), nil
	case json.Delim:
		if t == '[' {
			return jsonArray(d)
		}
		return jsonObject(d)
	}
	return v, nil // null is a value without data
}

// jsonNumber is an integer if it can be one, and never loses a digit of one. JSON
// does not tell a float without a fraction from an integer; above the largest
// uint64 it is taken for one if it is one exactly.
func jsonNumber(n json.Number) attribute.Value {
	text := n.String()
	if i, err := n.Int64(); err == nil {
		return attribute.Int64Value(i)
	}
	_, err := strconv.ParseUint(text, 10, 64)
	if f, ferr := n.Float64(); ferr == nil && err != nil &&
		(strings.ContainsAny(text, ".eE") || strconv.FormatFloat(f, 'f', -1, 64) == text) {
		return attribute.Float64Value(f)
	}
	return attribute.StringValue(text)
}

func jsonArray(d *json.Decoder) (attribute.Value, error) {
	var elems []attribute.Value
	for d.More() {
		v, err := nextJSON(d)
		if err != nil {
			return v, err
		}
		elems = append(elems, v)
	}
	_, err := d.Token()
	return attribute.SliceValue(elems...), err
}

func jsonObject(d *json.Decoder) (attribute.Value, error) {
	var members []attribute.KeyValue
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return attribute.Value{}, err
		}
		v, err := nextJSON(d)
		if err != nil {
			return v, err
		}
		name, _ := key.(string)
		members = append(members, attribute.KeyValue{Key: attribute.Key(name), Value: v})
	}
	_, err := d.Token()
	return attribute.MapValue(members...), err
}
