package spanlog_test

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// noExample is what is in no example, and why.
var noExample = map[string]string{
	"spanlog.ColorAuto":                "the default",
	"spanlog.Handler.Enabled()":        "slog calls it",
	"spanlog.Handler.WithAttrs()":      "slog calls it",
	"spanlog.Handler.WithGroup()":      "slog calls it",
	"spanlog.SinkError.Error()":        "fmt calls it",
	"spanlog.SinkError.Unwrap()":       "package errors calls it",
	"spanlog.Drops.MarshalJSON()":      "encoding/json calls it",
	"spanlogtest.Recorder.Enabled()":   "slog calls it",
	"spanlogtest.Recorder.WithAttrs()": "slog calls it",
	"spanlogtest.Recorder.WithGroup()": "slog calls it",
	"spanlogtest.Recorder.Handle()":    "slog calls it",
	"telemetry.ExportError.Unwrap()":   "package errors calls it",
}

// TestExamples: all that a program can name is in an example of its package, and so
// is each option. Whoever adds something shows how it is used.
func TestExamples(t *testing.T) {
	known := map[string]bool{}
	for _, p := range publicPackages(t) {
		tests, err := filepath.Glob(filepath.Join(p.dir, "example*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		fset, names := token.NewFileSet(), []string{}
		for _, test := range tests {
			names = append(names, filepath.Base(test))
		}
		examples, err := parseFiles(fset, p.dir, names)
		if err != nil {
			t.Fatal(err)
		}
		pkg := p.files[0].Name.Name
		shown := shownIn(examples, pkg)
		for _, name := range exportedNames(t, p.fset, p.files) {
			full := pkg + "." + name
			known[full] = true
			switch reason := noExample[full]; {
			case !shown(name) && reason == "":
				t.Errorf("%s is in no example: add one to %s, or say in noExample why there is none", full, filepath.Join(p.dir, "example_*_test.go"))
			case shown(name) && reason != "" && !strings.HasSuffix(name, ")"):
				t.Errorf("%s is in an example, and in noExample", full)
			}
		}
	}
	for name := range noExample {
		if !known[name] {
			t.Errorf("noExample has %s, which does not exist", name)
		}
	}
}

// TestExamplesRules tries what TestExamples goes by.
func TestExamplesRules(t *testing.T) {
	const source = `package p
		// F does. M does. A field is.
		func F(*O) {}
		type O struct { Field int; field int }
		type T struct { Result int }
		func (T) M() {}
		func f() {}
		const C = 1
		var v, V = 1, 2
		type I interface { N(); n() }`
	for _, c := range []struct{ example, missing string }{
		{"", "C F I I.N{} O O.Field T T.M() V"},
		{"p.F()", "C I I.N{} O O.Field T T.M() V"},
		{"q.F()", "C F I I.N{} O O.Field T T.M() V"},
		{"F()", "C F I I.N{} O O.Field T T.M() V"},
		{"p.F(p.O{Field: p.C})", "I I.N{} T T.M() V"},
		{"p.F(&p.O{Field: p.V})", "C I I.N{} T T.M()"},
		{"p.F(q.O{Field: p.C})", "I I.N{} O O.Field T T.M() V"},
		{"o := p.O{}; o.Field = 1", "C F I I.N{} T T.M() V"},
		{"o := p.O{}; print(o.Field)", "C F I I.N{} O.Field T T.M() V"},
		{"var x p.T; x.M()", "C F I I.N{} O O.Field V"},
		{"p.M()", "C F I I.N{} O O.Field T T.M() V"},
		{"var x p.I; x.N()", "C F I.N{} O O.Field T T.M() V"},
		{"}\nfunc (x) N() {", "C F I O O.Field T T.M() V"},
		{"}\nfunc ExampleT() {", "C F I I.N{} O O.Field T.M() V"},
		{"}\nfunc ExampleT_more() {", "C F I I.N{} O O.Field T.M() V"},
	} {
		fset := token.NewFileSet()
		file := func(name, text string) []*ast.File {
			f, err := parser.ParseFile(fset, name, text, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			return []*ast.File{f}
		}
		shown := shownIn(file("example_test.go", "package p_test\nimport (\"p\"; \"q\")\nfunc Example() {"+c.example+"}"), "p")
		var missing []string
		for _, name := range exportedNames(t, fset, file("p.go", source)) {
			if !shown(name) {
				missing = append(missing, name)
			}
		}
		if got := strings.Join(missing, " "); got != c.missing {
			t.Errorf("%s: missing %s, want %s", c.example, got, c.missing)
		}
	}
}

// exportedNames are the names that an example is wanted of, in order: constants,
// variables, functions and types by their name, options as in T.Field and methods
// as in T.Method(), those of an interface as in T.Method{}.
func exportedNames(t *testing.T, fset *token.FileSet, files []*ast.File) []string {
	t.Helper()
	options := optionTypes(files) // first, as go/doc takes away what is not exported
	pkg, err := doc.NewFromFiles(fset, files, "p")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	values := func(groups []*doc.Value) {
		for _, g := range groups {
			for _, name := range g.Names {
				if ast.IsExported(name) {
					names[name] = true
				}
			}
		}
	}
	funcs := func(owner, behind string, list []*doc.Func) {
		for _, f := range list {
			names[owner+f.Name+behind] = true
		}
	}
	values(slices.Concat(pkg.Consts, pkg.Vars))
	funcs("", "", pkg.Funcs)
	for _, typ := range pkg.Types {
		names[typ.Name] = true
		values(slices.Concat(typ.Consts, typ.Vars))
		funcs("", "", typ.Funcs)
		funcs(typ.Name+".", "()", typ.Methods)
		members, behind := new(ast.FieldList), ""
		switch of := typ.Decl.Specs[0].(*ast.TypeSpec).Type.(type) {
		case *ast.InterfaceType:
			members, behind = of.Methods, "{}"
		case *ast.StructType:
			if options[typ.Name] || slices.ContainsFunc(of.Fields.List, saysDefault) {
				members = of.Fields
			}
		}
		for _, m := range members.List {
			for _, name := range m.Names {
				if name.IsExported() {
					names[typ.Name+"."+name.Name+behind] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// shownIn returns whether examples have one of the names of a package in them, or
// are the name's own. An option is shown where it is set, and a method where one of
// its name is called, or declared if it is an interface's: the types of expressions
// are not looked at.
func shownIn(examples []*ast.File, pkg string) func(name string) bool {
	shown := map[string]bool{}
	for _, f := range examples {
		imports := map[string]bool{}
		for _, spec := range f.Imports {
			name := path.Base(strings.Trim(spec.Path.Value, `"`))
			if spec.Name != nil {
				name = spec.Name.Name
			}
			imports[name] = true
		}
		// of returns the name if e is one of the package's.
		of := func(e ast.Expr) string {
			if sel, ok := e.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == pkg && imports[pkg] {
					return sel.Sel.Name
				}
			}
			return ""
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if name := of(n); name != "" {
					shown[name] = true
				} else if x, ok := n.X.(*ast.Ident); !ok || !imports[x.Name] {
					shown["."+n.Sel.Name+"()"] = true
				}
			case *ast.AssignStmt:
				for _, to := range n.Lhs {
					if sel, ok := to.(*ast.SelectorExpr); ok {
						shown["."+sel.Sel.Name+"="] = true
					}
				}
			case *ast.CompositeLit:
				for _, e := range n.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok && of(n.Type) != "" {
						shown[fmt.Sprint(of(n.Type), ".", kv.Key)] = true
					}
				}
			case *ast.FuncDecl:
				if n.Recv != nil {
					shown["."+n.Name.Name+"{}"] = true
				} else if name, ok := strings.CutPrefix(n.Name.Name, "Example"); ok {
					name, _, _ = strings.Cut(name, "_")
					shown[name] = true
				}
			}
			return true
		})
	}
	return func(name string) bool {
		owner, member, isMember := strings.Cut(name, ".")
		return shown[name] || isMember && (shown["."+member] || shown["."+member+"="] && shown[owner])
	}
}
