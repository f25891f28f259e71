package encode

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// The oracle is log/slog itself: its handlers, with nothing but one attribute.

func dropBuiltins(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey || a.Key == slog.MessageKey) {
		return slog.Attr{}
	}
	return a
}

func slogs(t testing.TB, handler func(io.Writer, *slog.HandlerOptions) slog.Handler, a slog.Attr) string {
	t.Helper()
	var buf bytes.Buffer
	r := slog.NewRecord(time.Time{}, slog.LevelInfo, "", 0)
	r.AddAttrs(a)
	if err := handler(&buf, &slog.HandlerOptions{ReplaceAttr: dropBuiltins}).Handle(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(buf.String(), "\n")
}

func slogJSON(t testing.TB, a slog.Attr) string {
	return slogs(t, func(w io.Writer, o *slog.HandlerOptions) slog.Handler { return slog.NewJSONHandler(w, o) }, a)
}

func slogText(t testing.TB, a slog.Attr) string {
	return slogs(t, func(w io.Writer, o *slog.HandlerOptions) slog.Handler { return slog.NewTextHandler(w, o) }, a)
}

// checkValue compares both forms of a value with slog's.
func checkValue(t testing.TB, v slog.Value) {
	t.Helper()
	if got, want := "{\"k\":"+string(AppendJSONValue(nil, v, v.Kind()))+"}", slogJSON(t, slog.Attr{Key: "k", Value: v}); got != want {
		t.Errorf("JSON of %v %#v:\ngot  %s\nwant %s", v.Kind(), v.Any(), got, want)
	} else if !json.Valid([]byte(got)) {
		t.Errorf("%v %#v: not JSON: %s", v.Kind(), v.Any(), got)
	}
	if got, want := "k="+string(AppendTextValue(nil, v)), slogText(t, slog.Attr{Key: "k", Value: v}); got != want {
		t.Errorf("text of %v %#v:\ngot  %s\nwant %s", v.Kind(), v.Any(), got, want)
	}
}

// checkString compares a string as a value and as a key.
func checkString(t testing.TB, s string) {
	t.Helper()
	checkValue(t, slog.StringValue(s))
	a := slog.Int(s, 1)
	if got, want := "{"+string(AppendJSONString(nil, s))+":1}", slogJSON(t, a); got != want {
		t.Errorf("JSON key %q:\ngot  %s\nwant %s", s, got, want)
	}
	if got, want := string(AppendTextKey(nil, nil, s))+"=1", slogText(t, a); got != want {
		t.Errorf("text key %q:\ngot  %s\nwant %s", s, got, want)
	}
	var back string
	if err := json.Unmarshal(AppendJSONString(nil, s), &back); err != nil || back != strings.ToValidUTF8(s, "\ufffd") && utf8.ValidString(s) {
		t.Errorf("JSON of %q reads back as %q, error %v", s, back, err)
	}
	group := slog.Group(s, slog.Int("k k", 1), slog.Int("k", 2))
	if s != "" {
		got := string(AppendTextKey(nil, []byte(s+"."), "k k")) + "=1 " + string(AppendTextKey(nil, []byte(s+"."), "k")) + "=2"
		if want := slogText(t, group); got != want {
			t.Errorf("text group %q:\ngot  %s\nwant %s", s, got, want)
		}
	}
}

// Strings that are somewhere special.
var oddStrings = []string{
	"", "plain", "a b", "a=b", `"`, `\`, "'", "`", "<&>", "\n", "\r\n", "\t", "\b\f\v\a", "\x00\x01\x1f", "\x1b[31m", "\x7f",
	"é", "한국어", "漢字", "🙂", "👩\u200d💻", "e\u0301", "\u00a0", "\u0085", "\u2028\u2029", "\u202e\u2066\u200f", "\ufeff", "\u00ad", "\ufffd",
	"\xff", "a\xffb", "\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\U0010ffff", "\U000e0041", "a\\nb", "x\ufffd\xff\n",
	strings.Repeat("long", 100) + "\n",
}

func TestStrings(t *testing.T) {
	for _, s := range oddStrings {
		checkString(t, s)
	}
	for r := range rune(0x3100) {
		checkString(t, string(r))
	}
	for b := range 256 {
		checkString(t, string([]byte{'x', byte(b), 'y'}))
	}
}

func FuzzStrings(f *testing.F) {
	for _, s := range oddStrings {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkString(t, s)
		checkSafe(t, s)
	})
}

type (
	textMarshaler struct {
		text string
		err  error
	}
	jsonMarshaler struct {
		json string
		err  error
	}
	errorMarshaler struct{ error }
	formatter      struct{ error }
	namedBytes     []byte
	namedByte      byte
	stringer       string
	pointerError   struct{ text string }
	panics         struct{ v any }
	plain          struct {
		A string `json:"a"`
		b int
		C []any `json:",omitempty"`
	}
)

func (m textMarshaler) MarshalText() ([]byte, error)  { return []byte(m.text), m.err }
func (m jsonMarshaler) MarshalJSON() ([]byte, error)  { return []byte(m.json), m.err }
func (m errorMarshaler) MarshalJSON() ([]byte, error) { return json.Marshal("marshalled " + m.Error()) }
func (f formatter) Format(s fmt.State, _ rune)        { fmt.Fprintf(s, "formatted %+v\n", f.Error()) }
func (s stringer) String() string                     { return string(s) }
func (e *pointerError) Error() string                 { return e.text }
func (p panics) Error() string                        { panic(p.v) }
func (p panics) MarshalText() ([]byte, error)         { panic(p.v) }
func (p panics) MarshalJSON() ([]byte, error)         { panic(p.v) }

func TestValues(t *testing.T) {
	values := []any{
		0, 1, -1, int64(math.MinInt64), int64(math.MaxInt64), uint64(math.MaxUint64), true, false, nil,
		time.Duration(0), time.Nanosecond, -90 * time.Minute, time.Duration(math.MinInt64),
		time.Time{}, time.Unix(0, 1).UTC(), time.Date(2026, 11, 22, 11, 57, 0, 999_999_999, time.FixedZone("", -5*3600-1800)), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
		errors.New("an error"), errors.New("a\nb"), fmt.Errorf("wrapped: %w", io.EOF), errors.Join(io.EOF, io.ErrClosedPipe), (*pointerError)(nil), &pointerError{"p"},
		formatter{io.EOF}, errorMarshaler{io.EOF}, panics{"ouch"}, panics{io.EOF}, panics{nil}, (*panics)(nil),
		textMarshaler{"a b", nil}, textMarshaler{"\xff", nil}, textMarshaler{"", nil}, textMarshaler{"", io.EOF}, net.IPv4(127, 0, 0, 1), (*net.IP)(nil),
		jsonMarshaler{`{ "a" : 1 }`, nil}, jsonMarshaler{`"<&>"`, nil}, jsonMarshaler{`{`, nil}, jsonMarshaler{"", io.EOF}, jsonMarshaler{"1\n", nil},
		json.RawMessage(`[1, 2]`), json.RawMessage("nonsense"), json.Number("12"), []byte(nil), []byte{}, []byte("a b\xff"), namedBytes("x"), []namedByte("y"), [2]byte{1, 2},
		stringer("a b"), stringer(""), plain{A: "<x>", b: 1}, &plain{C: []any{1, "x", nil, 1.5}}, map[string]any{"b": 1, "a": map[string]int{"z": 2}}, []string{"a", "b c"},
		func() {}, make(chan int), complex(1, 2), math.Inf(1), []float64{math.NaN()}, struct{}{}, slog.LevelWarn, slog.Level(5), &slog.LevelVar{},
		[]slog.Attr{slog.Int("a", 1)}, url{"http://x/?a=1&b=2"},
	}
	for _, v := range values {
		value := slog.AnyValue(v)
		if value.Kind() == slog.KindGroup || value.Kind() == slog.KindLogValuer {
			continue
		}
		checkValue(t, value)
	}
}

type url struct{ URL string }

func TestFloats(t *testing.T) {
	check := func(f float64) {
		checkValue(t, slog.Float64Value(f))
		checkValue(t, slog.Float64Value(-f))
	}
	for _, f := range []float64{0, 1, 0.1, 100, 1e6, 123456789, 1e20, 1e21, 1e22, 1e-5, 1e-6, 9.99e-7, 1e-7, 1e-9, 1e-10, 1e-99, 1e-100,
		1e100, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Pi, math.MaxInt64, math.Inf(1), math.NaN()} {
		check(f)
		check(math.Nextafter(f, 0))
		check(math.Nextafter(f, math.Inf(1)))
	}
}

// FuzzValues compares the scalar kinds.
func FuzzValues(f *testing.F) {
	for _, n := range []int64{0, 1, -1, math.MaxInt64, math.MinInt64, int64(math.Float64bits(1e21)), int64(math.Float64bits(1e-7)), 1_800_000_000_123_456_789} {
		f.Add(n, "s")
	}
	f.Fuzz(func(t *testing.T, n int64, s string) {
		checkValue(t, slog.Int64Value(n))
		checkValue(t, slog.Uint64Value(uint64(n)))
		checkValue(t, slog.Float64Value(math.Float64frombits(uint64(n))))
		checkValue(t, slog.DurationValue(time.Duration(n)))
		checkValue(t, slog.TimeValue(time.Unix(n%1e10, n%1e9).UTC()))
		checkValue(t, slog.TimeValue(time.Unix(0, n).In(time.FixedZone(s, int(n%(18*60))*60))))
		checkValue(t, slog.AnyValue(errors.New(s)))
		checkValue(t, slog.AnyValue([]byte(s)))
		checkValue(t, slog.AnyValue(textMarshaler{s, nil}))
		checkValue(t, slog.AnyValue(jsonMarshaler{s, nil}))
		checkValue(t, slog.AnyValue(map[string]any{s: n}))
	})
}

// What slog writes for a year with five digits is no JSON; see appendJSONTime.
func TestJSONTimeOutOfRange(t *testing.T) {
	for _, year := range []int{-1, 10_000} {
		got := string(appendJSONTime(nil, time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)))
		if want := `"!ERROR:time.Time year outside of range [0,9999]"`; got != want {
			t.Errorf("year %d: got %s, want %s", year, got, want)
		}
	}
}

