package logline

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/race"
)

// TestTorn has lines that were cut off, or that something else is in.
func TestTorn(t *testing.T) {
	const start = `{"time":"2026-11-22T11:57:00Z","level":"INFO",`
	const found = `plain torn 2026-11-22T11:57:00Z INFO`
	for _, test := range []struct{ line, want string }{
		{start + `"msg":"pa`, found},
		{start + `"msg":"paid","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"`, found + ` trace=w3c`},
		{start + `"msg":"paid","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736`, found},
		{start + `"msg":"paid","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","sp`, found + ` trace=w3c`},
		{start, found},
		{strings.TrimSuffix(start, ","), found},
		{start + `}`, found},
		{start + `"a":{"b":[1,{"c":2},`, found},
		{start + `"trace":{"id":"4bf92f3577b34da6a3ce929d0e0e4736","x":`, found + ` trace=w3c`},
		{start + `"a":1}{"span_id":"00f067aa0ba902b7"}`, found},
		{start + `"a":1} and more`, found},
		{start + "\"a\":\"\tn\"}", found},
		{start + `"a":-}`, found},
		{start + `"a":-`, found},
		{start + `"a":1.}`, found},
		{start + `"a":1e}`, found},
		{start + `"a":1e+}`, found},
		{start + `"a":[1}}`, found},
		{start + `"a":[{"b":1]]}`, found},
		{start + `"a":[{"b":1,}]}`, found},
		{start + `"a":[{1:2}]}`, found},
		{start + `"a":[1,]}`, found},
		{start + `"a":[1 2]}`, found},
		{start + `"a":[tru]}`, found},
		{start + `"a":1,}`, found},
		{start + `"a":01,"span_id":"00f067aa0ba902b7"}`, found},
		{start + `"a":"\x","span_id":"00f067aa0ba902b7"}`, found},
		// A number may have lost digits.
		{`{"level":30,"time":17953486`, `plain torn INFO`},
		{`{"level":30,"time":1795348620`, `plain torn INFO`},
		{`{"level":30,"time":1795348620{"level":40}`, `plain torn INFO`},
		{"{\"level\":30,\"time\":1795348620\x00\x00", `plain torn INFO`},
		{`{"level":30,"time":1795348620 `, `plain torn 2026-11-22T11:57:00Z INFO`},
		{`{"level":30,"timestamp":{"seconds":1795348620,"nanos":123`, `plain torn 2026-11-22T11:57:00Z INFO`},
		{`{"level":30,"timestamp":{"seconds":1795348620,"nanos":123}`, `plain torn 2026-11-22T11:57:00.000000123Z INFO`},
		// Nothing was complete.
		{`{"time":"2026-11-22T11:57:00Z`, `plain`},
		{`{"time":`, `plain`},
		{`{"time"`, `plain`},
		{`{`, `plain`},
		{`{level=info}`, `plain`},
		{`"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}`, `plain`},
		{`time=2026-11-22T11:57:00Z level=INFO msg="pa`, found},
		{`time=2026-11-22T11:57:00Z level=INFO msg="paid\"`, found},
		{`a="b`, `plain`},
		{`time=2026-11-22T11:57:00Z level=INFO msg="paid"x=1`, `plain`},
		{`time=2026-11-22T11:57:00Z level=INFO "msg`, `plain`},
		{`time=2026-11-22T11:57:00Z level=INFO =1`, `plain`},
	} {
		assert.Equal(t, test.line, describe(parse(t, test.line)), test.want+" msg="+test.line)
		checkLine(t, []byte(test.line))
	}
}

// TestCuts cuts lines everywhere: what is found must be that of the members that are
// complete.
func TestCuts(t *testing.T) {
	type member struct{ key, value string }
	members := []member{
		{"ts", "1795348621"}, {"a", `"x\"},{"`}, {"time", `"2026-11-22T11:57:00Z"`}, {"level", "30"}, {"b", "[1,[2,{}]]"}, {"msg", `"m"`},
		{"trace", `{"id":"4bf92f3577b34da6a3ce929d0e0e4736"}`}, {"trace_id", `"0af7651916cd43dd8448eb211c80319c"`}, {"span_id", "67667974448284343"}, {"z", "null"},
	}
	line, whole := "{", []string{} // whole are the lines that end in one of the members
	for _, m := range members {
		line += `"` + m.key + `":` + m.value
		whole = append(whole, line+"}")
		line += ","
	}
	line = strings.TrimSuffix(line, ",") + "}"
	for cut := range line {
		r := parse(t, line[:cut])
		// A member is complete with the comma behind it, or what closes the whole. If it is
		// no number, it is so without.
		var before, behind Head
		for _, w := range whole {
			if len(w) <= cut {
				before = parse(t, w).Head
			}
			if behind = parse(t, w).Head; len(w) > cut {
				break
			}
		}
		before.Kind, before.Torn, behind.Kind, behind.Torn = Plain, cut > len(whole[0])-1, Plain, true
		closed := cut > 0 && strings.IndexByte(`"}]l`, line[cut-1]) >= 0
		if r.Head != before && !(closed && r.Head == behind) {
			t.Errorf("%s:\n got %+v\nwant %+v", line[:cut], r.Head, before)
		}
	}
	if r := parse(t, line); r.Kind != JSON || r.Torn {
		t.Errorf("whole: %s", describe(r))
	}
}

