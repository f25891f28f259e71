package logline

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/spanlog/spanlog/internal/assert"
)

func TestTimes(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"2026-11-22T11:57:00Z", "2026-11-22T11:57:00Z"},
		{"2026-11-22t11:57:00z", "2026-11-22T11:57:00Z"},
		{"2026-11-22 11:57:00.1+00:00", "2026-11-22T11:57:00.1Z"},
		{"2026-11-22T11:57:00,123456789-05:30", "2026-11-22T17:27:00.123456789Z"},
		{"2026-11-22T11:57:00.1234567899Z", "2026-11-22T11:57:00.123456789Z"},
		{"2026-11-22T11:57:00+0100", "2026-11-22T10:57:00Z"},
		{"2026-11-22T11:57:00+01", "2026-11-22T10:57:00Z"},
		{"2026-11-22 11:57:00 +0100", "2026-11-22T10:57:00Z"},
		{"2026-11-22 11:57:00 UTC", "2026-11-22T11:57:00Z"},
		{"2026/11/22 11:57:00.5", "2026-11-22T10:57:00.5Z"},
		{"2026-11-22 11:57:00,123", "2026-11-22T10:57:00.123Z"}, // winter in Berlin
		{"2026-07-22 11:57:00", "2026-07-22T09:57:00Z"},         // summer
		{"2024-02-29T23:59:59.999999999Z", "2024-02-29T23:59:59.999999999Z"},
		{"2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z"},
		{"1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z"},
		{"1677-09-22T00:00:00Z", "1677-09-22T00:00:00Z"},
		{"2262-04-11T23:47:15Z", "2262-04-11T23:47:15Z"},
		{"1795348620", "2026-11-22T11:57:00Z"},
		{"1795348620.123456789012", "2026-11-22T11:57:00.123456789Z"},
		{"1795348620123", "2026-11-22T11:57:00.123Z"},
		{"1795348620123.456789", "2026-11-22T11:57:00.123456789Z"},
		{"1795348620123456", "2026-11-22T11:57:00.123456Z"},
		{"1795348620123456789", "2026-11-22T11:57:00.123456789Z"},
		{"1.795348620123e9", "2026-11-22T11:57:00.123Z"},
		{"1795348620123E-3", "2026-11-22T11:57:00.123Z"},
		{"0.001795348620123e+12", "2026-11-22T11:57:00.123Z"},
		{"100000000", "1973-03-03T09:46:40Z"},
		{"9223372036854775807", "2262-04-11T23:47:16.854775807Z"},
		// None of these is a time.
		{"1970-01-01T00:00:00Z", ""},
		{"0001-01-01T00:00:00Z", ""},
		{"9999-12-31T23:59:59Z", ""},
		{"2026-11-22", ""},
		{"2026-11-22T11:57:0", ""},
		{"2026-13-22T11:57:00Z", ""},
		{"2026-00-22T11:57:00Z", ""},
		{"2026-02-29T11:57:00Z", ""},
		{"2026-11-31T11:57:00Z", ""},
		{"2026-11-00T11:57:00Z", ""},
		{"2026-11-22T24:00:00Z", ""},
		{"2026-11-22T11:60:00Z", ""},
		{"2026-11-22T11:57:60Z", ""},
		{"2026-11-22T11:57:00.Z", ""},
		{"2026-11-22T11:57:00Zx", ""},
		{"2026-11-22T11:57:00+24:00", ""},
		{"2026-11-22T11:57:00+01:60", ""},
		{"2026-11-22T11:57:00+1", ""},
		{"2026-11-22T11:57:00 CET", ""},
		{"2026-11-22T11:57:00+01:", ""},
		{"2026-11-22T11:57:00 ", ""},
		{"2026-11/22T11:57:00Z", ""},
		{"2026-11-22x11:57:00Z", ""},
		{"99999999", ""},
		{"99999999999", ""},
		{"9223372036854775808", ""},
		{"1e400", ""},
		{"1e-99999999999999999999", ""},
		{"0", ""},
		{"0e10", ""},
		{"-1795348620", ""},
		{"01795348620", ""},
		{"1795348620.", ""},
		{"1_795_348_620", ""},
		{"", ""},
	} {
		got := ""
		if ns, ok := parseTime([]byte(test.text), berlin); ok {
			got = time.Unix(0, ns).UTC().Format(time.RFC3339Nano)
		}
		assert.Equal(t, test.text, got, test.want)
		checkTime(t, test.text)
	}
	if ns, ok := parseTime([]byte("2026-11-22 11:57:00"), nil); !ok || ns != time.Date(2026, 11, 22, 11, 57, 0, 0, time.Local).UnixNano() {
		t.Error("no location is not time.Local")
	}
}

