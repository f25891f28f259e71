package logline

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestPrecedence has lines with two keys for one thing, or one that is of no use.
func TestPrecedence(t *testing.T) {
	const other = "0af7651916cd43dd8448eb211c80319c"
	for _, test := range []struct{ line, want string }{
		// The order of names, not that of the line.
		{`{"ts":1795348621,"timestamp":"2026-11-22T11:57:02Z","time":"2026-11-22T11:57:00Z"}`, `json 2026-11-22T11:57:00Z | ts=1795348621 timestamp=2026-11-22T11:57:02Z`},
		{`{"time":"2026-11-22T11:57:00Z","timestamp":"2026-11-22T11:57:02Z"}`, `json 2026-11-22T11:57:00Z | timestamp=2026-11-22T11:57:02Z`},
		{`{"severity":"ERROR","level":"info","log.level":"warn"}`, `json INFO | severity=ERROR log.level=warn`},
		{`{"severityNumber":9,"severity":"ERROR","severityText":"WARN"}`, `json WARN | severityNumber=9 severity=ERROR`},
		{`{"message":"b","msg":"a"}`, `json msg=a | message=b`},
		{`{"dd":{"trace_id":"12"},"trace":{"id":"` + other + `"},"trace_id":"` + w3cTrace + `"}`, `json trace=w3c | dd.trace_id=12 trace.id=` + other},
		{`{"traceparent":"00-` + other + `-1111111111111111-01","trace_id":"` + w3cTrace + `"}`, `json trace=w3c span=1111111111111111 | traceparent=00-` + other + `-1111111111111111-01`},
		{`{"service":"b","service.name":"a","app":"c"}`, `json service=a | service=b app=c`},
		{`{"service":"b","dd":{"service":"c"}}`, `json service=b | dd.service=c`},
		{`{"file":"a.go","line":7,"caller":"b.go:8"}`, `json source=b.go:8 | file=a.go line=7`},
		{`{"filename":"a.go","pathname":"/srv/a.go","lineno":7}`, `json source=/srv/a.go:7 | filename=a.go`},
		{`{"name":"b","pid":1,"hostname":"h","logger":"a"}`, `json logger=a | name=b pid=1 hostname=h`},
		// The first of several spellings, and of repeats.
		{`{"time":"2026-11-22T11:57:00Z","level":"INFO","msg":"a","level":"ERROR","msg":"b","time":1795348621}`, `json 2026-11-22T11:57:00Z INFO msg=a | level=ERROR msg=b time=1795348621`},
		{`{"TraceID":"` + w3cTrace + `","trace_id":"` + other + `"}`, `json trace=w3c | trace_id=` + other},
		{`{"trace":{"id":"` + w3cTrace + `"},"trace.id":"` + other + `"}`, `json trace=w3c | trace.id=` + other},
		{`{"source":{"line":7,"file":"a","line":8}}`, `json source=a:7 | source.line=8`},
		// What can't be used claims nothing.
		{`{"time":12.5,"ts":1795348620}`, `json 2026-11-22T11:57:00Z | time=12.5`},
		{`{"time":"soon","timestamp":null,"@timestamp":"2026-11-22T11:57:00Z"}`, `json 2026-11-22T11:57:00Z | time=soon timestamp=null`},
		{`{"time":"0001-01-01T00:00:00Z","ts":1795348620}`, `json 2026-11-22T11:57:00Z | time=0001-01-01T00:00:00Z`},
		{`{"level":"high","severity":"warn"}`, `json WARN | level=high`},
		{`{"level":{"n":1},"lvl":"warn"}`, `json WARN | level.n=1`},
		{`{"level":true,"lvl":"warn"}`, `json WARN | level=true`},
		{`{"level":"x","level":"warn"}`, `json WARN | level=x`},
		{`{"trace_id":"00000000000000000000000000000000","traceId":"none","trace.id":"` + w3cTrace + `"}`, `json trace=w3c | trace_id=00000000000000000000000000000000 traceId=none`},
		{`{"span_id":"0000000000000000","span_id":0,"span_id":"00f067aa0ba902b7"}`, `json span=w3c | span_id=0000000000000000 span_id=0`},
		{`{"msg":{"a":1},"msg":["x"],"msg":null,"message":7}`, `json msg=7 | msg.a=1 msg=["x"] msg=null`},
		{`{"status":500,"priority":"high","msg":"m"}`, `json msg=m | status=500 priority=high`},
		{`{"msg":""}`, `json msg=`},
		{`{"service":{"id":7},"app":"a"}`, `json service=a | service.id=7`},
		{`{"service":"","app":"a"}`, `json service=a | service=`},
		{`{"source":"stripe","file":"a.go","lineno":7}`, `json source=a.go:7 | source=stripe`},
		{`{"caller":"a.go:x","file":"b.go","line":true}`, `json | caller=a.go:x file=b.go line=true`},
		{`{"file":"","line":7}`, `json | file= line=7`},
		{`{"logging.googleapis.com/source_location":{"file":"a.go","line":7}}`, `json source=a.go:7`},
		{`{"file":"report.pdf"}`, `json | file=report.pdf`},
		{`{"source":":7","msg":"m"}`, `json msg=m | source=:7`},
		{`{"timestamp":{"seconds":1795348620,"nanos":1000000000}}`, `json 2026-11-22T11:57:00Z | timestamp.nanos=1000000000`},
		{`{"timestamp":{"seconds":1795348620,"nanos":-1,"nanos":5}}`, `json 2026-11-22T11:57:00.000000005Z | timestamp.nanos=-1`},
		{`{"timestamp":{"seconds":9223372036.854775807,"nanos":5}}`, `json 2262-04-11T23:47:16.854775807Z | timestamp.nanos=5`},
		{`{"time":1795348620,"timestamp":{"nanos":5}}`, `json 2026-11-22T11:57:00Z | timestamp.nanos=5`},
		// A "name" is a logger's only in lines that are known to have it.
		{`{"level":30,"name":"bob"}`, `json INFO | name=bob`},
		{`{"pid":1,"name":"bob","msg":"m"}`, `json msg=m | pid=1 name=bob`},
		{`{"name":"shop","levelname":"INFO"}`, `json INFO logger=shop`},
		{`{"name":"shop","asctime":"2026-11-22 12:57:00,000"}`, `json 2026-11-22T11:57:00Z logger=shop`},
		// The same in text.
		{`ts=1795348621 msg=a message=b level=x lvl=warn time=2026-11-22T11:57:00Z msg=c`, `text 2026-11-22T11:57:00Z WARN msg=a | ts=1795348621 message=b level=x msg=c`},
		// Other places do not count.
		{`{"user":{"level":"warn","trace_id":"` + w3cTrace + `","time":1795348620},"tags":[{"level":"warn"}]}`, `json | user.level=warn user.trace_id=` + w3cTrace + ` user.time=1795348620 tags=[{"level":"warn"}]`},
		{`{"levels":"warn","xlevel":"warn","le_vel":"warn","level ":"warn"}`, `json | levels=warn xlevel=warn le_vel=warn level =warn`},
	} {
		assert.Equal(t, test.line, describe(parse(t, test.line)), test.want)
		checkLine(t, []byte(test.line))
	}
}

