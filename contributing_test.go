package spanlog_test

import (
	"fmt"
	"go/format"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
)

// maxRecipe is how many lines a recipe may have, without blank ones and fences.
const maxRecipe = 59

// TestContributing does what the recipes of CONTRIBUTING.md say, in a copy of this
// checkout, and runs the commands that each ends with: nothing but the files that a
// recipe names is touched.
func TestContributing(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the package and its tests several times")
	}
	recipes := readRecipes(t, "CONTRIBUTING.md")
	var names []string
	for _, r := range recipes {
		names = append(names, r.name)
	}
	assert.Equal(t, "recipes", strings.Join(names, ", "), "sink, format, schema")
	c := copyCheckout(t)
	for _, r := range recipes {
		t.Run(r.name, func(t *testing.T) {
			defer c.restore(t)
			if r.lines > maxRecipe {
				t.Errorf("%d lines, want %d at most", r.lines, maxRecipe)
			}
			named := map[string]bool{}
			for _, s := range r.steps {
				if err := s.follow(c.dir); err != nil {
					t.Fatalf("CONTRIBUTING.md:%d: %v", s.line, err)
				}
				named[s.file] = true
			}
			for _, command := range r.commands {
				c.run(t, command)
			}
			assert.Equal(t, "touched", strings.Join(c.touched(t), " "), strings.Join(slices.Sorted(maps.Keys(named)), " "))
			for name := range named {
				text := content(t, filepath.Join(c.dir, name))
				if formatted, err := format.Source([]byte(text)); err != nil || string(formatted) != text {
					t.Errorf("%s is not as gofmt has it: %v", name, err)
				}
			}
		})
	}
}

// TestContributingRules tries what TestContributing goes by.
func TestContributingRules(t *testing.T) {
	for _, c := range []struct{ name, lang, text, want, err string }{
		{"new file", "go", "package b\n", "package b\n", ""},
		{"file that is there", "go", "package a\n", "", "a.go is there already"},
		{"line added", "diff", " one\n+two\n", "one\ntwo\nthree\nthree\n", ""},
		{"line taken away", "diff", "-one\n", "three\nthree\n", ""},
		{"line changed", "diff", "-one\n+1\n three\n", "1\nthree\nthree\n", ""},
		{"two places", "diff", "-one\n@@\n-three\n three\n", "three\n", ""},
		{"no such place", "diff", " two\n+x\n", "", "has 0 places"},
		{"part of a line", "diff", " thre\n+x\n", "", "has 0 places"},
		{"two such places", "diff", " three\n+x\n", "", "has 2 places"},
		{"nothing to find it by", "diff", "+x\n", "", "no line that is there"},
		{"not a diff", "diff", "one\n", "", `begins with neither`},
	} {
		dir := t.TempDir()
		file := map[string]string{"go": "b.go", "diff": "a.go"}[c.lang]
		if c.err != "" {
			file = "a.go"
		}
		if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte("one\nthree\nthree\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		err := recipeStep{codeBlock{lang: c.lang, text: c.text}, file}.follow(dir)
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: got error %v, want %q", c.name, err, c.err)
		}
		if err == nil {
			assert.Equal(t, c.name, content(t, filepath.Join(dir, file)), c.want)
		}
	}
}

// A recipe is a section of CONTRIBUTING.md that begins with "### How to add a".
type recipe struct {
	name     string
	lines    int
	steps    []recipeStep
	commands []string
}

// A recipeStep is a block of a recipe for the file that is named above it: in Go, that
// whole file, which is new; or a diff, whose places are separated by lines of @@.
type recipeStep struct {
	codeBlock
	file string
}

func readRecipes(t *testing.T, file string) []recipe {
	t.Helper()
	heading := regexp.MustCompile(`^### How to add an? (\w+)$`)
	named := regexp.MustCompile("`([^`]+\\.go)`[^`]*$")
	blocks := codeBlocks(t, file)
	var recipes []recipe
	var r *recipe // nil: none is open
	above := ""   // the last line that was not blank
	for i, line := range strings.Split(content(t, file), "\n") {
		if m := heading.FindStringSubmatch(line); m != nil {
			recipes = append(recipes, recipe{name: m[1]})
			r = &recipes[len(recipes)-1]
		} else if strings.HasPrefix(line, "## ") || strings.HasPrefix(line, "### ") {
			r = nil
		}
		if r == nil || line == "" {
			continue
		}
		if !strings.HasPrefix(line, "```") {
			r.lines++
			above = line
			continue
		}
		b := slices.IndexFunc(blocks, func(b codeBlock) bool { return b.line == i+2 })
		switch {
		case b < 0: // the end of a block
		case blocks[b].lang == "sh":
			r.commands = append(r.commands, strings.Split(strings.TrimSpace(blocks[b].text), "\n")...)
		default:
			m := named.FindStringSubmatch(above)
			if m == nil {
				t.Fatalf("%s:%d: no file is named above the block", file, i+1)
			}
			r.steps = append(r.steps, recipeStep{blocks[b], m[1]})
		}
	}
	for _, r := range recipes {
		if len(r.steps) == 0 || len(r.commands) == 0 {
			t.Fatalf("%s: the recipe for a %s has %d steps and %d commands", file, r.name, len(r.steps), len(r.commands))
		}
	}
	return recipes
}

