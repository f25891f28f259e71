package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/race"
)

var update = flag.Bool("update", false, "write budget.txt and testdata/notes.golden")

// golden compares text with a file, or writes it.
func golden(t *testing.T, path, text string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	was, is := strings.Split(string(data), "\n"), strings.Split(text, "\n")
	for _, line := range was {
		if !slices.Contains(is, line) {
			t.Errorf("%s has %q, which is not so any more", path, line)
		}
	}
	for _, line := range is {
		if !slices.Contains(was, line) {
			t.Errorf("%s lacks %q", path, line)
		}
	}
	if !t.Failed() && text != string(data) {
		t.Errorf("%s has other lines than now, or in another order", path)
	}
}

func TestBudget(t *testing.T) {
	race.Skip(t)
	var out bytes.Buffer
	if err := run([]string{"-budget"}, &out); err != nil {
		t.Fatal(err)
	}
	golden(t, "budget.txt", out.String())
}

func TestCompare(t *testing.T) {
	setGlobals()
	spans, err := spanContexts(16)
	if err != nil {
		t.Fatal(err)
	}
	all := scenarios()
	notes, err := compareAll(all, spans)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		for _, c := range s.contenders {
			for _, note := range notes[s.name][c.name] {
				if c.ours && note != c.note {
					t.Errorf("%s, %s: %s", s.name, c.name, note)
				}
			}
		}
	}
	golden(t, filepath.Join("testdata", "notes.golden"), allNotes(all, notes))
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	readme, bench := filepath.Join(dir, "README.md"), filepath.Join(dir, "bench.txt")
	if err := os.WriteFile(readme, []byte("before\n"+begin+"old\n"+end+"after\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run([]string{"-rounds=2", "-records=50", "-bench", bench, "-update", "-readme", readme}, &out); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	data, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	if want := "before\n" + begin + text + end + "after\n"; string(data) != want {
		t.Errorf("README:\n%s\nwant:\n%s", data, want)
	}
	for _, b := range bars {
		if !regexp.MustCompile(`(?m)^\| +` + b.name + ` .*\d \| (missed|met|aim met) \|$`).MatchString(text) {
			t.Errorf("no row of bar %s", b.name)
		}
	}
	lines, err := os.ReadFile(bench)
	if err != nil {
		t.Fatal(err)
	}
	runs := 0
	for _, s := range scenarios() {
		_, section, _ := strings.Cut(text, "\n### "+s.name+"\n")
		section, _, _ = strings.Cut(section, "\n### ")
		for _, c := range s.contenders {
			if !strings.Contains(section, "\n| "+c.name+" ") {
				t.Errorf("%s has no row of %s", s.name, c.name)
			}
			line := fmt.Sprintf(`(?m)^BenchmarkLog/scenario=%s/h=%s-\d+\t%d\t\d+\.\d ns/op\t\d+ B/op\t\d+ allocs/op$`,
				s.name, regexp.QuoteMeta(c.name), 50*s.times)
			n := len(regexp.MustCompile(line).FindAll(lines, -1))
			if n != 2 {
				t.Errorf("%d lines of %s, %s for benchstat; want 2", n, s.name, c.name)
			}
			runs += n
		}
	}
	if n := bytes.Count(lines, []byte("BenchmarkLog/")); n != runs {
		t.Errorf("%d lines for benchstat, of which %d are known", n, runs)
	}
}

func TestRunFails(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(plain, []byte("no marks\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ args, want string }{
		{"-update -readme " + plain, "lacks the marks"},
		{"-update -readme " + plain + ".missing", "README.md.missing"},
		{"-scenario nothing", "no scenario matches"},
		{"-scenario (", "missing closing )"},
		{"-rounds 0", "at least 1"},
		{"five", "no flag"},
	} {
		err := run(strings.Fields(test.args), &bytes.Buffer{})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", test.args, err, test.want)
		}
	}
}
