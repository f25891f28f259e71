package logquery

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// odd are pieces of texts that something could go wrong with.
var odd = []string{
	"a", "Card", " ", "=", `"`, `\`, `\u003c`, `\x41`, `\n`, "\n", "\t", "\x00", "\x1b[0m", "\x7f", "\u0085", "\u00a0", "\xff", "\u2028", "\ufffd",
	"é", "É", "😀", "<", ">", "&", "'", "/", "{", "}", ":", ",", ".", "-", "+", "level", "17", "null", "/a/",
}

func drawText(t *rapid.T, label string) string {
	if rapid.IntRange(0, 3).Draw(t, "any "+label) == 0 {
		return rapid.String().Draw(t, label)
	}
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(odd), 0, 6).Draw(t, label), "")
}

var handlers = map[string]func(io.Writer) slog.Handler{
	"JSON": func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) },
	"text": func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, nil) },
}

// TestRecordsAreFound: what slog's handlers write is found by its fields, and by any part
// of its texts, in any case.
func TestRecordsAreFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		message, key, value := drawText(t, "message"), "x"+drawText(t, "key"), drawText(t, "value") // no key that has a meaning
		record := slog.NewRecord(now, slog.LevelInfo, message, 0)
		record.AddAttrs(slog.String(key, value))
		queries := []string{
			quote(key) + "=" + quote(value),
			"msg=" + quote(message),
			drawPart(t, message), drawPart(t, key), drawPart(t, value),
		}
		for name, handler := range handlers {
			var line bytes.Buffer
			if err := handler(&line).Handle(context.Background(), record); err != nil {
				t.Fatalf("%v", err)
			}
			text := strings.TrimSuffix(line.String(), "\n")
			for _, query := range queries {
				q := parse(t, query)
				if !found(t, q, text) {
					t.Fatalf("%s: %s is not found in\n%s", name, describe(q), text)
				}
				if query == `""` {
					continue // there is no such text to be without
				}
				if q = parse(t, "-"+query); found(t, q, text) {
					t.Fatalf("%s: %s is found in\n%s", name, describe(q), text)
				}
			}
		}
	})
}

// drawPart is a query for a part of a text.
func drawPart(t *rapid.T, text string) string {
	all := []rune(text)
	from := rapid.IntRange(0, len(all)).Draw(t, "from")
	part := all[from:rapid.IntRange(from, len(all)).Draw(t, "to")]
	for i, r := range part {
		switch {
		case r >= 0x80 || !rapid.Bool().Draw(t, "other case"):
		case unicode.IsLower(r):
			part[i] = unicode.ToUpper(r)
		default:
			part[i] = unicode.ToLower(r)
		}
	}
	return quote(string(part))
}

// TestContainsFold compares it with what is plain.
func TestContainsFold(t *testing.T) {
	lower := func(s string) string {
		return strings.Map(func(r rune) rune {
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			return r
		}, s)
	}
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.StringOfN(rapid.RuneFrom([]rune("aAbB1[{é")), 0, -1, -1)
		line, text := letters.Draw(t, "line"), letters.Draw(t, "text")
		if rapid.Bool().Draw(t, "same") {
			all := []rune(line)
			from := rapid.IntRange(0, len(all)).Draw(t, "from")
			text = string(all[from:rapid.IntRange(from, len(all)).Draw(t, "to")])
		}
		if got, want := containsFold([]byte(line), text), strings.Contains(lower(line), lower(text)); got != want {
			t.Fatalf("%q in %q: got %v", text, line, got)
		}
	})
}

// TestRepetitive has texts that nearly match everywhere.
func TestRepetitive(t *testing.T) {
	line := bytes.Repeat([]byte("aA"), 50_000)
	text := strings.Repeat("Aa", 5000)
	for _, test := range []struct {
		text string
		want bool
	}{
		{text, true},
		{text + "b", false},
		{"b" + text, false},
		{text + "!" + text, false},
	} {
		if got := containsFold(line, test.text); got != test.want {
			t.Errorf("%.3s…%s: got %v", test.text, test.text[len(test.text)-1:], got)
		}
	}
	if line[len(line)-1] = 'b'; !containsFold(line, "A"+text[1:9999]+"b") {
		t.Error("the end is not found")
	}
}
