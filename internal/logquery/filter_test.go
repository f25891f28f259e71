package logquery

import (
	"testing"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/logline"
)

// found reports whether a line is wanted. It fails the test if a block with the line would
// have been passed over.
func found(t assert.T, q *Query, line string) bool {
	t.Helper()
	var h logline.Head
	wanted, _ := NewFilter(q, time.UTC).Head([]byte(line), &h)
	block := "first\n" + line + "\nlast\n"
	if wanted && !q.MayMatch([]byte(block)) {
		t.Fatalf("%s: a block that has %q seems to have nothing wanted", describe(q), line)
	}
	return wanted
}

func TestFound(t *testing.T) {
	const (
		paid    = `{"time":"2026-11-28T12:25:00Z","level":"INFO","msg":"Card paid","trace_id":"` + traceA + `","span_id":"` + spanA + `","order":17,"http":{"path":"/api/orders"}}`
		warn    = `time=2026-11-28T12:00:00Z level=WARN+1 msg="card \"gold\" declined" user=bob path=C:\temp`
		fatal   = `{"level":"FATAL","msg":"\u003cb\u003e caf\u00e9 \ud83d\ude00 \n\tat main.go","tags":["x\"y"],"k\u0026":"v"}`
		slashes = `{"level":"TRACE","msg":"GET https:\/\/shop\/a","note":"it\u0027s \\u003c"}`
		torn    = `{"level":"ERROR","msg":"half\u00e9`
		plain   = `panic: Ünexpected <nil> at C:\new`
	)
	for _, test := range []struct {
		query, line string
		want        bool
	}{
		{"", paid, true},
		{"", plain, true},
		{traceA, paid, true},
		{traceB, paid, false},
		{spanA, paid, true},
		{spanB, paid, false},
		{traceA, plain, false},

		{"level>=info", paid, true},
		{"level>info", paid, false},
		{"level>info", warn, true},
		{"level>=warn", paid, false},
		{"level=warn", warn, true},
		{"level=warn", paid, false},
		{"level=info", warn, false},
		{"level=warn+1", warn, true},
		{"level=warn+2", warn, false},
		{"level<=warn", warn, false},
		{"level<error", warn, true},
		{"level=fatal", fatal, true},
		{"level=trace", slashes, true},
		{"level<debug", slashes, true},
		{"level<fatal", fatal, false},
		{"level<fatal", plain, false},
		{"level=error", torn, true},

		{"since:10m", paid, true},
		{"since:1m", paid, false},
		{"since:10m", warn, false},
		{"until:12:25", paid, true},
		{"until:12:10", paid, false},
		{"until:12:10", plain, false},

		{"order=17", paid, true},
		{"order!=17", paid, false},
		{"order!=17", warn, true},
		{"-order=17", warn, true},
		{"order=1", paid, false},
		{"http.path=/api/orders", paid, true},
		{`msg="Card paid"`, paid, true},
		{`msg="card paid"`, paid, false},
		{`msg="card \"gold\" declined" user=bob`, warn, true},
		{`msg="card \"gold\" declined" user=eve`, warn, false},
		{`"k&"=v`, fatal, true},

		{"CARD", paid, true},
		{"card PAID", paid, true},
		{"paid card", paid, true},
		{`"paid card"`, paid, false},
		{"card refused", paid, false},
		{"-refused", paid, true},
		{"-CARD", paid, false},
		{"card -paid", paid, false},
		{`-"card paid"`, paid, false},
		{`-"paid card"`, paid, true},
		{`"\"order\":17"`, paid, true},
		{"ünexpected", plain, false}, // only ASCII letters are the same in both cases
		{"Ünexpected", plain, true},

		{`"\"gold\""`, warn, true},
		{`\"GOLD\"`, warn, true}, // as it is in the line
		{`-"card \"gold\""`, warn, false},
		{`C:\temp`, warn, true},
		{`C:\new`, plain, true},
		{"<b>", fatal, true},
		{"<B>", fatal, true},
		{`\u003cb`, fatal, true},
		{"-<b>", fatal, false},
		{"<i>", fatal, false},
		{"-<i>", fatal, true},
		{"café", fatal, true},
		{"cafÉ", fatal, false},
		{"😀", fatal, true},
		{"\"é 😀 \n\tAT\"", fatal, true},
		{`x"y`, fatal, true},
		{"k&", fatal, true},
		{"https://shop/a", slashes, true},
		{"it's", slashes, true},
		{`"\\u003c"`, slashes, true},
		{"<", slashes, false}, // what is escaped is a backslash
		{"halfé", torn, true},
		{"<nil>", plain, true},

		{"/[Cc]ard p/", paid, true},
		{"/card/", paid, false},
		{"/(?i)card/ -declined", warn, false},
		{"level>=warn card user=bob -paid", warn, true},
	} {
		if got := found(t, parse(t, test.query), test.line); got != test.want {
			t.Errorf("%s in %s: got %v", test.query, test.line, got)
		}
	}
}

// TestContinued: a line that belongs to a record is found if that is, whatever it says.
func TestContinued(t *testing.T) {
	f := NewFilter(parse(t, "paid -main.go"), time.UTC)
	for _, line := range []struct {
		text   string
		wanted bool
	}{
		{`time=2026-11-28T12:00:00Z level=INFO msg=paid`, true},
		{"\tat main.go:17", true},
		{`time=2026-11-28T12:00:00Z level=INFO msg=refused`, false},
		{"paid", false},
	} {
		var h logline.Head
		if got, _ := f.Head([]byte(line.text), &h); got != line.wanted {
			t.Errorf("%s: got %v", line.text, got)
		}
	}
}