// TestOrderOfNames has every name win against all that come after it, whichever is first in
// the line.
func TestOrderOfNames(t *testing.T) {
	value := func(n name, i int) string {
		switch n.role {
		case roleTime:
			return fmt.Sprint(1795348620 + i)
		case roleLevel:
			return fmt.Sprint([]int{1, 2, 3, 5, 7}[i%5])
		}
		return fmt.Sprintf(`"%016x:%d"`, i+1, i+1)
	}
	for i, a := range names {
		for j, b := range names {
			if a.role != b.role || a.role == rolePart || i == j {
				continue
			}
			line := func(i, j int) string {
				return fmt.Sprintf(`{"%s":%s,"%s":%s}`, names[i].text, ids(names[i], value(names[i], i)), names[j].text, ids(names[j], value(names[j], j)))
			}
			got, want := parse(t, line(i, j)), parse(t, line(min(i, j), max(i, j)))
			first := parse(t, fmt.Sprintf(`{"%s":%s}`, names[min(i, j)].text, ids(names[min(i, j)], value(names[min(i, j)], min(i, j)))))
			if got.Head != want.Head || got.Head != first.Head || string(got.Message) != string(first.Message) ||
				string(got.Service) != string(first.Service) || string(got.Source) != string(first.Source) {
				t.Fatalf("%s: got %s, want %s", line(i, j), describe(got), describe(first))
			}
		}
	}
}

// ids makes a value one that is an id, where one is wanted.
func ids(n name, value string) string {
	if n.role == roleTrace || n.role == roleSpan {
		return strings.Split(value, ":")[0] + `"`
	}
	return value
}

// findKey is find for a key by itself.
func findKey(key string) *entry { return find(wordAt([]byte(key), 0, len(key)), []byte(key)) }

// TestNamesMakeSense is about the table itself.
func TestNamesMakeSense(t *testing.T) {
	if len(names) >= noName {
		t.Fatalf("%d names do not fit", len(names))
	}
	seen := map[string]string{}
	for i, n := range names {
		if n.text != strings.ToLower(n.text) {
			t.Errorf("%s is not in lower case", n.text)
		}
		for _, s := range spellings(n.text) {
			if before, ok := seen[s]; ok && before != n.text {
				t.Errorf("%s is a spelling of %s and %s", s, before, n.text)
			}
			seen[s] = n.text
			for _, key := range []string{s, strings.ToUpper(s)} {
				if e := findKey(key); e.role != n.role || int(e.name) != i {
					t.Errorf("%s is found as %+v", key, e)
				}
			}
			// One character more, less, or another one.
			for _, key := range []string{s + "x", "x" + s, s[1:], s[:len(s)-1], "\x7f" + s[1:], s[:len(s)/2] + "~" + s[len(s)/2+1:]} {
				if e := findKey(key); e.role != roleNone && e.text != strings.ToLower(key) {
					t.Errorf("%q is found as %+v", key, e)
				}
			}
		}
		if n.role == roleSource && (i < int(firstSource) || i >= int(firstSource)+len(claims{}.sources)) {
			t.Errorf("%s: no place for source %d", n.text, i)
		}
	}
	if parts > 32 {
		t.Errorf("%d parts do not fit", parts)
	}
	if n := len(entries); n > tableSize/2 {
		t.Errorf("%d entries are too many for a table of %d", n, tableSize)
	}
}
