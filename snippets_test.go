package spanlog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// snippetNames are what snippets take from the program around them.
const snippetNames = `package snippets

import (
	"context"
	"io"
	"net/http"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
)

var (
	ctx        context.Context
	err        error
	span       trace.Span
	log        *spanlog.Logger
	rules      *spanlog.Rules
	service    spanlog.Service
	mux        *http.ServeMux
	r          *http.Request
	debugToken string
	collector  io.Writer
	onlyAdmins func(http.Handler) http.Handler
	accessLog  func(http.Handler) http.Handler
	serve      func(context.Context)
	t          *testing.T
)
`

// snippetImports are the packages that snippets name without importing them.
var snippetImports = map[string]string{
	"context":     "context",
	"errors":      "errors",
	"fmt":         "fmt",
	"http":        "net/http",
	"io":          "io",
	"levelhttp":   "github.com/spanlog/spanlog/levelhttp",
	"os":          "os",
	"otel":        "go.opentelemetry.io/otel",
	"otelhttp":    "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp",
	"propagation": "go.opentelemetry.io/otel/propagation",
	"sdktrace":    "go.opentelemetry.io/otel/sdk/trace",
	"signal":      "os/signal",
	"slog":        "log/slog",
	"spanlog":     "github.com/spanlog/spanlog",
	"spanlogtest": "github.com/spanlog/spanlog/spanlogtest",
	"strings":     "strings",
	"syscall":     "syscall",
	"telemetry":   "github.com/spanlog/spanlog/telemetry",
	"time":        "time",
	"trace":       "go.opentelemetry.io/otel/trace",
}

// snippetsElsewhere are documents whose code needs modules that this one does not
// have, with the test, of a module that has them, that is for it.
var snippetsElsewhere = map[string]struct{ file, test string }{
	"docs/migrate.md": {"examples/migrate/guide_test.go", "TestGuide"},
}

// TestSnippetsElsewhere demands that these tests exist, and name their documents.
func TestSnippetsElsewhere(t *testing.T) {
	for document, by := range snippetsElsewhere {
		blocks := codeBlocks(t, filepath.FromSlash(document))
		if !slices.ContainsFunc(blocks, func(b codeBlock) bool { return b.lang == "go" }) {
			t.Errorf("%s has no Go code", document)
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(by.file), "go.mod")); err != nil {
			t.Error(err) // .ci/run finds modules by these
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.FromSlash(by.file), nil, 0)
		if err != nil {
			t.Error(err)
			continue
		}
		isTest, named := false, false
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				isTest = isTest || n.Recv == nil && n.Name.Name == by.test
			case *ast.BasicLit:
				named = named || strings.Contains(n.Value, path.Base(document))
			}
			return true
		})
		if !isTest || !named {
			t.Errorf("%s: is there a %s? %t; does it name %s? %t", by.file, by.test, isTest, document, named)
		}
	}
}

// TestSnippets compiles the Go code of README.md and docs against this checkout,
// and runs what is a whole program: what it writes, to its log and to the
// console that is no terminal, is the JSON that the text shows next.
func TestSnippets(t *testing.T) {
	if testing.Short() {
		t.Skip("links a program")
	}
	docs, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	const dir = "testdata/snippets" // exists in the overlay only
	tmp := t.TempDir()
	overlay := map[string]string{}
	add := func(path, text string) {
		real := filepath.Join(tmp, fmt.Sprint(len(overlay), ".go"))
		if err := os.WriteFile(real, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		overlay[filepath.Join(root, path)] = real
	}
	add(dir+"/names.go", snippetNames)
	programs := map[string]codeBlock{} // by name
	var commands []string
	for _, file := range append(docs, "README.md") {
		if _, ok := snippetsElsewhere[filepath.ToSlash(file)]; ok {
			continue
		}
		blocks := codeBlocks(t, filepath.Join(root, file))
		for i, b := range blocks {
			if b.lang != "go" {
				continue
			}
			name := fmt.Sprintf("%s_%d", strings.TrimSuffix(filepath.Base(file), ".md"), b.line)
			if !strings.HasPrefix(b.text, "package main\n") {
				text, err := b.wrapped()
				if err != nil {
					t.Error(err)
					continue
				}
				add(dir+"/"+name+".go", text)
				continue
			}
			add(dir+"/"+name+"/main.go", fmt.Sprintf("//line %s:%d\n%s", b.file, b.line, b.text))
			commands = append(commands, "./"+dir+"/"+name)
			programs[name] = codeBlock{}
			if i+1 < len(blocks) && blocks[i+1].lang == "json" {
				programs[name] = blocks[i+1]
			}
		}
	}
	if len(programs) == 0 || len(overlay) < 3 {
		t.Fatalf("found %d programs and %d files in all", len(programs), len(overlay))
	}
	config, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(tmp, "overlay.json"), config, 0o600); err != nil {
		t.Fatal(err)
	}
	goBuild := func(args ...string) bool {
		args = append([]string{"build", "-buildvcs=false", "-overlay", filepath.Join(tmp, "overlay.json")}, args...)
		out, err := exec.Command("go", args...).CombinedOutput()
		if err != nil {
			t.Errorf("go build: %v\n%s", err, out)
		}
		return err == nil
	}
	goBuild("./" + dir) // by itself, as with -o go builds commands only
	bin := t.TempDir()
	if !goBuild(append([]string{"-o", bin + string(filepath.Separator)}, commands...)...) {
		return
	}
	for name, shown := range programs {
		t.Run(name, func(t *testing.T) { runSnippet(t, filepath.Join(bin, name), shown) })
	}
}

