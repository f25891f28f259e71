package logline

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the machine may have none

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/levelname"
)

// The ids of the W3C's examples, as "w3c" in what describe returns.
const (
	w3cTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	w3cSpan  = "00f067aa0ba902b7"
)

// berlin is where the times of the tests are that have no zone. It is an hour ahead of
// UTC in winter.
var berlin = func() *time.Location {
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return loc
}()

// parse parses a line for itself, and in a scanner and record that are used. It fails the
// test unless that, and the head alone, come to the same.
func parse(t interface{ Fatalf(string, ...any) }, line string) *Record {
	s, r := Scanner{Location: berlin}, new(Record)
	s.Parse([]byte(line), r)
	got := describe(r)
	var h Head
	if s.Head([]byte(line), &h); h != r.Head {
		t.Fatalf("%q: the head alone is\n%+v, and with the rest\n%+v", line, h, r.Head)
	}
	used, again := Scanner{Location: berlin}, new(Record)
	for _, other := range []string{`{"time":1,"a":{"trace_id":"x","log`, `msg="a" level=`, `{"name":"x","pid":1,"hostname":"h","timestamp":{"nanos":5},"msg":"\n","line":7,"levelname":"INFO"}`} {
		used.Parse([]byte(other), again)
	}
	if used.Parse([]byte(line), again); describe(again) != got {
		t.Fatalf("%q: in a used record\n%s, and in a new one\n%s", line, describe(again), got)
	}
	for _, other := range []string{line, line[:len(line)/2], line} { // with the keys that are expected, and not
		if used.Head([]byte(other), &h); other == line && h != r.Head {
			t.Fatalf("%q: after the same line, the head is\n%+v, and in a new scanner\n%+v", line, h, r.Head)
		}
	}
	return r
}

// describe is a record in one line.
func describe(r *Record) string {
	var b strings.Builder
	b.WriteString(r.Kind.String())
	if r.Torn {
		b.WriteString(" torn")
	}
	b.WriteString(describeHead(r.Head))
	for _, f := range []struct {
		key  string
		text []byte
	}{{"msg", r.Message}, {"logger", r.Logger}, {"service", r.Service}, {"source", r.Source}} {
		if f.text != nil {
			fmt.Fprintf(&b, " %s=%s", f.key, f.text)
		}
	}
	if len(r.Attrs) > 0 {
		b.WriteString(" |")
	}
	for _, a := range r.Attrs {
		fmt.Fprintf(&b, " %s=%s", a.Key, a.Text)
	}
	return b.String()
}

func describeHead(h Head) string {
	var b strings.Builder
	if h.Time != 0 {
		fmt.Fprintf(&b, " %s", time.Unix(0, h.Time).UTC().Format(time.RFC3339Nano))
	}
	if h.HasLevel {
		fmt.Fprintf(&b, " %v", h.Level)
	}
	if h.Trace != (trace.TraceID{}) {
		fmt.Fprintf(&b, " trace=%s", strings.Replace(h.Trace.String(), w3cTrace, "w3c", 1))
	}
	if h.Span != (trace.SpanID{}) {
		fmt.Fprintf(&b, " span=%s", strings.Replace(h.Span.String(), w3cSpan, "w3c", 1))
	}
	return b.String()
}

// An attrText is an attribute as strings.
type attrText struct{ key, text string }

func attrTexts(attrs []Attr) (all []attrText) {
	for _, a := range attrs {
		all = append(all, attrText{string(a.Key), string(a.Text)})
	}
	return all
}

func TestKindString(t *testing.T) {
	for kind, want := range map[Kind]string{Plain: "plain", Text: "text", JSON: "json"} {
		assert.Equal(t, "kind", kind.String(), want)
	}
}

func TestLevelsAreSpanlogs(t *testing.T) {
	for name, want := range map[string]slog.Level{"TRACE": levelname.Trace, "FATAL": levelname.Fatal} {
		if got, ok := parseLevel([]byte(name), formUsual); !ok || got != want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
