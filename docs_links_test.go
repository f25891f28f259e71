package spanlog_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// TestDocsLinks follows the links of all Markdown pages that stay within the
// repository, to the heading or line if they name one, and looks for the tests,
// examples, fuzz targets and benchmarks that pages link to or name as code.
func TestDocsLinks(t *testing.T) {
	repo := readRepository(t, ".")
	links := 0
	for _, page := range repo.pages {
		n, faults := repo.follow(t, page)
		links += n
		for _, fault := range faults {
			t.Error(fault)
		}
	}
	if len(repo.pages) == 0 || len(repo.tests) == 0 || links == 0 {
		t.Errorf("found %d pages, %d names of tests, %d links", len(repo.pages), len(repo.tests), links)
	}
}

// TestDocsLinksRules tries what TestDocsLinks goes by.
func TestDocsLinksRules(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	write("README.md", "# The `File`, and a [link](x)\n\n## Twice\n\n## Twice\n\n```sh\n# no heading\n```\n\n<a id=\"by-hand\"></a>\n")
	write("a_test.go", "package a\n\nfunc TestThere(t *testing.T) {}\n")
	write("sub/b_test.go", "package b\n\nfunc ExampleOther_case() {}\n")
	write("sub/README.md", "## Below\n")
	for _, c := range []struct{ text, fault string }{
		{"[a](../README.md) ![b](../a_test.go) [c](../sub)", ""},
		{"[a](https://example.org/x#y) [b](mailto:a@b)", ""},
		{"[a](missing.md)", "docs/page.md:1: missing.md is not there"},
		{"a\n\n[b\nc](missing.md)", "docs/page.md:4: missing.md is not there"},
		{"![a](missing.png)", "missing.png is not there"},
		{"[![a](missing.png)](../README.md)", "missing.png is not there"},
		{"[![a](../README.md)](missing.md)", "missing.md is not there"},
		{`[a](missing.md "title")`, "missing.md is not there"},
		{"[a][b]\n\n[b]: missing.md", "docs/page.md:3: missing.md is not there"},
		{`<img src="missing.png">`, "missing.png is not there"},
		{"[a](../../outside)", "../../outside leaves the repository"},
		{"[a]()", "a link leads nowhere"},
		{"```\n[a](missing.md)\n```", ""},
		{"`[a](missing.md)`", ""},
		{"`a` [b](missing.md) `c`", "missing.md is not there"},
		{"## Here\n\n[a](#here) [b](../README.md#twice-1) [c](../README.md#the-file-and-a-link) [d](../README.md#by-hand)", ""},
		{"[a](#there)", "page.md has no heading #there"},
		{"[a](../README.md#twice-2)", "README.md has no heading #twice-2"},
		{"[a](../README.md#no-heading)", "README.md has no heading #no-heading"},
		{"[a](../sub#below)", ""},
		{"[a](../sub#above)", "README.md has no heading #above"},
		{"[a](../a_test.go#L3) [b](../a_test.go#L1-L3)", ""},
		{"[a](../a_test.go#L30)", "a_test.go has no line #L30"},
		{"[a](../a_test.go#TestThere)", "a_test.go has no line #TestThere"},
		{"`TestThere` [TestThere](../a_test.go) [`ExampleOther_case`](../sub) `go test -run TestThere/part .`", ""},
		{"`TestGone`", "docs/page.md:1: there is no TestGone"},
		{"`go test -run TestGone .`", "there is no TestGone"},
		{"`a\nFuzzGone`", "docs/page.md:2: there is no FuzzGone"},
		{"[BenchmarkGone](../README.md)", "there is no BenchmarkGone"},
		{"[`ExampleGone`](https://example.org)", "there is no ExampleGone"},
		{"[TestThere](../README.md)", ""},
		{"[TestThere](../sub/b_test.go)", "TestThere is not in sub/b_test.go"},
		{"[`TestThere`](../sub)", "TestThere is not in sub"},
		{"Examples of Tests, TestGone", ""},
	} {
		write("docs/page.md", c.text)
		_, faults := readRepository(t, root).follow(t, "docs/page.md")
		if got := strings.Join(faults, "\n"); (c.fault == "") != (got == "") || !strings.HasSuffix(got, c.fault) {
			t.Errorf("%q: got %q, want %q", c.text, got, c.fault)
		}
	}
}

// A repository is what links in it can lead to. Its paths have slashes.
type repository struct {
	root  string
	pages []string
	tests map[string][]string // the files that declare a name
}

var testDecl = regexp.MustCompile(`^(?:Test|Example|Fuzz|Benchmark)\w*\(`)

