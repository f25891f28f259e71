package logquery

import (
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
)

func TestParse(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"", ""},
		{" \t\n ", ""},

		{traceA, "trace " + traceA},
		{strings.ToUpper(traceA), "trace " + traceA},
		{"00-" + traceA + "-" + spanA + "-01", "trace " + traceA},
		{"\u00a0" + traceA + "\n", "trace " + traceA},
		{spanA, "span " + spanA},
		{strings.ToUpper(spanA), "span " + spanA},
		{traceA + " " + spanA, "trace " + traceA + ", span " + spanA},
		{"trace:" + traceA, "trace " + traceA},
		{"trace=" + spanB, "trace 0000000000000000" + spanB},
		{"trace_id=" + traceA, "trace " + traceA},
		{"trace_id:00-" + traceA + "-" + spanA + "-01", "trace " + traceA},
		{"traceId=" + traceA, "trace " + traceA},
		{"TRACE-ID:" + traceA, "trace " + traceA},
		{`trace:"` + traceA + `"`, "trace " + traceA},
		{"span:" + spanA, "span " + spanA},
		{"span_id=" + spanA + " spanId:" + spanA, "span " + spanA},
		{traceA + " trace:" + traceA, "trace " + traceA},
		{traceA[1:], "text " + quote(traceA[1:])},
		{traceA + "0", "text " + quote(traceA+"0")},
		{strings.Repeat("0", 32), "text " + quote(strings.Repeat("0", 32))},
		{strings.Repeat("0", 16), "text " + quote(strings.Repeat("0", 16))},
		{"00-" + traceA + "-01", "text " + quote("00-"+traceA+"-01")},
		{quote(traceA), "text " + quote(traceA)},
		{"-" + traceA, "text not " + quote(traceA)},

		{"level:warn", "level from 4"},
		{"level>=warn", "level from 4"},
		{"Level >=warn", `text "Level", text ">=warn"`},
		{"level>info", "level from 1"},
		{"level=error", "level from 8, level to 11"},
		{"level=trace", "level from the lowest, level to -5"},
		{"level=FATAL", "level from 12, level to the highest"},
		{"level=critical", "level from 12, level to the highest"},
		{"level=info+2", "level from 2, level to 2"},
		{"level=-4", "level from -4, level to -1"},
		{"level<warn", "level to 3"},
		{"level<=info", "level to 0"},
		{`level<="info"`, "level to 0"},
		{"level>=info level<warn", "level from 0, level to 3"},
		{"level>=warn level>=info level<fatal level<error", "level from 4, level to 7"},
		{"level>9223372036854775807", "level from 9223372036854775807"},
		{"level<-9223372036854775808", "level to -9223372036854775808"},

		{"since:10m", "since 2026-11-28T12:20:00Z"},
		{"since=10m until:15:04", "since 2026-11-28T12:20:00Z, until 2026-11-28T15:04:00Z"},
		{`since="2026-11-27 10:00:00"`, "since 2026-11-27T10:00:00Z"},
		{"since:2026-11-28T10:00:00+01:00", "since 2026-11-28T09:00:00Z"},
		{"since:10m since:5m until:1m until:2m", "since 2026-11-28T12:25:00Z, until 2026-11-28T12:28:00Z"},
		{"since:0001-01-01 until:9999-12-31", "since 1677-09-21T00:12:43.145224192Z, until 2262-04-11T23:47:16.854775807Z"},
		{"until:1970-01-01", "until 1970-01-01T00:00:00.000000001Z"},

		{"order=17", `field order="17"`},
		{"order!=17", `field not order="17"`},
		{"-order=17", `field not order="17"`},
		{"-order!=17", `field order="17"`},
		{"order=", `field order=""`},
		{`order="" done`, `field order="", text "done"`},
		{"query=a=b", `field query="a=b"`},
		{`msg="card declined"`, `field msg="card declined"`},
		{`msg="a \"b\" \\ \n"`, `field msg="a \"b\" \\ \\n"`},
		{`msg=say"hi"`, `field msg="say\"hi\""`},
		{"http.status=402 service.name=shop", `field http.status="402", field service.name="shop"`},
		{"größe=5 x/y@z$-1=6", `field größe="5", field x/y@z$-1="6"`},
		{`"my key"=1 "level"!="x y"`, `field my key="1", field not level="x y"`},
		{`"trace"=true`, `field trace="true"`},
		{"note=/x/", `field note="/x/"`},

		{"declined", `text "declined"`},
		{" card   declined ", `text "card", text "declined"`},
		{`"card declined"`, `text "card declined"`},
		{`"a=b"`, `text "a=b"`},
		{`"level:warn"`, `text "level:warn"`},
		{`"say \"hi\" \\ \t"`, `text "say \"hi\" \\ \\t"`},
		{`""`, ""},
		{`"/x/"`, `text "/x/"`},
		{"-declined", `text not "declined"`},
		{`-"card declined"`, `text not "card declined"`},
		{`"-x"`, `text "-x"`},
		{"--x", `text not "-x"`},
		{"-", `text "-"`},
		{"- x", `text "-", text "x"`},
		{"key:value", `text "key:value"`},
		{"=17 !=17", `text "=17", text "!=17"`},
		{"x>=5", `text "x>=5"`},
		{"http://shop/?a=b", `text "http://shop/?a=b"`},
		{`{"order":17}`, `text "{\"order\":17}"`},
		{`say"hi"`, `text "say\"hi\""`},
		{`C:\temp`, `text "C:\\temp"`},
		{"wow!", `text "wow!"`},
		{"\xff", `text "�"`},

		{"/refus(ed|al)/", `regexp "refus(ed|al)"`},
		{"/card declined/ order=17", `field order="17", regexp "card declined"`},
		{`/a\/b/`, `regexp "a\\/b"`},
		{"/api/orders", `text "/api/orders"`},
		{"/api/orders/", `text "/api/orders/"`},
		{"/api /orders", `text "/api", text "/orders"`},
		{"/", `text "/"`},
		{"//", `text "//"`},
		{"a / b / c", `text "a", text "/", text "b", text "/", text "c"`},

		{"level>=warn order=17 declined -retry since:10m " + traceA, "trace " + traceA + `, level from 4, since 2026-11-28T12:20:00Z, field order="17", text "declined", text not "retry"`},
	} {
		assert.Equal(t, test.in, describe(parse(t, test.in)), test.want)
	}
}