// runSnippet runs a program in an empty directory and compares its log and its
// console with what is shown.
func runSnippet(t *testing.T, program string, shown codeBlock) {
	if shown.text == "" {
		t.Fatal("no JSON after the program shows what it writes")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program)
	cmd.Dir = t.TempDir()
	var console bytes.Buffer
	cmd.Stderr = &console
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &console)
	}
	file, err := os.ReadFile(filepath.Join(cmd.Dir, "app.log"))
	if err != nil {
		t.Fatal(err)
	}
	changing := regexp.MustCompile(`("time":")\d{4}-\d\d-\d\dT[^"]+"|("trace_id":")[0-9a-f]{32}"|("span_id":")[0-9a-f]{16}"`)
	form := func(lines string) string { return changing.ReplaceAllString(lines, `$1$2$3…"`) }
	for what, got := range map[string]string{"app.log": string(file), "the console": console.String()} {
		if form(got) != form(shown.text) {
			t.Errorf("%s:%d shows what differs from %s:\n%s", shown.file, shown.line, what, got)
		}
	}
	var record struct {
		Msg     string `json:"msg"`
		TraceID string `json:"trace_id"`
	}
	if err := json.Unmarshal(file, &record); err != nil || record.Msg == "" || strings.Trim(record.TraceID, "0") == "" {
		t.Errorf("app.log has no message or no trace: %v\n%s", err, file)
	}
}

// codeBlock is a fenced block of a Markdown file, and the line of its first
// line there.
type codeBlock struct {
	file, lang, text string
	line             int
}

func codeBlocks(t *testing.T, file string) []codeBlock {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []codeBlock
	within := false
	for i, line := range strings.Split(string(text), "\n") {
		if lang, fence := strings.CutPrefix(strings.TrimSpace(line), "```"); fence {
			if within = !within; within {
				blocks = append(blocks, codeBlock{file: file, lang: lang, line: i + 2})
			}
		} else if within {
			blocks[len(blocks)-1].text += strings.TrimSuffix(line, "\r") + "\n"
		}
	}
	if within {
		t.Errorf("%s:%d: the block does not end", file, blocks[len(blocks)-1].line)
	}
	return blocks
}

// wrapped returns a file with a function around the block's statements. Values
// that they do not use are assigned to _.
func (b codeBlock) wrapped() (string, error) {
	head := fmt.Sprintf("func _() {\n//line %s:%d\n", b.file, b.line)
	text := "package snippets\n" + head + b.text + "}\n"
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", text, parser.ParseComments)
	if err != nil {
		return "", err
	}
	fn, ok := f.Decls[0].(*ast.FuncDecl)
	if !ok || len(f.Decls) > 1 {
		return "", fmt.Errorf("%s:%d: neither a program nor statements", b.file, b.line)
	}
	var imports, unused []string
	ast.Inspect(fn, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && snippetImports[x.Name] != "" {
				imports = append(imports, fmt.Sprintf("import %s %q\n", x.Name, snippetImports[x.Name]))
			}
		}
		return true
	})
	slices.Sort(imports)
	for _, s := range slices.Backward(fn.Body.List) { // so that the offsets stay right
		switch s := s.(type) {
		case *ast.ExprStmt:
			if _, ok := s.X.(*ast.CompositeLit); ok {
				at := fset.PositionFor(s.Pos(), false).Offset
				text = text[:at] + "_ = " + text[at:]
			}
		case *ast.AssignStmt:
			for _, x := range s.Lhs {
				if name, ok := x.(*ast.Ident); ok && s.Tok == token.DEFINE && name.Name != "_" {
					unused = append(unused, "_ = "+name.Name+"\n")
				}
			}
		}
	}
	text = strings.Replace(text, head, strings.Join(slices.Compact(imports), "")+head, 1)
	return strings.TrimSuffix(text, "}\n") + strings.Join(unused, "") + "}\n", nil
}
