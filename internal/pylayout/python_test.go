package pylayout

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/spanlog/spanlog/internal/python"
)

// go test ./internal/pylayout -run Golden -update
var update = flag.Bool("update", false, "write testdata/python.jsonl anew, with python3")

// A question is a line for testdata/format.py, an answer a line from it.
type (
	question struct {
		Layout string         `json:"layout"`
		Record map[string]any `json:"record"`
	}
	answer struct {
		Text           string  `json:"text,omitempty"`  // from the % operator
		Error          string  `json:"error,omitempty"` // or the exception's type
		Formatter      *string `json:"formatter,omitempty"`
		FormatterError string  `json:"formatter_error,omitempty"`
	}
)

// A reference is a running python3 that answers questions.
type reference struct {
	in  io.Writer
	out *bufio.Reader
}

// startPython skips the test where there is no python3.
func startPython(t *testing.T) *reference {
	t.Helper()
	in, out, ok := python.Start(t, filepath.Join("testdata", "format.py"))
	if !ok {
		t.Skip("no python3 on this machine: only testdata/python.jsonl was compared")
	}
	return &reference{in: in, out: bufio.NewReader(out)}
}

func (p *reference) ask(layout string, r *record) (answer, error) {
	var a answer
	if _, err := fmt.Fprintln(p.in, toJSON(question{layout, r.python()})); err != nil {
		return a, err
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(line, &a)
}

// The layouts that the package's documentation lists as differences.
var (
	noName       = regexp.MustCompile(`^(?:[^%]|%%|%\()*%[^%(]`)
	foreignField = regexp.MustCompile(`%\((thread|threadName|taskName|exc_info|exc_text|stack_info|msg|args)\)`)
	big          = regexp.MustCompile(`[0-9]{7}`)
	char         = regexp.MustCompile(`\)[#0\- +]*[0-9]*(\.[0-9]*)?[hlL]?c`)
)

// compare reports where our text or error for a layout differs from Python's
// without being a documented difference.
func compare(layout string, r *record, want answer) error {
	got, err := r.format(layout)
	switch {
	case err == nil && want.Error == "":
		if got != want.Text || want.Formatter != nil && got != *want.Formatter {
			return fmt.Errorf("%q:\n got %q\nwant %q", layout, got, want.Text)
		}
		return nil
	case err == nil:
		if want.Error == "OverflowError" && char.MatchString(layout) {
			return nil // the number is no code point
		}
		return fmt.Errorf("%q: got %q, want a %s", layout, got, want.Error)
	case want.Error != "":
		return nil
	case errors.Is(err, errNoField):
		if want.FormatterError != "" || layout == "" || strings.Contains(layout, "%%(") {
			return nil
		}
	case noName.MatchString(layout), foreignField.MatchString(layout), big.MatchString(layout):
		return nil
	case char.MatchString(layout) && strings.Contains(err.Error(), `type "c" does not fit`):
		return nil // the text has one character
	}
	return fmt.Errorf("%q:\n got error %v\nwant %q", layout, err, want.Text)
}

// layouts are those that the golden file holds for every record.
func layouts() []string {
	list := []string{
		classic, openTelemetry, basicConfig, everything,
		"", "no field", "%%", "%%(message)s", "%(message)hs", "%(message)s%%",
		"%", "%(message)s %", "%(message", "%(message)", "%(message)5", "%(message).", "%(message)l", "%(a(b)s",
		"%5% %(message)s", "%(message)%", "%(message)5%", "%(message)h%", "%(name) - %(message)s", "100% %(message)s", "%s", "%-5d %(message)s",
		"%(nosuch)s", "%()s", "%((message))s", "%(Message)s", "%(threadName)s", "%(exc_info)s", "%(msg)s",
		"%(message)*s", "%(message).*s", "%(message)5-s", "%(message)hls", "%(message)5(name)s", "%-(message)s", "%(message)99999999999999999999s",
		"%(message)\u0665s", "%(message)\x00", "%(message)é", "%(message)y", "%(message)b",
	}
	for f := FieldNone + 1; f < fieldCount; f++ {
		list = append(list, "%("+f.String()+")s")
	}
	for _, f := range []Field{FieldMessage, FieldLineNo, FieldRelativeCreated, FieldTraceSampled} {
		for _, verb := range "sradiuoxXeEfFgGc" {
			for _, flags := range []string{"", "12", "-12", "012", ".3", "+012.3", " .0", "#", "#015.2h"} {
				list = append(list, fmt.Sprintf("%%(%s)%s%c|", f, flags, verb))
			}
		}
	}
	return list
}

// The golden file holds Python's answers for machines without Python.
func TestGolden(t *testing.T) {
	path := filepath.Join("testdata", "python.jsonl")
	if *update {
		p := startPython(t)
		var b bytes.Buffer
		for _, layout := range layouts() {
			for i := range records {
				a, err := p.ask(layout, &records[i])
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintln(&b, toJSON(golden{layout, i, a}))
			}
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range bytes.Lines(file) {
		var g golden
		if err := json.Unmarshal(line, &g); err != nil {
			t.Fatal(err)
		}
		if err := compare(g.Layout, &records[g.Record], g.Answer); err != nil {
			t.Error(err)
		}
		n++
	}
	if want := len(layouts()) * len(records); n != want {
		t.Errorf("%d cases in %s, want %d: run the test with -update", n, path, want)
	}
}

// A golden is a line of the golden file. Record is an index.
type golden struct {
	Layout string `json:"layout"`
	Record int    `json:"record"`
	Answer answer `json:"answer"`
}

// Every field with every type and set of flags, against the real thing.
func TestPython(t *testing.T) {
	p := startPython(t)
	n := 0
	check := func(layout string) {
		for i := range records {
			a, err := p.ask(layout, &records[i])
			if err != nil {
				t.Fatal(err)
			}
			if err := compare(layout, &records[i], a); err != nil {
				t.Error(err)
			}
			n++
		}
	}
	for _, layout := range layouts() {
		check(layout)
	}
	for f := FieldNone + 1; f < fieldCount; f++ {
		for _, verb := range "sradiuoxXeEfFgGc%y" {
			// All flags in one question: whether it fails depends on the type.
			list := []string{"", "8", "-8", "08", ".4", "+", " ", "#", "-08.2", "+# 012.6L", ".0", "#.1", "40.20"}
			for i, flags := range list {
				list[i] = fmt.Sprintf("%%(%s)%s%c", f, flags, verb)
			}
			check(strings.Join(list, "|"))
		}
	}
	t.Logf("%d questions", n)
}

// Layouts made up of pieces that mostly fit, with values made up as well.
func TestPythonRandom(t *testing.T) {
	p := startPython(t)
	// Not all of Unicode: what is printable depends on the version.
	texts := rapid.StringOf(rapid.SampledFrom([]rune("aZ09 %'\"\\\n\r\t\x00\x1b\x7f\u00a0éß\u200b\u2028漢字🙂\ufffd")))
	piece := rapid.OneOf(
		rapid.Custom(func(t *rapid.T) string {
			field := Field(rapid.IntRange(1, int(fieldCount)-1).Draw(t, "field"))
			types := field.kind().verbs()
			if rapid.IntRange(0, 30).Draw(t, "misfit") == 0 {
				types = "diuxXofc%"
			}
			return "%(" + field.String() + ")" +
				rapid.StringMatching(`[#0\- +]{0,3}([1-9][0-9]?)?(\.[0-9]{0,2})?[hlL]?`).Draw(t, "spec") +
				string(rapid.SampledFrom([]byte(types)).Draw(t, "type"))
		}),
		rapid.SampledFrom([]string{" ", "%%", "é", "[", ")", "\n"}),
	)
	noise := rapid.StringMatching(`[%()#0\- +.*hlLsdx19a]{0,3}`)
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		layout := strings.Join(rapid.SliceOfN(piece, 1, 6).Draw(t, "pieces"), "")
		if rapid.IntRange(0, 3).Draw(t, "noisy") == 0 {
			at := rapid.IntRange(0, len(layout)).Draw(t, "at")
			layout = strings.ToValidUTF8(layout[:at]+noise.Draw(t, "noise")+layout[at:], "")
		}
		r := records[0]
		r.message, r.name, r.attrs = texts.Draw(t, "message"), texts.Draw(t, "name"), texts.Draw(t, "attrs")
		r.line = rapid.Int64().Draw(t, "line")
		r.pid = rapid.Int64Range(0, 1<<22).Draw(t, "pid")
		r.time = time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(t, "time")).UTC()
		r.start = r.time.Add(-time.Duration(rapid.Int64().Draw(t, "since")))
		a, err := p.ask(layout, &r)
		if err != nil {
			t.Fatal(err)
		}
		if err := compare(layout, &r, a); err != nil {
			t.Fatal(err)
		}
		if a.Error == "" {
			seen["formatted"]++
		} else {
			seen[a.Error]++
		}
	})
	t.Logf("answers: %v", seen)
}