// TestAround has what may be in front of a line and behind it.
func TestAround(t *testing.T) {
	for _, test := range []struct{ line, want string }{
		{"\ufeff" + `{"level":"info"}` + "\r\n", `json INFO`},
		{"\x1b[32m" + `{"level":"info"}` + "\x1b[0m\n", `json INFO`},
		{"\ufeff\x1b[1;32m\x1b[m\t " + `{"level":"info"}` + " \t\x1b[0m\r\n\r\n", `json INFO`},
		{`{"level":"info"}` + "\x1b[0m", `json INFO`},
		{"\x1b[36mlevel=info msg=m\x1b[0m", `text INFO msg=m`},
		{"level=info msg=m\r\n", `text INFO msg=m`},
		{"\x1b[31mpanic: no\x1b[0m\n", `plain msg=panic: no`},
		{"\x1b[31ma \x1b[1mb\x1b[0m c\n", "plain msg=a \x1b[1mb\x1b[0m c"},
		{"\x1b[2J" + `{"level":"info"}`, "plain msg=\x1b[2J" + `{"level":"info"}`},
		{"\x1b[31", "plain msg=\x1b[31"},
		{"\x1b[0m", "plain msg="},
		{"[0m", "plain msg=[0m"},
		{"\r\n", "plain msg="},
		{" level=info msg=m", "plain msg= level=info msg=m"},
		{"level=info  msg=m  ", "text INFO msg=m"},
		{"{\"level\"\n:\t\"info\" ,\r\n \"a\" : [ 1 , { \"b\" : { } } , [ ] ] }", "json INFO | a=[ 1 , { \"b\" : { } } , [ ] ]"},
		{"{ }", "json"},
		{"{}", "json"},
	} {
		assert.Equal(t, fmt.Sprintf("%q", test.line), describe(parse(t, test.line)), test.want)
		checkLine(t, []byte(test.line))
	}
}

// TestOddStrings has escapes, and bytes that are no UTF-8.
func TestOddStrings(t *testing.T) {
	for _, test := range []struct{ line, want string }{
		{`{"\u006ce\u0076el":"\u0069nfo","a\nb":"\ud83d\ude00\t\/\b\f\\\""}`, "json INFO | a\nb=😀\t/\b\f\\\""},
		{`{"logging.googleapis.com\/trace":"projects\/p\/traces\/4bf92f3577b34da6a3ce929d0e0e4736","time":"2026-11-22T11:57:00\u005a"}`, `json 2026-11-22T11:57:00Z trace=w3c`},
		{`{"tr\u0061ce":{"\u0069d":"4bf92f3577b34da6a3ce929d0e0e4736"},"a":{"\u0062":{"c":1}}}`, `json trace=w3c | a.b.c=1`},
		{"{\"msg\":\"a\xffb\xc3\",\"\xfe\":\"\xe2\x82\",\"l\xff\":[\"\xff\"]}", "json msg=a\ufffdb\ufffd | \ufffd=\ufffd\ufffd l\ufffd=[\"\ufffd\"]"},
		{`{"a":"\ud800","b":"\ud800\ud800\udc00","c":"\udc00x","d":"\ud800\u0041"}`, "json | a=\ufffd b=\ufffd𐀀 c=\ufffdx d=\ufffdA"},
		{`{"":1,"a":{"":{"":2}},".":3}`, `json | =1 a..=2 .=3`},
		{"{\"level\":\"info\",\"a\":\"\x00\"}", "plain torn INFO msg={\"level\":\"info\",\"a\":\"\x00\"}"},
		{"{\"a\":\"\x7f\u2028\"}", "json | a=\x7f\u2028"},
		{"level=info \"a\\nb\"=\"c\\x00\\xff\\u00e9\\U0001f600\\q\\\\\" d=C:\\new\\ e=\xff f=a\"b", "text INFO | a\nb=c\x00\ufffdé😀\\q\\ d=C:\\new\\ e=\ufffd f=a\"b"},
		{"level=info \xff=1 a=\"\\ud83d\\ude00\\ud83d\" b=\"\\u12\" c=\"\\U00110000\"", "text INFO | \ufffd=1 a=😀\ufffd b=\\u12 c=\\U00110000"},
		{`level=info a="\ud83d\uzzzz\a\b\f\r\t\v\'\/"`, "text INFO | a=\ufffd\\uzzzz\a\b\f\r\t\v'/"},
		{`level=info a="\u00zz\x0g"`, `text INFO | a=\u00zz\x0g`},
		{"level=info a\tb=1", "plain msg=level=info a\tb=1"},
		{"level=info a=b=c url=/?x=1&y=2", "text INFO | a=b=c url=/?x=1&y=2"},
	} {
		assert.Equal(t, fmt.Sprintf("%q", test.line), describe(parse(t, test.line)), test.want)
		checkLine(t, []byte(test.line))
	}
}