func TestParseErrors(t *testing.T) {
	const levels = "want trace, debug, info, warn, error, fatal, one of them with an offset such as info+2, or a number"
	const times = "want one such as 2006-01-02T15:04:05Z, 2006-01-02 15:04, 15:04:05, or 10m for ten minutes ago"
	const minus = "nothing but texts and fields can have a minus; if this is a text, put it in quotes"
	const blank = `want a blank behind the closing quote; within quotes, a quote is \"`
	for _, test := range []struct{ in, want string }{
		{"level>=wran", "level>=wran: " + levels},
		{"a level:", "level:: " + levels},
		{`level="warn up" b`, `level="warn up": ` + levels},
		{"level>=info+x", `level>=info+x: bad offset "+x"`},
		{"level!=warn", "level!=warn: want level with one of : = > >= < <="},
		{"-level:warn", "-level:warn: " + minus},
		{"since:yesterday", "since:yesterday: " + times},
		{"until=", "until=: " + times},
		{"since>10m", "since>10m: want since: or since="},
		{"trace:xyz", "trace:xyz: want 32 hex digits, 16, or a traceparent"},
		{"traceId=", "traceId=: want 32 hex digits, 16, or a traceparent"},
		{"trace_id!=" + traceA, "trace_id!=" + traceA + ": want trace_id: or trace_id="},
		{"span:" + traceA, "span:" + traceA + ": want 16 hex digits"},
		{"-span:" + spanA, "-span:" + spanA + ": " + minus},
		{traceA + " " + traceB, traceB + ": the trace can't be " + traceA + " and " + traceB},
		{traceA + " trace:" + spanA, "trace:" + spanA + ": the trace can't be " + traceA + " and 0000000000000000" + spanA},
		{spanA + " span=" + spanB, "span=" + spanB + ": the span can't be " + spanA + " and " + spanB},
		{"/(/", "/(/: missing closing ): `(`"},
		{"/a/ /b/", "/b/: want no more than one regular expression"},
		{"-/a/", "-/a/: " + minus},
		{`-""`, `-"": want a text`},
		{`a "b c`, `"b c: the closing quote is missing`},
		{`msg="b c`, `msg="b c: the closing quote is missing`},
		{`"b\"`, `"b\": the closing quote is missing`},
		{`-"`, `-": the closing quote is missing`},
		{`"order":17 b`, `"order":17: ` + blank},
		{`msg="a"b c`, `msg="a"b: ` + blank},
		{`"` + strings.Repeat("é", 200), `"` + strings.Repeat("é", 99) + ": the closing quote is missing"},
	} {
		q, err := Parse(test.in, now)
		if err == nil {
			t.Errorf("%s: got %s, want %s", test.in, describe(&q), test.want)
			continue
		}
		assert.Equal(t, test.in, err.Error(), test.want)
	}
}