func readRepository(t *testing.T, root string) repository {
	t.Helper()
	r := repository{root: root, tests: map[string][]string{}}
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (path != "." && d.Name()[0] == '.' || d.Name() == "testdata" || d.Name() == "node_modules"):
			return fs.SkipDir
		case strings.HasSuffix(path, ".md"):
			r.pages = append(r.pages, path)
		case strings.HasSuffix(path, ".go"):
			for line := range strings.Lines(r.read(t, path)) {
				if rest, ok := strings.CutPrefix(line, "func "); ok && testDecl.MatchString(rest) {
					name := rest[:strings.IndexByte(rest, '(')]
					r.tests[name] = append(r.tests[name], path)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r repository) read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(r.root, filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var (
	codeSpan  = regexp.MustCompile("`(?:[^`\n]|\n[^`\n])+`")
	linkEnd   = regexp.MustCompile(`\]\(\s*<?([^)\s>]*)>?[^)]*\)`)
	linkDef   = regexp.MustCompile(`(?m)^ {0,3}\[[^\]\n]+\]:[ \t]*<?([^\s>]+)`)
	linkHTML  = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	namedLink = regexp.MustCompile("\\[`?((?:Test|Example|Fuzz|Benchmark)[A-Z_]\\w*)`?\\]\\(([^)\\s]*)\\)")
	testName  = regexp.MustCompile(`\b(?:Test|Example|Fuzz|Benchmark)[A-Z_]\w*`)
	scheme    = regexp.MustCompile(`^(?:[a-zA-Z][a-zA-Z0-9+.-]*:|//)`)
	lineRange = regexp.MustCompile(`^L(\d+)(?:-L(\d+))?$`)
)

// follow returns how many links a page has that stay within the repository, and
// what is wrong with them and with the names on the page.
func (r repository) follow(t *testing.T, page string) (links int, faults []string) {
	t.Helper()
	text := withoutFences(r.read(t, page))
	fault := func(at int, problem string) {
		if problem != "" {
			faults = append(faults, fmt.Sprintf("%s:%d: %s", page, 1+strings.Count(text[:at], "\n"), problem))
		}
	}
	named := func(at int, name, in string) {
		switch files := r.tests[name]; {
		case len(files) == 0:
			fault(at, "there is no "+name)
		case in != "" && !slices.ContainsFunc(files, func(f string) bool { return f == in || strings.HasPrefix(f, in+"/") }):
			fault(at, name+" is not in "+in)
		}
	}
	for _, span := range codeSpan.FindAllStringIndex(text, -1) {
		for _, m := range testName.FindAllStringIndex(text[span[0]:span[1]], -1) {
			named(span[0]+m[0], text[span[0]+m[0]:span[0]+m[1]], "")
		}
	}
	// What looks like a link in a code span is none.
	text = codeSpan.ReplaceAllStringFunc(text, strings.NewReplacer("[", "_", "]", "_", "(", "_", ")", "_", `"`, "_").Replace)
	for _, m := range namedLink.FindAllStringSubmatchIndex(text, -1) {
		in := ""
		if path, _, _ := strings.Cut(text[m[4]:m[5]], "#"); path != "" && !scheme.MatchString(path) && !strings.HasSuffix(path, ".md") {
			in = r.resolve(page, path)
		}
		named(m[2], text[m[2]:m[3]], in)
	}
	for _, kind := range []*regexp.Regexp{linkEnd, linkDef, linkHTML} {
		for _, m := range kind.FindAllStringSubmatchIndex(text, -1) {
			if target := text[m[2]:m[3]]; !scheme.MatchString(target) {
				links++
				fault(m[2], r.problem(t, page, target))
			}
		}
	}
	slices.Sort(faults)
	return links, slices.Compact(faults)
}

// resolve returns what a page means by a path.
func (r repository) resolve(page, path string) string {
	path, _, _ = strings.Cut(path, "?")
	if plain, err := url.PathUnescape(path); err == nil {
		path = plain
	}
	return filepath.ToSlash(filepath.Join(filepath.Dir(filepath.FromSlash(page)), filepath.FromSlash(path)))
}

// problem is what is wrong with the target of a link, or "".
func (r repository) problem(t *testing.T, page, target string) string {
	t.Helper()
	path, anchor, _ := strings.Cut(target, "#")
	if path == "" && anchor == "" {
		return "a link leads nowhere"
	}
	file := page
	if path != "" {
		file = r.resolve(page, path)
	}
	if file == ".." || strings.HasPrefix(file, "../") {
		return path + " leaves the repository"
	}
	info, err := os.Stat(filepath.Join(r.root, filepath.FromSlash(file)))
	if err != nil {
		return path + " is not there"
	}
	if anchor == "" {
		return ""
	}
	if info.IsDir() {
		if file += "/README.md"; !slices.Contains(r.pages, file) {
			return file + " is not there"
		}
	}
	if strings.HasSuffix(file, ".md") {
		if !slices.Contains(anchors(r.read(t, file)), anchor) {
			return file + " has no heading #" + anchor
		}
		return ""
	}
	m := lineRange.FindStringSubmatch(anchor)
	for _, number := range m[min(1, len(m)):] {
		if n, _ := strconv.Atoi(number); n > strings.Count(r.read(t, file), "\n") {
			m = nil
		}
	}
	if m == nil {
		return file + " has no line #" + anchor
	}
	return ""
}

// withoutFences returns a page with the lines of its code blocks empty.
func withoutFences(page string) string {
	lines := strings.Split(page, "\n")
	within := false
	for i, line := range lines {
		fence := strings.HasPrefix(strings.TrimSpace(line), "```")
		if fence {
			within = !within
		}
		if fence || within {
			lines[i] = ""
		}
	}
	return strings.Join(lines, "\n")
}

var (
	heading    = regexp.MustCompile(`(?m)^#{1,6} +(.+?)(?: +#+)?$`)
	anchorHTML = regexp.MustCompile(`<a (?:id|name)="([^"]*)"`)
	linkText   = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
)

// anchors are those of a page's headings, as GitHub makes them, and those that
// are set by hand.
func anchors(page string) (all []string) {
	page = withoutFences(page)
	for _, m := range heading.FindAllStringSubmatch(page, -1) {
		slug := strings.Map(func(c rune) rune {
			switch {
			case c == ' ':
				return '-'
			case c == '-', c == '_', unicode.IsLetter(c), unicode.IsNumber(c), unicode.IsMark(c):
				return unicode.ToLower(c)
			}
			return -1
		}, linkText.ReplaceAllString(strings.TrimSpace(m[1]), "$1"))
		anchor := slug
		for n := 1; slices.Contains(all, anchor); n++ {
			anchor = fmt.Sprint(slug, "-", n)
		}
		all = append(all, anchor)
	}
	for _, m := range anchorHTML.FindAllStringSubmatch(page, -1) {
		all = append(all, m[1])
	}
	return all
}
