package logline

import "testing"

// FuzzLine reads any line, and compares what is an object with the reference.
func FuzzLine(f *testing.F) {
	for _, c := range benchLogs() {
		for _, line := range c.lines[:min(len(c.lines), 10)] {
			if len(line) < 2000 {
				f.Add(line)
			}
		}
	}
	for _, prefix := range []string{"[pod/shop-7d4b/shop] ", "shop-1  | ", "2026-11-22T11:57:00.123456789Z ", "2026-11-22T11:57:00+01:00 stdout P "} {
		f.Add([]byte(prefix + `{"msg":"m"}`))
		f.Add([]byte("shop-1  | \x1b[0m" + prefix + "level=info"))
	}
	spanlogLines(f, func(_ string, _ Kind, line string) { f.Add([]byte(line)) })
	f.Fuzz(func(t *testing.T, line []byte) {
		if len(line) > 1<<14 {
			return // the reference is slow
		}
		checkLine(t, line)
	})
}

// FuzzMember reads an object with one key and value, and the same within another one. Most
// inputs are valid JSON, which those of FuzzLine seldom stay.
func FuzzMember(f *testing.F) {
	for _, key := range []string{"time", "level", "trace_id", "dd.span_id", "traceparent", "msg", "source", "timestamp.seconds"} {
		for _, value := range []string{"2026-11-22T11:57:00.123Z", "2026-11-22 11:57:00,123 +0100", "INFO+2", w3cTrace, "00-" + w3cTrace + "-" + w3cSpan + "-01", "a.go:7", "1.795348620123e9", "30"} {
			f.Add(key, value, true)
			f.Add(key, value, false)
		}
	}
	f.Fuzz(func(t *testing.T, key, value string, quote bool) {
		if len(key)+len(value) > 1<<12 {
			return
		}
		if quote {
			value = `"` + value + `"`
		}
		checkLine(t, []byte(`{"`+key+`":`+value+`}`))
		checkLine(t, []byte(`{"`+key+`":{"`+key+`":`+value+`},"timestamp":{"nanos":`+value+`}}`))
	})
}

// FuzzTime compares times and levels with the reference.
func FuzzTime(f *testing.F) {
	for _, text := range []string{"2026-11-22T11:57:00.123456789+01:00", "2026/11/22 11:57:00,5 UTC", "1795348620.5e0", "INFO+2", "30"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkTime(t, text)
		for f := range formGuess {
			got, ok := parseLevel([]byte(text), f)
			want, wantOK := refLevel(text, f)
			if f != formDecimal && (ok != wantOK || ok && got != want) {
				t.Errorf("%q, form %d: got %v %v, want %v %v", text, f, got, ok, want, wantOK)
			}
		}
	})
}
