package spanlog_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/spanlog/spanlog"
)

func TestLevels(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"", "INFO"},
		{"debug", "DEBUG"},
		{"info, github.com/acme/shop/db=debug, http=warn", "INFO, github.com/acme/shop/db=DEBUG, http=WARN"},
		{"http=warn", "INFO, http=WARN"},
		{"http=warn,error", "ERROR, http=WARN"},
		{" \tdb = trace\n, fatal ", "FATAL, db=TRACE"},
		{"off, db=OFF", "OFF, db=OFF"},
		{"INFO+2, db=-5, web=debug-1", "INFO+2, db=DEBUG-1, web=DEBUG-1"},
		{"a=40000", "INFO, a=40000"},
		{"gopkg.in/yaml.v3=debug", "INFO, gopkg.in/yaml.v3=DEBUG"},
		{"käse=warning", "INFO, käse=WARN"},
	} {
		r := new(spanlog.Rules)
		if err := r.Set(test.in); err != nil || r.String() != test.want {
			t.Errorf("%q: got %q, %v; want %q", test.in, r, err, test.want)
		}
		if again := spanlog.Levels(r.String()); again.String() != test.want {
			t.Errorf("%q: its text %q is read as %q", test.in, r, again)
		}
	}
}

func TestLevelsBad(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"loud", `level rules: rule 1 "loud" at byte 0: level "loud": want TRACE`},
		{"info, db=debgu", `rule 2 "db=debgu" at byte 5: level "debgu"`},
		{"info,", `rule 2 "" at byte 5: is empty`},
		{"info,,db=debug", `rule 2 "" at byte 5: is empty`},
		{"=debug", `rule 1 "=debug" at byte 0: want a logger or package before the "="`},
		{"db=", `rule 1 "db=" at byte 0: level ""`},
		{"db=debug=x", `level "debug=x"`},
		{"info, warn", `rule 2 "warn" at byte 5: there is a level for all others already, INFO`},
		{"db=info, db=warn", `rule 2 "db=warn" at byte 8: there is a rule for db already`},
		{"d b=info", `a pattern cannot have a " " in it`},
		{"d\x00b=info", `cannot have a "\x00" in it`},
		{"github.com/acme/*=info", `cannot have a "*" in it`},
		{"d\u202eb=info", `cannot have a "\u202e" in it`},
		{"d\u009bb=info", `cannot have a "\u009b" in it`},
		{"d\xffb=info", `cannot have a "\xff" in it`},
		{strings.Repeat("x=loud,", 1000) + "info", "\n990 more rules are bad"},
		{"a=" + strings.Repeat("x", 1000), `level "` + strings.Repeat("x", 100) + `…"`},
		{strings.Repeat("x", 1000), `"` + strings.Repeat("x", 100) + `…" at byte 0`},
		{"github.com/acme/=info", `"github.com/acme/" is no whole name`},
		{"db.=info", `"db." is no whole name`},
		{"/db=info", `"/db" is no whole name`},
		{"x=1, y=loud, z=quiet", `rule 2 "y=loud" at byte 4`},
		{"x=1, y=loud, z=quiet", `rule 3 "z=quiet" at byte 12`},
		{manyRules(70_000), "there are 70000 rules: want 65535 at most"},
	} {
		r := spanlog.Levels("db=warn")
		err := r.Set(test.in)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.40q: got error %v, want %q", test.in, err, test.want)
		}
		if r.String() != "INFO, db=WARN" {
			t.Errorf("%.40q: a bad text has changed the rules to %q", test.in, r)
		}
		_, err = spanlog.New(nil, spanlog.Writer{Writer: io.Discard, Level: spanlog.Levels(test.in)})
		if err == nil || !strings.Contains(err.Error(), "Level is bad: level rules: ") {
			t.Errorf("%.40q: New: got error %v", test.in, err)
		}
	}
}

func manyRules(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ",p%d=info", i)
	}
	return b.String()[1:]
}

// TestRulesFlag: Rules are a flag.Value.
func TestRulesFlag(t *testing.T) {
	var rules spanlog.Rules
	flags := flag.NewFlagSet("app", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Var(&rules, "log", "level rules")
	if err := flags.Parse([]string{"-log", "db=debug"}); err != nil || rules.String() != "INFO, db=DEBUG" {
		t.Errorf("got %q, %v", &rules, err)
	}
	if err := flags.Parse([]string{"-log", "db=loud"}); err == nil || !strings.Contains(err.Error(), `"db=loud"`) {
		t.Errorf("got error %v", err)
	}
	flags.PrintDefaults() // asks a nil *Rules
}

func FuzzLevels(f *testing.F) {
	for _, seed := range []string{"", "info", "info, github.com/acme/shop/db=debug, http=warn", "off,a=1,b=INFO+2", "=,=", "a=loud", "a=\x00", "x=99999999999999999999", "a=40000,b=-40000"} {
		f.Add(seed, "db.pool")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		r := new(spanlog.Rules)
		if err := r.Set(text); err != nil {
			if r.String() != "INFO" {
				t.Errorf("a bad text has set %q", r)
			}
			return
		}
		again := new(spanlog.Rules)
		if err := again.Set(r.String()); err != nil || again.String() != r.String() || again.Level() != r.Level() {
			t.Errorf("%q is read as %q, %v", r, again, err)
		}
		h := slog.Handler(open(t, nil, spanlog.Writer{Writer: io.Discard, Level: r}).Handler())
		if name != "" {
			h = h.WithAttrs([]slog.Attr{slog.String(spanlog.NameKey, name)})
		}
		_ = h.Handle(context.Background(), slog.NewRecord(noon, r.Level(), "m", netHTTP))
	})
}