// checkTime holds a time to the reference.
func checkTime(t interface{ Errorf(string, ...any) }, text string) {
	got, ok := parseTime([]byte(text), berlin)
	want, wantOK := refTime(text, berlin)
	if ok != wantOK || ok && got != want {
		t.Errorf("%q: got %d %v, want %d %v", text, got, ok, want, wantOK)
	}
}

// TestAllDays: every day from 1678 to 2262 is as far from 1970 as package time has it.
func TestAllDays(t *testing.T) {
	for at := time.Date(1678, 1, 1, 12, 34, 56, 0, time.UTC); at.Year() < 2262; at = at.AddDate(0, 0, 1) {
		text := at.Format(time.RFC3339)
		if got, ok := parseTime([]byte(text), nil); !ok || got != at.UnixNano() {
			t.Fatalf("%s: got %d %v, want %d", text, got, ok, at.UnixNano())
		}
	}
}

func TestLevels(t *testing.T) {
	level := func(text string, f form) string {
		if l, ok := parseLevel([]byte(text), f); ok {
			return fmt.Sprint(int(l))
		}
		return "none"
	}
	for _, test := range []struct {
		texts string
		want  string
	}{
		{"trace TRACE Trace TRC verbose finest", "-8"},
		{"debug DEBUG DBG fine 7 20", "-4"},
		{"info INFO inf Information informational 6 30", "0"},
		{"notice NOTICE INFO+2 5 35", "2"},
		{"warn WARN Warning wrn 4 40 ERROR-4", "4"},
		{"error ERR eror SEVERE 3 50 8", "8"},
		{"fatal CRITICAL panic DPANIC alert emerg Emergency 0 1 2 60", "12"},
		{"-4 10+", "none"},
		{"INFO+ INFO++2 INFO+2x INFO2 INF0 high verbosely 8.0 1e1 - + 100000 1000 -17 INFO+100000", "none"},
	} {
		for text := range strings.FieldsSeq(test.texts) {
			want := test.want
			if text == "-4" { // slog's number
				want = "-4"
			}
			assert.Equal(t, text, level(text, formUsual), want)
			assert.Equal(t, "space around "+text, level(" "+text+"\t", formUsual), want)
		}
	}
	for _, test := range []struct {
		form form
		from int // the first number, and then the levels of it and the next ones
		want string
	}{
		{formUsual, 8, "8 9 -8 -8 -8 -7"},
		{formUsual, -17, "none -16 -15"},
		{formOTel, 0, "none -8 -7 -6 -5 -4 -3 -2 -1 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 none"},
		{formSyslog, -1, "none 12 12 12 8 4 2 0 -4 none"},
		{formSeverity, 0, "12 12 12 8 4 2 0 -4 -1 0 1"},
		{formSeverity, 23, "14 15 none"},
	} {
		for i, want := range strings.Fields(test.want) {
			assert.Equal(t, fmt.Sprint("form ", test.form, ", number ", test.from+i), level(fmt.Sprint(test.from+i), test.form), want)
		}
	}
	for f, want := range map[form]string{
		formUsual:    "100=-4 200=0 250=2 300=4 400=8 500=12 550=12 600=12 1000=none", // Monolog
		formSeverity: "100=-4 200=0 300=2 400=4 500=8 600=12 700=12 800=12 1000=none", // Google
		formNamed:    "3=none 30=none 200=none",
		formPython:   "0=none 5=-6 10=-4 20=0 25=2 30=4 40=8 50=12 61=none",
	} {
		for pair := range strings.FieldsSeq(want) {
			number, want, _ := strings.Cut(pair, "=")
			assert.Equal(t, fmt.Sprint("form ", f, ", number ", number), level(number, f), want)
		}
	}
	for l := slog.Level(-20); l < 30; l++ {
		if got, ok := parseLevel([]byte(l.String()), formUsual); !ok || got != l {
			t.Errorf("%v: got %v", l, got)
		}
	}
}

