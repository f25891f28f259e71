package spanlogtest

import (
	"fmt"
	"log/slog"
	"strings"
)

// What goes in as text must come out as the same text. These checks find
// missing escapes, which spoil a line at best, and let a value forge one at
// worst.
var encodingChecks = []check{
	// After three scripts: an accent that is a character of its own, an emoji of several, the line
	// separators of JavaScript, a space that does not break, a byte order mark, a space of no
	// width, a change of direction, the last character that there is, and the one that stands
	// for what could not be read.
	{
		name:   "encoding/unicode",
		rule:   "text outside ASCII arrives as it is",
		source: "a record is for people of all languages; RFC 8259, section 8.1, for JSON",
		run: encoded("prix: 3 €", "日本語", "שלום", "e\u0301", "👩‍👧", "a\u2028b\u2029c", "a\u00a0b", "\ufeffbom", "a\u200bb",
			"right\u202eleft", "\U0010ffff", "replaced \ufffd"),
	},
	// Tabs, NUL, colours, the bell and its neighbours, DEL, quotes of all kinds, what looks
	// like an escape already, like an item, markup or a format, and two of the control
	// characters above ASCII, which some terminals obey.
	{
		name: "encoding/control",
		rule: "control characters, quotes and backslashes arrive as they are, so they must be escaped",
		source: `RFC 8259, section 7, for JSON; log/slog, TextHandler.Handle, for text: "Keys and values are quoted with strconv.Quote if …". ` +
			"That ANSI sequences be escaped, and neither written as they are nor cut out, is a rule of this suite's own and not of " +
			"log/slog's: a value must neither drive the reader's terminal nor lose a part.",
		run: encoded("tab\there", "nul\x00here", "\x1b[31mred\x1b[0m", "bell\a\b\f\v", "del\x7f", "quote\"quote", `back\slash`, `\n`, `\u0041`,
			"'", "`", "a=b c=d", "{", `"}`, "<script>&amp;", "%d%s%", "c1\u0085\u009b"),
	},
	// The last two are what somebody would put into a header to have it in the log.
	{
		name:   "encoding/newline",
		rule:   "a line break in a message or a value doesn't start a new record",
		source: "CWE-117, improper output neutralization for logs: who can break a line can forge a record",
		run: encoded("one\ntwo", "\n", "one\r\ntwo", "trailing\n", "\n{\"level\":\"ERROR\",\"msg\":\"forged\"}\n",
			"\ntime=2026-11-22T00:00:00Z level=ERROR msg=forged\n"),
	},
	// In this order: a byte that is never there, the beginnings of characters of two bytes and
	// of three, half of a surrogate pair, and a NUL that is longer than it need be.
	{
		name:   "encoding/invalid-utf8",
		rule:   "bytes that are not UTF-8 don't spoil the record, in which valid text beside them is kept",
		source: robustness + "; RFC 8259, section 8.1, for JSON",
		run: func(p *probe) {
			for _, span := range twoKinds {
				s := p.session(span)
				for _, bad := range []string{"\xff", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\xc0\x80"} {
					s.scene(scene{fmt.Sprintf("%q in a value", bad), func(l *slog.Logger) { l.Info("m", "a", "begin"+bad+"end", "b", "2") },
						tree{"a": all(containing("begin"), containing("end")), "b": "2"}})
					s.scene(scene{fmt.Sprintf("%q in a value in With", bad), func(l *slog.Logger) { l.With("a", "begin"+bad+"end").Info("m", "b", "2") },
						tree{"a": all(containing("begin"), containing("end")), "b": "2"}})
					s.expect(want{when: fmt.Sprintf("%q in a key", bad), attrs: tree{"b": "2"}, loose: true}, func() { s.log.Info("m", "a"+bad, "1", "b", "2") })
					s.expect(want{when: fmt.Sprintf("%q in the message", bad), attrs: tree{"b": "2"}}, func() { s.log.Info("m"+bad, "b", "2") })
					s.expect(want{when: fmt.Sprintf("%q in the name of a group", bad), attrs: tree{}, loose: true}, func() { s.log.WithGroup("g"+bad).Info("m", "b", "2") })
				}
				s.close()
			}
		},
	},
	// Keys come from outside as well: of headers, of maps, of JSON.
	{
		name:   "encoding/keys",
		rule:   "keys and names of groups are escaped as values are",
		source: "the rules for values; handlers that write group names as they are exist",
		run: func(p *probe) {
			for _, span := range twoKinds {
				s := p.session(span)
				for _, k := range oddKeys {
					s.scene(scene{fmt.Sprintf("the key %q", k), func(l *slog.Logger) { l.Info("m", k, "1", "b", "2") }, tree{k: "1", "b": "2"}})
					s.scene(scene{fmt.Sprintf("the key %q in With", k), func(l *slog.Logger) { l.With(k, "1").Info("m", "b", "2") }, tree{k: "1", "b": "2"}})
					s.scene(scene{fmt.Sprintf("the group %q", k), func(l *slog.Logger) { l.Info("m", slog.Group(k, "a", "1"), "b", "2") }, tree{k: tree{"a": "1"}, "b": "2"}})
				}
				s.close()
			}
		},
	},
	// Around the sizes of common buffers: a page, and 64 KiB, which is what a pipe holds and
	// where bufio.Scanner gives up.
	{
		name:   "encoding/large",
		rule:   "a large record arrives whole",
		source: "nothing in log/slog limits the size of a record",
		run: func(p *probe) {
			for _, span := range twoKinds {
				s := p.session(span)
				for _, n := range []int{4 << 10, 64 << 10, 100 << 10} {
					v := strings.Repeat("0123456789abcdef", n/16)
					s.scene(scene{fmt.Sprintf("a value of %d bytes", n), func(l *slog.Logger) { l.Info("m", "a", v, "b", "2") }, tree{"a": v, "b": "2"}})
				}
				s.close()
			}
		},
	},
}

// oddKeys have no dots: text has no way to tell them from those between groups.
var oddKeys = []string{"two words", "a=b", "quote\"quote", `back\slash`, "clé", "日本", "new\nline", "tab\t", "esc\x1b[31m", "{", "}", "nul\x00"}

// encoded makes a check of texts that must arrive as they are, wherever a
// program can put them.
func encoded(texts ...string) func(*probe) {
	return func(p *probe) {
		for _, span := range twoKinds {
			s := p.session(span)
			for _, v := range texts {
				w := want{when: fmt.Sprintf("%q as message", v), attrs: tree{"a": "1"}, look: messageIs(v)}
				s.expect(w, func() { s.log.Info(v, "a", "1") })
				s.scene(scene{fmt.Sprintf("%q as value", v), func(l *slog.Logger) { l.Info("m", "a", v, "b", "2") }, tree{"a": v, "b": "2"}})
				s.scene(scene{fmt.Sprintf("%q as value in With", v), func(l *slog.Logger) { l.With("a", v).Info("m", "b", "2") }, tree{"a": v, "b": "2"}})
			}
			s.close()
		}
	}
}

// all accepts what all of ls accept.
func all(ls ...leaf) leaf {
	return func(v any) string {
		for _, l := range ls {
			if problem := l(v); problem != "" {
				return problem
			}
		}
		return ""
	}
}