// follow does what the step says in a checkout.
func (s recipeStep) follow(dir string) error {
	path := filepath.Join(dir, filepath.FromSlash(s.file))
	old, err := os.ReadFile(path)
	if s.lang == "go" {
		if err == nil {
			return fmt.Errorf("%s is there already", s.file)
		}
		return os.WriteFile(path, []byte(s.text), 0o600)
	} else if err != nil {
		return err
	}
	text := "\n" + string(old) // so that each line has one before it
	for hunk := range strings.SplitSeq(s.text, "@@\n") {
		from, to := "\n", "\n"
		for line := range strings.Lines(hunk) {
			switch line[0] {
			case '\n':
				from, to = from+line, to+line // a blank line of context that an editor has trimmed
			case ' ':
				from, to = from+line[1:], to+line[1:]
			case '-':
				from += line[1:]
			case '+':
				to += line[1:]
			default:
				return fmt.Errorf("%q begins with neither a space nor a sign", line)
			}
		}
		if from == "\n" {
			return fmt.Errorf("no line that is there says where %q belongs", to)
		}
		if n := places(text, from); n != 1 {
			return fmt.Errorf("%s has %d places for %q", s.file, n, from)
		}
		text = strings.Replace(text, from, to, 1)
	}
	return os.WriteFile(path, []byte(text[1:]), 0o600)
}

// places is how often part is in text, where two places may share a newline.
func places(text, part string) (n int) {
	for at := range text {
		if strings.HasPrefix(text[at:], part) {
			n++
		}
	}
	return n
}

// A checkout is a copy of this one: the files of the root's module.
type checkout struct {
	dir   string
	files map[string]string // what they had at first
}

func copyCheckout(t *testing.T) *checkout {
	t.Helper()
	// No logs, pictures and the like: some are large.
	text := func(name string) bool {
		return slices.Contains([]string{".go", ".mod", ".sum", ".md", ".golden"}, filepath.Ext(name))
	}
	c := &checkout{dir: t.TempDir(), files: moduleFiles(t, ".", text)}
	for name, text := range c.files {
		c.write(t, name, text)
	}
	return c
}

func (c *checkout) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(c.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// moduleFiles are the files of the module at root whose names are wanted.
func moduleFiles(t *testing.T, root string, wanted func(name string) bool) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || path == root:
			return err
		case d.IsDir():
			_, err := os.Stat(filepath.Join(path, "go.mod"))
			if err == nil || d.Name()[0] == '.' {
				return fs.SkipDir
			}
		case d.Type().IsRegular() && wanted(path):
			name, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			files[filepath.ToSlash(name)] = content(t, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// touched are the files that are not what they were at first.
func (c *checkout) touched(t *testing.T) []string {
	t.Helper()
	var names []string
	now := moduleFiles(t, c.dir, func(string) bool { return true })
	for name := range maps.Keys(now) {
		if old, ok := c.files[name]; !ok || old != now[name] {
			names = append(names, name)
		}
	}
	for name := range c.files {
		if _, ok := now[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// restore makes all files what they were at first. The copy stays where it is, as the
// build cache goes by its path.
func (c *checkout) restore(t *testing.T) {
	t.Helper()
	for _, name := range c.touched(t) {
		if text, ok := c.files[name]; ok {
			c.write(t, name, text)
		} else if err := os.Remove(filepath.Join(c.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

// run runs a command line of the go command's, where quotes are for no spaces. It must
// find tests where it looks for any.
func (c *checkout) run(t *testing.T, command string) {
	t.Helper()
	args := strings.Fields(strings.ReplaceAll(command, "'", ""))
	if args[0] != "go" {
		t.Fatalf("%q is not for the go command", command)
	}
	cmd := exec.CommandContext(t.Context(), "go", args[1:]...)
	cmd.Dir = c.dir
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(out), "no tests to run") {
		t.Errorf("%s: %v\n%s", command, err, out)
	}
}