func TestIDs(t *testing.T) {
	for _, test := range []struct{ json, trace, span string }{
		{`"4bf92f3577b34da6a3ce929d0e0e4736"`, w3cTrace, ""},
		{`"4BF92F3577B34DA6A3CE929D0E0E4736"`, w3cTrace, ""},
		{`"0x4bf92f3577b34da6a3ce929d0e0e4736"`, w3cTrace, ""},
		{`"4bf92f35-77b3-4da6-a3ce-929d0e0e4736"`, w3cTrace, ""},
		{`"1-4bf92f35-77b34da6a3ce929d0e0e4736"`, w3cTrace, ""},
		{`"projects/p/traces/4bf92f3577b34da6a3ce929d0e0e4736"`, w3cTrace, ""},
		{`"projects/p/traces/4bf92f35"`, "0000000000000000000000004bf92f35", ""},
		{`"00f067aa0ba902b7"`, "000000000000000000f067aa0ba902b7", w3cSpan},
		{`"f067aa0ba902b7"`, "000000000000000000f067aa0ba902b7", w3cSpan},
		{`"0xf067aa0ba902b7"`, "000000000000000000f067aa0ba902b7", w3cSpan},
		{`"067aa0ba902b7"`, "0000000000000000000067aa0ba902b7", "000067aa0ba902b7"},
		{`"1234567890123456"`, "00000000000000001234567890123456", "1234567890123456"},
		{`"12345678901234567"`, "0000000000000000002bdc545d6b4b87", "002bdc545d6b4b87"},
		{`"18446744073709551615"`, "0000000000000000ffffffffffffffff", "ffffffffffffffff"},
		{`67667974448284343`, "000000000000000000f067aa0ba902b7", w3cSpan},
		{`7`, "00000000000000000000000000000007", "0000000000000007"},
		{`"bf92f3577b34da6a3ce929d0e0e4736"`, "0bf92f3577b34da6a3ce929d0e0e4736", ""},
		{`"00000000000000000000000000000000"`, "", ""},
		{`"0000000000000000"`, "", ""},
		{`"00000000-0000-0000-0000-000000000000"`, "", ""},
		{`0`, "", ""},
		{`"0"`, "", ""},
		{`18446744073709551616`, "", ""},
		{`-7`, "", ""},
		{`1e18`, "", ""},
		{`44444444444444444444444444444444`, "", ""},
		{`"4bf92f3577b34da6a3ce929d0e0e473x"`, "", ""},
		{`"4bf92f3577b34da6a3ce929d0e0e47361"`, "", ""},
		{`"xbf92f357"`, "", ""},
		{`"1-4bf92f35-77b34da6a3ce929d0e0e473"`, "", ""},
		{`"2-4bf92f35-77b34da6a3ce929d0e0e4736"`, "", ""},
		{`"4bf92f35-77b34-da6-a3ce-929d0e0e4736"`, "", ""},
		{`"projects/p/4bf92f3577b34da6a3ce929d0e0e4736"`, "", ""},
		{`"feed"`, "", ""},
		{`"0x"`, "", ""},
		{`""`, "", ""},
	} {
		zeros := func(s string, n int) string {
			if s == "" {
				return strings.Repeat("0", n)
			}
			return s
		}
		r := parse(t, `{"trace_id":`+test.json+`,"span_id":`+test.json+`}`)
		assert.Equal(t, "trace "+test.json, r.Trace.String(), zeros(test.trace, 32))
		assert.Equal(t, "span "+test.json, r.Span.String(), zeros(test.span, 16))
	}
	for _, test := range []struct{ parent, want string }{
		{"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", " trace=w3c span=w3c"},
		{"cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-may-come", " trace=w3c span=w3c"},
		{"ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", ""},
		{"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x", ""},
		{"00-00000000000000000000000000000000-00f067aa0ba902b7-01", ""},
		{"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", ""},
		{"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x", ""},
		{"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", ""},
		{"", ""},
	} {
		r := parse(t, `{"traceparent":"`+test.parent+`"}`)
		assert.Equal(t, test.parent, describeHead(r.Head), test.want)
	}
}