// What is in dst stays.
func TestAppend(t *testing.T) {
	const before = "before"
	for _, v := range []slog.Value{slog.StringValue("a b"), slog.IntValue(1), slog.Float64Value(1e-9), slog.TimeValue(time.Unix(0, 0)), slog.AnyValue(panics{"x"}), slog.AnyValue(plain{})} {
		if got := string(AppendJSONValue([]byte(before), v, v.Kind())); got != before+string(AppendJSONValue(nil, v, v.Kind())) {
			t.Errorf("JSON of %v: %s", v, got)
		}
		if got := string(AppendTextValue([]byte(before), v)); got != before+string(AppendTextValue(nil, v)) {
			t.Errorf("text of %v: %s", v, got)
		}
	}
	if got := string(AppendSafe([]byte(before), "a\n")); got != before+`a\n` {
		t.Error(got)
	}
}

func TestEscapeDEL(t *testing.T) {
	for _, test := range []struct{ before, in, want string }{
		{"", "plain", "plain"},
		{"", "a\x7fb\x7f", `a\x7fb\x7f`},
		{"\x7f", "\x7f", "\x7f" + `\x7f`},
	} {
		if got := string(EscapeDEL([]byte(test.before+test.in), len(test.before))); got != test.want {
			t.Errorf("EscapeDEL(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

func TestAppendSafe(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"", ""},
		{"plain text, with \"quotes\" and \\", "plain text, with \"quotes\" and \\"},
		{"a\nb\r\n\tc", `a\nb\r\n\tc`},
		{"\x1b[31mred\x1b[0m", `\x1b[31mred\x1b[0m`},
		{"\x00\a\b\f\v\x7f", `\x00\x07\x08\x0c\x0b\x7f`},
		{"\u0080\u0085\u009b", `\u0080\u0085\u009b`},
		{"\u2028\u2029", `\u2028\u2029`},
		{"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c", `\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c`},
		{"\ufeff\u00ad\u200b\u2060", `\ufeff\u00ad\u200b\u2060`},
		{"no-break\u00a0space", `no-break\u00a0space`},
		{"\U000e0041\U0010ffff\ue000", `\U000e0041\U0010ffff\ue000`},
		{"\xff\xc3(\xed\xa0\x80", `\xff\xc3(\xed\xa0\x80`},
		{"\ufffd", "\ufffd"},
		{"한국어 日本語 été e\u0301 🙂", "한국어 日本語 été e\u0301 🙂"},
		{"👩\u200d💻 \u0645\u06cc\u200c\u062e", "👩\u200d💻 \u0645\u06cc\u200c\u062e"},
		{"עברית العربية", "עברית العربية"},
	} {
		if got := string(AppendSafe(nil, test.in)); got != test.want {
			t.Errorf("%q: got %s, want %s", test.in, got, test.want)
		}
		checkSafe(t, test.in)
	}
	for r := range rune(0x3100) {
		checkSafe(t, string(r))
	}
}

// checkSafe checks that s comes out printable, and that doing it twice changes
// nothing.
func checkSafe(t testing.TB, s string) {
	t.Helper()
	got := string(AppendSafe(nil, s))
	for i, r := range got {
		if r == utf8.RuneError && !strings.HasPrefix(got[i:], "\ufffd") || r != zwj && r != zwnj && !unicode.IsGraphic(r) || r != ' ' && unicode.IsSpace(r) || unicode.Is(unicode.Bidi_Control, r) {
			t.Errorf("%q: %U in %q", s, r, got)
		}
	}
	if again := string(AppendSafe(nil, got)); again != got {
		t.Errorf("%q: %q is %q the second time", s, got, again)
	}
}

func TestAppendHex(t *testing.T) {
	if got := string(AppendHex([]byte("x"), []byte{0, 0x0f, 0xab, 0xff})); got != "x000fabff" {
		t.Error(got)
	}
}

func TestAllocs(t *testing.T) {
	dst := make([]byte, 0, 1024)
	now := time.Date(2026, 11, 22, 11, 57, 0, 123456789, time.UTC)
	prefix := []byte("group.")
	for _, v := range []slog.Value{
		slog.StringValue("a string"), slog.StringValue("a \"quoted\"\n\u2028 한 \xff"), slog.Int64Value(-1 << 40), slog.Uint64Value(1 << 50), slog.Float64Value(1.0 / 3),
		slog.Float64Value(1e-9), slog.BoolValue(true), slog.TimeValue(now), slog.AnyValue(io.EOF),
	} {
		want := 0.0
		if n := testing.AllocsPerRun(100, func() { dst = AppendJSONValue(dst[:0], v, v.Kind()) }); n != want {
			t.Errorf("JSON of %v: %v allocations", v, n)
		}
		if n := testing.AllocsPerRun(100, func() { dst = AppendTextValue(dst[:0], v) }); n != want {
			t.Errorf("text of %v: %v allocations", v, n)
		}
	}
	d := slog.DurationValue(90 * time.Minute)
	for name, f := range map[string]func(){
		"JSON of a duration": func() { dst = AppendJSONValue(dst[:0], d, d.Kind()) },
		"AppendSafe":         func() { dst = AppendSafe(dst[:0], "a\n\x1b한\xff\u202e") },
		"AppendTextKey":      func() { dst = AppendTextKey(dst[:0], prefix, "key") },
		"AppendHex":          func() { dst = AppendHex(dst[:0], prefix) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
