package encode

import (
	"errors"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// longWay writes an attribute as AppendJSONAttrs should.
func longWay(dst []byte, a slog.Attr) []byte {
	return AppendJSONValue(AppendJSONKey(dst, a.Key), a.Value, a.Value.Kind())
}

// TestAttrsRoom: whatever room there is, and however long a key becomes when it is
// escaped, the value has its place.
func TestAttrsRoom(t *testing.T) {
	keys := []string{"a", "ab", "abcd", "a key of sixteen", "a key of seventeen", `"`, "\x01", "key\x01", strings.Repeat("\x01", 7), strings.Repeat("\xff", 40), "schlüssel"}
	values := []slog.Value{slog.Int64Value(math.MinInt64), slog.Uint64Value(math.MaxUint64), slog.BoolValue(false), slog.DurationValue(math.MinInt64), slog.StringValue("text"), slog.StringValue("\x01"), slog.AnyValue(errors.New("text"))}
	for _, key := range keys {
		for _, v := range values {
			a := slog.Attr{Key: key, Value: v}
			for _, before := range []string{"", "{", "x"} {
				want := string(longWay([]byte(before), a))
				for room := range 6*len(key) + 64 {
					dst := append(make([]byte, 0, len(before)+room), before...)
					if got, n := AppendJSONAttrs(dst, []slog.Attr{a}, nil); string(got) != want || n != 1 {
						t.Fatalf("%q %v with room for %d bytes: got %s, want %s", key, v, room, got, want)
					}
				}
			}
		}
	}
}

// TestAttrsCount: both formats and CountSimple stop at the same attribute, and what is
// before it is as the long way has it.
func TestAttrsCount(t *testing.T) {
	var reserved Keys
	reserved.Add("trace_id")
	values := []any{"text", 1, uint64(1), 1.5, true, time.Second, time.Unix(1, 2).UTC(), errors.New("text"), errors.Join(errors.ErrUnsupported), []int{1},
		slog.GroupValue(), slog.GroupValue(slog.Int("a", 1)), slog.GroupValue(slog.Int("", 1)), slog.GroupValue(slog.Any("a", []int{1})),
		slog.GroupValue(slog.Group("g", slog.Int("trace_id", 1))), slog.AnyValue(valuer{})}
	rapid.Check(t, func(t *rapid.T) {
		var attrs []slog.Attr
		for range rapid.IntRange(0, 8).Draw(t, "attributes") {
			key := rapid.SampledFrom([]string{"a", "key", "a longer key", "", "trace_id"}).Draw(t, "key")
			attrs = append(attrs, slog.Any(key, rapid.SampledFrom(values).Draw(t, "value")))
		}
		n := CountSimple(attrs, &reserved)
		inJSON, n1 := AppendJSONAttrs([]byte("x"), attrs, &reserved)
		path := []byte("path.")
		inText, n2 := AppendTextAttrs([]byte("x"), &path, attrs, &reserved)
		if n1 != n || n2 != n {
			t.Fatalf("counted %d, JSON %d, text %d: %v", n, n1, n2, attrs)
		}
		if string(path) != "path." {
			t.Fatalf("the path is %q", path)
		}
		for _, a := range attrs[:n] {
			if a.Value.Kind() == slog.KindGroup {
				return // compared with slog's handlers in the root package
			}
		}
		wantJSON, wantText := []byte("x"), []byte("x")
		for _, a := range attrs[:n] {
			wantJSON = longWay(wantJSON, a)
			wantText = append(AppendTextKey(append(wantText, ' '), path, a.Key), '=')
			wantText = AppendTextValue(wantText, a.Value)
		}
		if string(inJSON) != string(wantJSON) || string(inText) != string(wantText) {
			t.Fatalf("got %s and %s, want %s and %s", inJSON, inText, wantJSON, wantText)
		}
	})
}

type valuer struct{}

func (valuer) LogValue() slog.Value { return slog.IntValue(1) }