// TestLongKeys: objects whose dotted keys are too long are values.
func TestLongKeys(t *testing.T) {
	for n := range 2 * maxPath {
		key := strings.Repeat("k", n)
		for _, line := range []string{`{"` + key + `":{"a":{"b":1}}}`, `{"a":{"` + key + `":{"b":{"c":[]}}}}`, `{"trace":{"` + key + `":{"b":1}}}`} {
			checkLine(t, []byte(line))
		}
	}
	assert.Equal(t, "short", describe(parse(t, `{"`+strings.Repeat("k", 127)+`":{"a":1}}`)), "json | "+strings.Repeat("k", 127)+".a=1")
	assert.Equal(t, "long", describe(parse(t, `{"`+strings.Repeat("k", 128)+`":{"a":1}}`)), "json | "+strings.Repeat("k", 128)+`={"a":1}`)
}

// TestNesting nests as deep as encoding/json can, and one deeper.
func TestNesting(t *testing.T) {
	for _, test := range []struct{ name, open, close, inner string }{
		{"arrays", `[`, `]`, `1`},
		{"objects", `{"a":`, `}`, `1`},
		{"objects with known names", `{"trace":`, `}`, `1`},
		{"both", `[{"a":`, `}]`, `1`},
		{"empty", `[`, `]`, `[]`},
	} {
		for _, depth := range []int{127, 128, 9996, 9997, 9998, 9999, 10000, 10001, 10002} {
			n := depth / strings.Count(test.open+" ", test.open[:1])
			line := `{"level":"info","a":` + strings.Repeat(test.open, n) + test.inner + strings.Repeat(test.close, n) + `}`
			want := Plain
			if json.Valid([]byte(line)) {
				want = JSON
			}
			r := parse(t, line)
			if r.Kind != want || !r.HasLevel || r.Torn != (want == Plain) {
				t.Errorf("%s, %d: %v, torn %v", test.name, depth, r.Kind, r.Torn)
			}
			if depth > 1000 { // the reference takes its time
				continue
			}
			if want, _ := refDescribe([]byte(line), berlin); describe(r) != want {
				t.Errorf("%s, %d: got %.300s, want %.300s", test.name, depth, describe(r), want)
			}
		}
	}
}

// TestLarge has lines of a megabyte and more. All take time in proportion; the test's own
// deadline would notice if not.
func TestLarge(t *testing.T) {
	n := 1 << 20
	if race.Enabled {
		n >>= 4
	}
	for _, test := range []struct{ name, line string }{
		{"a string", `{"level":"info","a":"` + strings.Repeat("x", n) + `"}`},
		{"escapes", `{"level":"info","a":"` + strings.Repeat(`\"`, n) + `"}`},
		{"quotes", `level=info a="` + strings.Repeat(`\"`, n) + `"`},
		{"no UTF-8", `{"level":"info","a":"` + strings.Repeat("\xff", n) + `"}`},
		{"a number", `{"level":"info","time":` + strings.Repeat("1", n) + `}`},
		{"small numbers", `{"level":"info","time":0.` + strings.Repeat("0", n) + `1e` + strings.Repeat("9", n) + `}`},
		{"a key", `{"level":"info","` + strings.Repeat("x", n) + `":1}`},
		{"members", `{"level":"info"` + strings.Repeat(`,"a":1`, n/8) + `}`},
		{"words", `time=2026-11-22T11:57:00Z level=info` + strings.Repeat(` a`, n/8)},
		{"members in long keys", `{"level":"info","` + strings.Repeat("x", 122) + `":{"y":{"":{"":0` + strings.Repeat(`,"":1`, n/8) + `}}}}`},
		{"braces", strings.Repeat(`{`, n)},
		{"open objects", `{"level":"info"` + strings.Repeat(`,"a":{"b":1`, n)},
		{"spaces", `{"level":"info"` + strings.Repeat(" ", n) + `}`},
		{"colours", strings.Repeat("\x1b[0m", n) + `{"level":"info"}` + strings.Repeat("\x1b[0m\r", n)},
		{"an unfinished colour", `{"level":"info"}` + strings.Repeat("0", n) + "m"},
		{"nulls", strings.Repeat("\x00", n)},
		{"a traceparent", `{"level":"info","trace_id":"projects/` + strings.Repeat("/traces/", n) + `"}`},
	} {
		r := parse(t, test.line)
		if want := strings.Contains(test.line, "level"); r.HasLevel != want {
			t.Errorf("%s: level %v", test.name, r.HasLevel)
		}
		if used := cap(r.buf); used > 50*len(test.line) {
			t.Errorf("%s: a line of %d bytes has used %d", test.name, len(test.line), used)
		}
	}
}
