package spanlogtest

import (
	"bytes"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseJSON(t *testing.T) {
	type m = map[string]any
	for _, c := range []struct {
		in   string
		want []map[string]any
	}{
		{"", nil},
		{"\n\n", nil},
		{`{}`, []m{{}}},
		{`{"a":1,"b":"x","c":true,"d":null,"e":[1,{"f":"g"}]}`, []m{{"a": 1.0, "b": "x", "c": true, "d": nil, "e": []any{1.0, m{"f": "g"}}}}},
		{"{\"a\":1}\n{\"a\":2}\n", []m{{"a": 1.0}, {"a": 2.0}}},
		{`{"g":{"a":"\u00e9\n"}}`, []m{{"g": m{"a": "é\n"}}}},
		{`{"a":1,"a":2}`, []m{{"a": Repeated{1.0, 2.0}}}},
		{`{"a":1,"a":2,"b":0,"a":[3]}`, []m{{"a": Repeated{1.0, 2.0, []any{3.0}}, "b": 0.0}}},
		{`{"g":{"a":1,"a":1},"h":{"a":1}}`, []m{{"g": m{"a": Repeated{1.0, 1.0}}, "h": m{"a": 1.0}}}},
		{`{"g":{"a":1},"g":{"b":2}}`, []m{{"g": Repeated{m{"a": 1.0}, m{"b": 2.0}}}}},
		{` {"a" : 1} `, []m{{"a": 1.0}}},
	} {
		if got := ParseJSON(t, []byte(c.in)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %#v, want %#v", c.in, got, c.want)
		}
	}
}

func TestParseText(t *testing.T) {
	type m = map[string]any
	for _, c := range []struct {
		in   string
		want []map[string]any
	}{
		{"", nil},
		{`a=1`, []m{{"a": "1"}}},
		{"a=1 b=two\nc=3\n", []m{{"a": "1", "b": "two"}, {"c": "3"}}},
		{`a="two words" b=""`, []m{{"a": "two words", "b": ""}}},
		{`a="q\"uote\n" "k ey"=1 ""=2`, []m{{"a": "q\"uote\n", "k ey": "1", "": "2"}}},
		{`g.a=1 g.h.b=2 c=3`, []m{{"g": m{"a": "1", "h": m{"b": "2"}}, "c": "3"}}},
		{`"g h.a b"=1`, []m{{"g h": m{"a b": "1"}}}},
		{`a=1 a=2 a=3`, []m{{"a": Repeated{"1", "2", "3"}}}},
		{`g.a=1 g.a=2`, []m{{"g": m{"a": Repeated{"1", "2"}}}}},
		{`a= b=1`, []m{{"a": "", "b": "1"}}},
		{`a=x=y`, []m{{"a": "x=y"}}},
		// A key can't be both a value and a group.
		{`a=1 a.b=2 a.c=3`, []m{{"a": "1", "a.b": "2", "a.c": "3"}}},
		{`a.b=2 a=1`, []m{{"a": "1", "a.b": "2"}}},
		{`g.a=1 g.a.b=2`, []m{{"g": m{"a": "1"}, "g.a.b": "2"}}},
		{`a.=1`, []m{{"a": m{"": "1"}}}},
	} {
		if got := ParseText(t, []byte(c.in)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %#v, want %#v", c.in, got, c.want)
		}
	}
}

func TestParseFails(t *testing.T) {
	for _, c := range []struct {
		parse func(testing.TB, []byte) []map[string]any
		in    string
		says  string
	}{
		{ParseJSON, "{}\n{\"a\":1\n", "line 2 of the handler's output: unexpected end of JSON input: \"{\\\"a\\\":1\""},
		{ParseJSON, `{"a":1}{"b":2}`, "after top-level value"},
		{ParseJSON, `{"a":1"b":2}`, "after object key:value pair"},
		{ParseJSON, `[1]`, "cannot unmarshal array"},
		{ParseJSON, `null`, "not an object"},
		{ParseJSON, "{\"a\":\"\xff\"}", "must be UTF-8"},
		{ParseJSON, "{\"a\":\"\x1b\"}", "invalid character"},
		{ParseJSON, `{"a":"` + strings.Repeat("x", 5000), "xxx…"},
		{ParseText, "a", `no = after the key "a"`},
		{ParseText, "a=1 b", `no = after the key "b"`},
		{ParseText, "a=1 ", `no = after the key ""`},
		{ParseText, `a="1`, "doesn't end"},
		{ParseText, `a="1"b=2`, `no space after the value of "a"`},
		{ParseText, "ok=1\nforged", "line 2"},
	} {
		failures := failuresOf(t, func(tb testing.TB) {
			c.parse(tb, []byte(c.in))
			tb.Error("went on")
		})
		if len(failures) != 1 || !strings.Contains(failures[0], c.says) {
			t.Errorf("%.50q: failures %q, want one that says %q", c.in, failures, c.says)
		}
	}
}

// TestParseInvertsSlog logs random attributes and parses what comes out.
func TestParseInvertsSlog(t *testing.T) {
	// No dots in keys, and no empty names of groups: text can't show them.
	key := rapid.StringMatching(`[^.]{1,5}`)
	value := rapid.String()
	rapid.Check(t, func(rt *rapid.T) {
		root := rapid.MapOfN(key, value, 0, 5).Draw(rt, "root")
		inner := rapid.MapOfN(key, value, 1, 5).Draw(rt, "inner")
		name := key.Filter(func(k string) bool { _, taken := root[k]; return !taken }).Draw(rt, "name")

		want, group := map[string]any{}, map[string]any{}
		var args, members []any
		for k, v := range root {
			want[k] = v
			args = append(args, slog.String(k, v))
		}
		for k, v := range inner {
			group[k] = v
			members = append(members, slog.String(k, v))
		}
		want[name] = group
		noBuiltins := &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if a.Value.Kind() == slog.KindTime || a.Value.Kind() == slog.KindAny || a.Value.String() == "only the message" {
				return slog.Attr{}
			}
			return a
		}}
		var js, tx bytes.Buffer
		slog.New(slog.NewJSONHandler(&js, noBuiltins)).With(args...).Info("only the message", slog.Group(name, members...))
		slog.New(slog.NewTextHandler(&tx, noBuiltins)).With(args...).Info("only the message", slog.Group(name, members...))
		if got := ParseJSON(t, js.Bytes()); len(got) != 1 || !reflect.DeepEqual(got[0], want) {
			rt.Errorf("JSON: got %v, want %v", got, want)
		}
		if got := ParseText(t, tx.Bytes()); len(got) != 1 || !reflect.DeepEqual(got[0], want) {
			rt.Errorf("text: got %v, want %v", got, want)
		}
	})
}

// TestParseNeverPanics feeds arbitrary bytes.
func TestParseNeverPanics(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		line := []byte(rapid.StringMatching(`[{}\[\]":,= a.\\1\n]*`).Draw(rt, "line"))
		parseJSON(line)
		parseText(line)
	})
}
