package spanlog_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
)

// The formats that people read are held to this: whatever is logged, a record
// is one line (with Pretty, one line and indented ones), and nothing but
// Pretty's own colours and links reaches the terminal.

// FuzzTextSafe holds Text to one safe line.
func FuzzTextSafe(f *testing.F) {
	fuzzSafe(f, func(t *testing.T, c *hostileCase) {
		checkLine(t, withoutDEL(c.log(t, spanlog.Writer{Format: spanlog.Text})))
	})
}

// FuzzPatternSafe holds Pattern to one safe line, with every field of a text
// and each way of formatting one.
func FuzzPatternSafe(f *testing.F) {
	layouts := []string{
		"[%(levelname)s] %(asctime)s - %(message)s %(trace)s %(attrs)s",
		"%(asctime)s %(levelname)s [%(name)s] [%(filename)s:%(lineno)d] [trace_id=%(otelTraceID)s span_id=%(otelSpanID)s resource.service.name=%(otelServiceName)s trace_sampled=%(otelTraceSampled)s] - %(message)s",
		"%(message)-12.3s|%(name)5s|%(levelname)-8s|%(attrs).7s|%(pathname)s %(module)s %(funcName)s %(processName)s",
		"%(message)r %(name)a %(attrs)r %(levelname)r %(asctime)a %(otelServiceName)r",
	}
	fuzzSafe(f, func(t *testing.T, c *hostileCase) {
		for _, layout := range layouts {
			checkLine(t, c.log(t, spanlog.Writer{Format: spanlog.Pattern(layout)}))
		}
	})
}

// FuzzPrettySafe holds Pretty to one safe line and indented ones, and its
// colours to be its own.
func FuzzPrettySafe(f *testing.F) {
	fuzzSafe(f, func(t *testing.T, c *hostileCase) {
		console := spanlog.Console{Format: spanlog.Pretty, Color: spanlog.ColorNever}
		plain := c.log(t, console)
		checkRecord(t, plain)
		console.Color = spanlog.ColorAlways
		checkRecord(t, withoutEscapes(t, c.log(t, console)))
		console.TraceURL = "https://traces.example/{trace_id}?span={span_id}"
		checkRecord(t, withoutEscapes(t, c.log(t, console)))
		// A layer of colour is all that there is between the two.
		if c.ctx == bg {
			console.TraceURL, console.Color = "", spanlog.ColorAlways
			// The blank marker is part of the layer.
			got, want := squeezed(withoutEscapes(t, c.log(t, console))), squeezed(plain)
			if got != want {
				t.Fatalf("with colours the text is another\nplain %q\ncolor %q", want, got)
			}
		}
	})
}

// squeezed is s without its spaces.
func squeezed(s string) string { return strings.ReplaceAll(s, " ", "") }

// A hostileCase is a record that has a text in every place.
type hostileCase struct {
	*differentialCase
	ctx     context.Context
	service string
}

type stringer string

func (s stringer) String() string { return string(s) }

// fuzzSafe runs check on records with two texts in all the places where a
// program can put one, among values made from the input.
func fuzzSafe(f *testing.F, check func(*testing.T, *hostileCase)) {
	for i, s := range []string{
		"", "plain", "two words", "a\nb", "\n", "a\r\nINFO  forged\r", "tab\tq\"b\\s`=", "\x1b[31mred\x1b[0m\x1b]8;;http://x\x1b\\y\x1b]8;;\x07",
		"\u009b31m\u0085\u2028\u2029", "\u202eevil\u2066\u200f\u061c", "\x00\x07\x08\x7f\xff\xc0\x80\xed\xa0\x80", "한국어 👩\u200d💻 e\u0301", "%(message)s %s %d",
		"  │ x\n    │ y\n15:04:05.000 INFO  forged", strings.Repeat("long ", 40), "\ufeff\u00ad\U000e0041\ufffd", "{\"a\": [1, \"\\n\"]}",
	} {
		f.Add(s, "key", uint8(i), []byte(nil))
		f.Add("message", s, uint8(i*37), []byte(s))
		f.Add(s, s, uint8(255-i), []byte("\x05\x0f\x01\x02\x03\x04some input that makes a handful of attributes"))
	}
	f.Fuzz(func(t *testing.T, s, u string, how uint8, input []byte) {
		c := &hostileCase{differentialCase: newCase(input), ctx: bg, service: u}
		if how&1 != 0 {
			c.ctx = trace.ContextWithSpanContext(spanlog.With(bg, u, s), testSpan)
		}
		if c.time.IsZero() {
			c.time = noon
		}
		c.msg = s
		c.steps = append([]step{{attrs: []slog.Attr{slog.String(spanlog.NameKey, u), slog.String(u, s)}}}, c.steps...)
		if how&2 != 0 && s != "" {
			c.steps = append(c.steps, step{group: s}, step{attrs: []slog.Attr{slog.Any(s, errors.New(u))}})
		}
		c.attrs = append(c.attrs,
			slog.String(s, u), slog.Any(u, stringer(s)), slog.Any("bytes", []byte(s)), slog.Any("json", map[string]any{s: []string{u}}),
			slog.Group(s, slog.String(u, s), slog.Any("err", fmt.Errorf("%s: %w", s, errors.New(u)))),
			slog.Any("lazy", lazy{s}), slog.Any("error", stack{u}), slog.Any("struct", struct{ A, B string }{s, u}),
			slog.Any(slog.SourceKey, &slog.Source{File: s, Function: u}),
		)
		if how&4 != 0 {
			c.replace = func(groups []string, a slog.Attr) slog.Attr {
				if len(groups) == 0 {
					switch a.Key {
					case slog.LevelKey:
						a.Value = slog.StringValue(s)
					case slog.TimeKey:
						a.Value = slog.AnyValue(stringer(u))
					case slog.SourceKey:
						a.Value = slog.AnyValue(lazy{u})
					}
				}
				return a
			}
		}
		check(t, c)
	})
}

