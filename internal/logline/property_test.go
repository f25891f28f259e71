package logline

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// odd are pieces of strings that something could go wrong with.
var odd = []string{
	"a", "level", " ", "=", `"`, `\`, "\n", "\x00", "\x7f", "\xff", "\u2028", "é", "😀", "{", "}", ":", ",", ".", "/", "_", "-",
	"info", "WARN", "30", "17", "2026-11-22T11:57:00Z", "2026-11-22 11:57:00,123", "1795348620", "1795348620.5", w3cTrace, w3cSpan,
	"67667974448284343", "projects/p/traces/", "00-" + w3cTrace + "-" + w3cSpan + "-01", "a.go:7", "null", "\x1b[0m",
}

func oddString(t *rapid.T, label string) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(odd), 0, 3).Draw(t, label), "")
}

// TestReference compares objects with the reference: known keys, in any spelling, with the
// values that they have and others, in any nesting, repeated, escaped, with space around.
func TestReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkLine(t, []byte(object(t, "", 0)))
	})
}

// TestDamaged does the same with one byte changed, or bytes missing at the end.
func TestDamaged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := []byte(object(t, "", 0))
		at := rapid.IntRange(0, len(line)-1).Draw(t, "at")
		if rapid.Bool().Draw(t, "cut") {
			line = line[:at]
		} else {
			line[at] = rapid.Byte().Draw(t, "byte")
		}
		checkLine(t, line)
	})
}

func object(t *rapid.T, path string, depth int) string {
	var b strings.Builder
	space := func() string { return rapid.SampledFrom([]string{"", "", "", "", " ", "\t\n\r "}).Draw(t, "space") }
	b.WriteString("{" + space())
	for i := range rapid.IntRange(0, 8).Draw(t, "members") {
		if i > 0 {
			b.WriteString("," + space())
		}
		key := memberKey(t, path)
		b.WriteString(quoted(t, key) + space() + ":" + space())
		b.WriteString(memberValue(t, path+key+".", depth) + space())
	}
	return b.String() + "}"
}

// memberKey is mostly a name that is known, or what leads to one.
func memberKey(t *rapid.T, path string) string {
	var rest []string
	for _, n := range names {
		if strings.HasPrefix(n.text, path) {
			rest = append(rest, n.text[len(path):])
		}
	}
	if len(rest) == 0 || rapid.IntRange(0, 9).Draw(t, "unknown") == 0 {
		return oddString(t, "key")
	}
	key := rapid.SampledFrom(rest).Draw(t, "name")
	if rapid.Bool().Draw(t, "nested") {
		key, _, _ = strings.Cut(key, ".")
	}
	switch rapid.IntRange(0, 5).Draw(t, "spelling") {
	case 0:
		key = strings.ReplaceAll(key, "_", "")
	case 1:
		key = strings.ReplaceAll(key, "_", "-")
	case 2:
		key = strings.ToUpper(key)
	case 3:
		if key != "" {
			key = strings.ToUpper(key[:1]) + key[1:]
		}
	}
	return key
}

func memberValue(t *rapid.T, path string, depth int) string {
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0:
		return rapid.SampledFrom([]string{"true", "false", "null", "0", "-0.5e-7", "{}", "[]", "[{}]", "{ }"}).Draw(t, "literal")
	case 1:
		return rapid.SampledFrom([]string{"3", "30", "200", "1795348620", "1795348620123.25", "1.795e9", "5e400", "67667974448284343", "123000000", "-4"}).Draw(t, "number")
	case 2:
		return fmt.Sprint(rapid.Float64().Draw(t, "float"))
	case 3:
		return "[" + quoted(t, oddString(t, "element")) + `,{"level":"info"}]`
	case 4, 5, 6:
		if depth < 4 {
			return object(t, path, depth+1)
		}
	}
	return quoted(t, oddString(t, "string"))
}

// quoted is a string in JSON, with what must be escaped, and some of the rest.
func quoted(t *rapid.T, s string) string {
	always := rapid.IntRange(0, 9).Draw(t, "escape all") == 0
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r < ' ' || always && r < 0x10000 && r != 0xfffd:
			fmt.Fprintf(&b, `\u%04x`, r)
		case r == 0xfffd:
			b.WriteByte(s[i]) // of no UTF-8
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

// TestRoundTrip: what slog's handlers write comes back.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var attrs []slog.Attr
		var want []attrText
		for range rapid.IntRange(0, 5).Draw(t, "attributes") {
			key := "x" + oddString(t, "key") // no name that is known
			text := oddString(t, "value")
			value := slog.StringValue(text)
			if rapid.Bool().Draw(t, "number") {
				n := rapid.Int64().Draw(t, "n")
				value, text = slog.Int64Value(n), fmt.Sprint(n)
			}
			group := "g" + strings.ReplaceAll(oddString(t, "group"), ".", "")
			if rapid.Bool().Draw(t, "in a group") {
				attrs = append(attrs, slog.Group(group, slog.Attr{Key: key, Value: value}))
				key = group + "." + key
			} else {
				attrs = append(attrs, slog.Attr{Key: key, Value: value})
			}
			want = append(want, attrText{refUTF8(key), refUTF8(text)})
		}
		at := time.Unix(rapid.Int64Range(1e9, 3e9).Draw(t, "seconds"), rapid.Int64Range(0, 999).Draw(t, "ms")*1e6).In(berlin)
		record := slog.NewRecord(at, slog.Level(rapid.IntRange(-10, 14).Draw(t, "level")), oddString(t, "message"), 0)
		record.AddAttrs(attrs...)
		for kind, handler := range map[Kind]func(*bytes.Buffer) slog.Handler{
			JSON: func(b *bytes.Buffer) slog.Handler {
				return slog.NewJSONHandler(b, &slog.HandlerOptions{Level: slog.Level(-20)})
			},
			Text: func(b *bytes.Buffer) slog.Handler {
				return slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.Level(-20)})
			},
		} {
			var buf bytes.Buffer
			if err := handler(&buf).Handle(context.Background(), record); err != nil {
				t.Fatal(err)
			}
			r := parse(t, buf.String())
			if r.Kind != kind || r.Time != at.UnixNano() || r.Level != record.Level || string(r.Message) != refUTF8(record.Message) ||
				len(want)+len(r.Attrs) > 0 && !reflect.DeepEqual(attrTexts(r.Attrs), want) {
				t.Fatalf("%s\n got %s\nwant %q", buf.String(), describe(r), want)
			}
			for _, a := range r.Attrs {
				if kind == JSON && !json.Valid(a.raw) {
					t.Fatalf("raw %q", a.raw)
				}
			}
		}
	})
}