// TestHex puts every byte at every place of eight digits.
func TestHex(t *testing.T) {
	for at := range 8 {
		for b := range 256 {
			digits := []byte("0123cDeF")
			digits[at] = byte(b)
			want, err := hex.DecodeString(string(digits))
			var got [4]byte
			if ok := decodeHex(got[:], digits); ok != (err == nil) || ok && string(got[:]) != string(want) {
				t.Errorf("%q: got %x, want %x, %v", digits, got, want, err)
			}
		}
	}
}

// TestStringEnd puts every byte at every place of a string.
func TestStringEnd(t *testing.T) {
	var scanner Scanner
	var r Record
	for n := range 20 {
		for at := range n {
			for b := range 256 {
				s := []byte(strings.Repeat("~", n))
				s[at] = byte(b)
				line := []byte(`{"a":"` + string(s) + `"}`)
				var want map[string]string
				err := json.Unmarshal(line, &want)
				scanner.Parse(line, &r)
				if got := r.Kind == JSON; got != (err == nil) {
					t.Fatalf("%q: JSON %v, %v", line, got, err)
				}
				if err == nil && string(r.Attrs[0].Text) != want["a"] {
					t.Fatalf("%q: got %q", line, r.Attrs[0].Text)
				}
				checkTextBytes(t, string(s))
			}
		}
	}
}

// checkTextBytes holds wordEnd and quotedEnd to their word.
func checkTextBytes(t *testing.T, s string) {
	want := strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r == '=' || r == '"' })
	if want < 0 {
		want = len(s)
	}
	if got := wordEnd([]byte(s), 0); got != want {
		t.Fatalf("%q: the word ends at %d, not %d", s, got, want)
	}
	want = -1
	for i := 0; i < len(s) && want < 0; i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			want = i
		}
	}
	if got, _ := quotedEnd([]byte(s), 0); got != want {
		t.Fatalf("%q: the quotes end at %d, not %d", s, got, want)
	}
}

// TestEveryTime: what package time formats, in any of the usual layouts, comes back.
func TestEveryTime(t *testing.T) {
	layouts := []string{time.RFC3339, time.RFC3339Nano, "2006-01-02T15:04:05.000Z0700", "2006-01-02 15:04:05,000-07", "2006-01-02 15:04:05.999999999 -0700", "2006/01/02 15:04:05.000000Z07:00"}
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-9e9, 9e9).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).
			In(time.FixedZone("", 60*rapid.IntRange(-23*60, 23*60).Draw(t, "minutes east")))
		text := at.Format(rapid.SampledFrom(layouts).Draw(t, "layout"))
		checkTime(t, text)
		if _, ok := parseTime([]byte(text), nil); !ok && at.Unix() != 0 {
			t.Fatalf("%q is no time", text)
		}
	})
}