// log returns what the sink, a Writer or a Console, writes for the case.
func (c *hostileCase) log(t *testing.T, sink spanlog.Sink) string {
	t.Helper()
	var buf bytes.Buffer
	switch s := sink.(type) {
	case spanlog.Writer:
		s.Writer = &buf
		sink = s
	case spanlog.Console:
		s.Writer = &buf
		sink = s
	}
	log, err := spanlog.New(&spanlog.Options{
		Level: slog.Level(math.MinInt), AddSource: c.source, ReplaceAttr: c.replace, Service: spanlog.Service{Name: c.service},
	}, sink)
	if err != nil {
		t.Fatal(err)
	}
	c.differentialCase.log(t, c.ctx, log.Handler(), false)
	return buf.String()
}

// checkLine checks that out is one line, and safe.
func checkLine(t *testing.T, out string) {
	t.Helper()
	line, ok := strings.CutSuffix(out, "\n")
	if !ok || strings.Contains(line, "\n") {
		t.Fatalf("not one line: %q", out)
	}
	checkSafe(t, out)
}

// checkRecord checks that out is one line and any number of indented ones
// behind a bar or under a key, all of them safe.
func checkRecord(t *testing.T, out string) {
	t.Helper()
	text, ok := strings.CutSuffix(out, "\n")
	if !ok {
		t.Fatalf("no newline at the end: %q", out)
	}
	_, below, more := strings.Cut(text, "\n")
	if more {
		for line := range strings.SplitSeq(below, "\n") {
			if rest, ok := strings.CutPrefix(line, "    "); !ok || !strings.HasPrefix(rest, "│") && !strings.HasSuffix(rest, ":") {
				t.Fatalf("line %q is not indented below the record: %q", line, out)
			}
		}
	}
	checkSafe(t, out)
}

// withoutDEL takes out the one control character that Text leaves as it is,
// because slog's does, and for which terminals print nothing.
func withoutDEL(out string) string { return strings.ReplaceAll(out, "\x7f", "") }

// checkSafe checks that a terminal shows all of out and obeys none of it.
func checkSafe(t *testing.T, out string) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Fatalf("not UTF-8: %q", out)
	}
	for _, r := range out {
		switch {
		case r == '\n':
		case r == '\u200c', r == '\u200d': // scripts and emoji need them
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs),
			unicode.Is(unicode.Bidi_Control, r),
			r != ' ' && unicode.IsSpace(r):
			t.Fatalf("%U in %q", r, out)
		}
	}
}

// withoutEscapes takes Pretty's escape sequences out of its output, as a
// terminal does that knows SGR and OSC 8 and nothing else: everything else stays
// for checkSafe to find. Each line has to leave the terminal as it found it.
func withoutEscapes(t *testing.T, out string) string {
	t.Helper()
	var text strings.Builder
	styled, linked := false, false
	for rest := out; rest != ""; {
		if sgr, ok := strings.CutPrefix(rest, "\x1b["); ok {
			parameters, after, _ := strings.Cut(sgr, "m")
			if parameters == "" || strings.Trim(parameters, "0123456789;") != "" {
				t.Fatalf("SGR %q in %q", parameters, out)
			}
			styled, rest = parameters != "0", after
			continue
		}
		if osc, ok := strings.CutPrefix(rest, "\x1b]8;;"); ok {
			url, after, _ := strings.Cut(osc, "\x1b\\")
			if strings.ContainsFunc(url, func(r rune) bool { return r <= ' ' || r > '~' }) || linked == (url != "") {
				t.Fatalf("link %q in %q", url, out)
			}
			linked, rest = url != "", after
			continue
		}
		if rest[0] == '\n' && (styled || linked) {
			t.Fatalf("a line ends in colour: %q", out)
		}
		text.WriteByte(rest[0])
		rest = rest[1:]
	}
	return text.String()
}

// An odd time is a text like any other.
func TestSafeTime(t *testing.T) {
	for _, year := range []int{-5, 12026} {
		c := &hostileCase{differentialCase: &differentialCase{msg: "m"}, ctx: bg}
		c.time = time.Date(year, 1, 2, 3, 4, 5, 0, time.FixedZone("\x1b[31m\n", 3600))
		checkLine(t, withoutDEL(c.log(t, spanlog.Writer{Format: spanlog.Text})))
		checkLine(t, c.log(t, spanlog.Writer{Format: spanlog.Pattern("%(asctime)s %(message)s")}))
		checkRecord(t, c.log(t, spanlog.Console{Format: spanlog.Pretty}))
	}
}
