package main

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The guide, and the directory of the programs, by names that hold wherever a test
// has gone.
var (
	here  = mustAbs(".")
	guide = filepath.Join(here, "..", "..", "docs", "migrate.md")
)

func mustAbs(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		panic(err)
	}
	return path
}

// A block is a fenced block of the guide.
type block struct {
	section, lang string
	line          int // of its first line
	text          []string
}

func guideBlocks(t *testing.T) (blocks []block) {
	t.Helper()
	section, within := "", false
	for i, line := range strings.Split(read(t, guide), "\n") {
		if lang, fence := strings.CutPrefix(line, "```"); fence {
			if within = !within; within {
				blocks = append(blocks, block{section: section, lang: lang, line: i + 2})
			}
		} else if within {
			b := &blocks[len(blocks)-1]
			b.text = append(b.text, line)
		} else if heading, ok := strings.CutPrefix(line, "## "); ok {
			section = heading
		}
	}
	if within {
		t.Fatal("the last block does not end")
	}
	return blocks
}

// TestGuide demands that all code of the guide stands in a file of this directory, line
// by line, at whatever depth: so it is compiled, and run by the tests of each logger.
func TestGuide(t *testing.T) {
	sources := map[string]string{}
	for lang, pattern := range map[string]string{"go": "*.go", "python": "python/*.py"} {
		files, err := filepath.Glob(filepath.Join(here, pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s: %v", pattern, err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				sources[lang] += "\n" + unindented(strings.Split(read(t, file), "\n"))
			}
		}
	}
	code := map[string]bool{} // the sections that have some
	for _, b := range guideBlocks(t) {
		switch b.lang {
		case "go", "python":
			code[b.section] = true
			if !strings.Contains(sources[b.lang], "\n"+unindented(b.text)+"\n") {
				t.Errorf("%s:%d: the block is in no file of examples/migrate:\n%s", guide, b.line, strings.Join(b.text, "\n"))
			}
		case "json", "sh", "":
		default:
			t.Errorf("%s:%d: a block of %q, which nothing tests", guide, b.line, b.lang)
		}
	}
	for _, s := range steps {
		section := map[string]string{"slog": "log/slog", "python": "Python"}[s.logger]
		if section == "" {
			section = s.logger
		}
		if !code[section] {
			t.Errorf("the guide has no code for %s", s.logger)
		}
	}
}

// unindented has no white space at the ends of lines.
func unindented(lines []string) string {
	trimmed := make([]string, len(lines))
	for i, line := range lines {
		trimmed[i] = strings.TrimSpace(line)
	}
	return strings.Join(trimmed, "\n")
}

// checkShown demands that what a section of the guide shows of the output, in blocks of
// JSON or of no language, is what programs have written, in this order.
func checkShown(t *testing.T, section string, written ...string) {
	t.Helper()
	var shown []string
	for _, b := range guideBlocks(t) {
		if b.section == section && (b.lang == "json" || b.lang == "") {
			shown = append(shown, b.text...)
		}
	}
	got := strings.SplitAfter(shownForm(strings.Join(shown, "\n")+"\n"), "\n")
	want := strings.SplitAfter(shownForm(strings.Join(written, "")), "\n")
	if !slices.Equal(got, want) {
		t.Errorf("the guide's section %s shows\n%swant\n%s", section, strings.Join(got, ""), strings.Join(want, ""))
	}
}

// What is another one in every run and on every machine.
var (
	changingTime   = regexp.MustCompile(`(?m)("time":|"ts":|\btime=)("[^"]*"|\d[^\s,]*)|^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}`)
	changingSource = regexp.MustCompile(`"function":"[^"]*\.(\w+)","file":"[^"]*/(\w+\.go)","line":\d+`)
	changingCaller = regexp.MustCompile(`(/\w+\.go):\d+"`)
)

// shownForm is lines without that.
func shownForm(lines string) string {
	lines = changingTime.ReplaceAllString(lines, `$1…`)
	lines = changingSource.ReplaceAllString(lines, `"function":"….$1","file":"…/$2","line":…`)
	return changingCaller.ReplaceAllString(lines, `$1:…"`)
}
