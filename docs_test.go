package spanlog_test

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestExportedDocs holds the documentation to its conventions: all that a
// program can name is described, beginning with its name; each option says what
// happens to whoever leaves it out, each function what its error means, and each
// type with methods whether goroutines can share it.
func TestExportedDocs(t *testing.T) {
	for _, p := range publicPackages(t) {
		for _, fault := range docFaults(t, p.fset, p.files) {
			t.Error(fault)
		}
	}
}

// TestExportedDocsRules tries what TestExportedDocs goes by.
func TestExportedDocsRules(t *testing.T) {
	for _, c := range []struct{ source, fault string }{
		{"type A int", "A has no doc comment"},
		{"// An A is a number.\ntype A int", ""},
		{"// Numbers are A.\ntype A int", "A's doc comment does not begin with its name"},
		{"// As are many.\ntype A int", "A's doc comment does not begin with its name"},
		{"func F() {}", "F has no doc comment"},
		{"type a int\nfunc (a) F() {}", ""},
		{"// A is.\ntype A int\nfunc (A) F() {}", "A.F has no doc comment"},
		{"// A is.\ntype A interface { F() }", "A.F has no doc comment"},
		{"// A is.\ntype A interface {\n// It does.\nF() }", "A.F's doc comment does not begin with its name"},
		{"const A = 1", "A has no doc comment"},
		{"var (\n// A is.\nA = 1\nB = 2\n)", "B has no doc comment"},
		{"// Two numbers.\nvar (\nA = 1\nB = 2\n)", ""},
		{"// One number.\nvar A = 1", "A's doc comment does not begin with its name"},
		{"// A is.\ntype A struct { X int }", "A.X has no doc comment"},
		{"// A is a [B].\ntype A int", "[B] leads nowhere"},
		{"// A is an [A], an [io.Reader] and [a].\ntype A int", ""},
		{"// A is an\n//   - [A.M]\ntype A int", "[A.M] leads nowhere"},
		{"// A is an\n//\n//\t[]B or [B]\ntype A int", ""},
		{"// A is.\ntype A struct {\n// X is.\nX int\nY int\n}", "A.Y has no doc comment"},
		{"// A is.\ntype A struct {\nX int // known\nY int\n}", "A.Y has no doc comment"},
		{"// F does.\nfunc F() error { return nil }", "F does not say what its error is"},
		{"// F does. Its error is nil.\nfunc F() error { return nil }", ""},
		{"// F does, or fails.\nfunc F() (int, error) { return 0, nil }", ""},
		{"// F does.\nfunc F() (error, int) { return nil, 0 }", ""},
		{"// A is.\ntype A int\n// F does.\nfunc (A) F() error { return nil }", "A.F does not say what its error is"},
		{"// A is.\ntype A int\n// F does.\nfunc (*A) F() {}", "A does not say whether it is safe for concurrent use"},
		{"// A is safe for concurrent use.\ntype A int\n// F does.\nfunc (*A) F() {}", ""},
		{"// A is.\ntype A int\n// Error does.\nfunc (*A) Error() string { return \"\" }", ""},
		{"// A is.\ntype A struct {\n// X and Y are.\nX int\nY int\n}", ""},
		{"// A is.\ntype A struct {\n// X and Y are.\nX int\n\nY int\n}", "A.Y has no doc comment"},
		{"// A is.\ntype A struct {\nX int\nY int // By default, 1.\n}", "A.X has no doc comment"},
		{"// A is.\ntype A struct {\n// X is.\nX int\n}\n// F does.\nfunc F(*A) {}", "A.X does not say what it is by default"},
		{"// A is.\ntype A struct {\n// X must not be nil.\nX *int\n}\n// F does.\nfunc F(A) {}", ""},
		{"// I is.\ntype I interface { f() }\n// A is.\ntype A struct { X int }\nfunc (A) f() {}", "A.X has no doc comment"},
	} {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, "p.go", "// Package p is.\npackage p\n"+c.source, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		faults := strings.Join(docFaults(t, fset, []*ast.File{f}), "\n")
		if (c.fault == "") != (faults == "") || !strings.HasSuffix(faults, c.fault) {
			t.Errorf("%q: got %q, want %q", c.source, faults, c.fault)
		}
	}
}

// docFaults is what is wrong with the documentation of a package.
func docFaults(t *testing.T, fset *token.FileSet, files []*ast.File) []string {
	t.Helper()
	options := optionTypes(files) // first, as go/doc takes away what is not exported
	var comments []*ast.CommentGroup
	for _, f := range files {
		comments = append(comments, f.Comments...)
	}
	pkg, err := doc.NewFromFiles(fset, files, "p")
	if err != nil {
		t.Fatal(err)
	}
	var faults []string
	fault := func(at token.Pos, format string, args ...any) {
		faults = append(faults, fmt.Sprintf("%v: %s", fset.Position(at), fmt.Sprintf(format, args...)))
	}
	named := func(at token.Pos, owner, name, text string) {
		if text == "" {
			fault(at, "%s%s has no doc comment", owner, name)
		} else if !regexp.MustCompile(`^((A|An|The) )?` + name + `\b`).MatchString(text) {
			fault(at, "%s%s's doc comment does not begin with its name", owner, name)
		}
	}
	values := func(groups []*doc.Value) {
		for _, g := range groups {
			for _, s := range g.Decl.Specs {
				s := s.(*ast.ValueSpec)
				switch i := slices.IndexFunc(s.Names, (*ast.Ident).IsExported); {
				case i < 0:
				case !g.Decl.Lparen.IsValid():
					named(s.Pos(), "", s.Names[i].Name, g.Doc)
				case s.Doc != nil || g.Doc == "":
					named(s.Pos(), "", s.Names[i].Name, s.Doc.Text())
				}
			}
		}
	}
	funcs := func(owner string, list []*doc.Func) {
		for _, f := range list {
			named(f.Decl.Pos(), owner, f.Name, f.Doc)
			if returnsError(f.Decl) && !regexp.MustCompile(`\b([Ee]rrors?|Err\w*|fails?)\b`).MatchString(f.Doc) {
				fault(f.Decl.Pos(), "%s%s does not say what its error is", owner, f.Name)
			}
		}
	}
	if !strings.HasPrefix(pkg.Doc, "Package "+pkg.Name+" ") {
		fault(files[0].Package, "package %s has no doc comment that begins so", pkg.Name)
	}
	for _, c := range comments {
		for _, link := range brokenLinks(pkg, c.Text()) {
			if link != "[REDACTED]" { // which is no link
				fault(c.Pos(), "%s leads nowhere", link)
			}
		}
	}
	values(slices.Concat(pkg.Consts, pkg.Vars))
	funcs("", pkg.Funcs)
	for _, typ := range pkg.Types {
		named(typ.Decl.Pos(), "", typ.Name, typ.Doc)
		if isShared(typ) && !strings.Contains(typ.Doc, "concurren") {
			fault(typ.Decl.Pos(), "%s does not say whether it is safe for concurrent use", typ.Name)
		}
		values(slices.Concat(typ.Consts, typ.Vars))
		funcs("", typ.Funcs)
		funcs(typ.Name+".", typ.Methods)
		switch of := typ.Decl.Specs[0].(*ast.TypeSpec).Type.(type) {
		case *ast.InterfaceType:
			for _, m := range of.Methods.List {
				for _, name := range m.Names {
					named(m.Pos(), typ.Name+".", name.Name, m.Doc.Text())
				}
			}
		case *ast.StructType:
			isOptions := options[typ.Name] || slices.ContainsFunc(of.Fields.List, saysDefault)
			group, groupEnd := "", 0 // group is the comment above a block of fields
			for _, f := range of.Fields.List {
				text := f.Doc.Text() + f.Comment.Text()
				if f.Doc != nil || fset.Position(f.Pos()).Line > groupEnd+1 {
					group = f.Doc.Text()
				}
				groupEnd = fset.Position(f.End()).Line
				for _, name := range f.Names {
					covered := regexp.MustCompile(`\b` + name.Name + `\b`).MatchString(group)
					if text == "" && !covered {
						fault(f.Pos(), "%s.%s has no doc comment", typ.Name, name.Name)
					} else if isOptions && !saysDefault(f) {
						fault(f.Pos(), "%s.%s does not say what it is by default", typ.Name, name.Name)
					}
				}
			}
		}
	}
	return faults
}

// brokenLinks are the links to exported names in a doc comment that go doc takes for
// text, as there is no such name.
func brokenLinks(pkg *doc.Package, text string) (broken []string) {
	plain := ""
	var walk func(texts []comment.Text)
	walk = func(texts []comment.Text) {
		for _, t := range texts {
			switch t := t.(type) {
			case comment.Plain:
				plain += string(t)
			case *comment.Link:
				walk(t.Text)
			}
		}
	}
	var walkBlocks func(blocks []comment.Block)
	walkBlocks = func(blocks []comment.Block) {
		for _, b := range blocks {
			switch b := b.(type) {
			case *comment.Paragraph:
				walk(b.Text)
			case *comment.List:
				for _, item := range b.Items {
					walkBlocks(item.Content)
				}
			}
		}
	}
	walkBlocks(pkg.Parser().Parse(text).Content)
	return regexp.MustCompile(`\[\*?([a-z]\w*\.)?[A-Z]\w*(\.[A-Z]\w*)?\]`).FindAllString(plain, -1)
}

// returnsError is whether the last result of a function is an error.
func returnsError(f *ast.FuncDecl) bool {
	results := f.Type.Results
	if results == nil {
		return false
	}
	typ, ok := results.List[len(results.List)-1].Type.(*ast.Ident)
	return ok && typ.Name == "error"
}

// isShared is whether goroutines are likely to have a type's values in common: those
// of methods that have a pointer to them. Errors are not: nobody changes them.
func isShared(typ *doc.Type) bool {
	shared := false
	for _, m := range typ.Methods {
		_, isPointer := m.Decl.Recv.List[0].Type.(*ast.StarExpr)
		if shared = shared || isPointer; m.Name == "Error" {
			return false
		}
	}
	return shared
}

// saysDefault is whether a field tells what leaving it out means, or that it
// must not be left out.
func saysDefault(f *ast.Field) bool {
	text := strings.Join(strings.Fields(f.Doc.Text()+f.Comment.Text()), " ")
	return regexp.MustCompile(`\bBy default\b|must not be (nil|empty)|There must be`).MatchString(text)
}

// optionTypes are the types that programs fill in by the look of it: those that
// an exported function takes, and those with a method of an interface that only
// the package itself can implement. Any other struct is one of options if one of
// its fields has a default.
func optionTypes(files []*ast.File) map[string]bool {
	options, sealed, byMethod := map[string]bool{}, map[string]bool{}, map[string][]string{}
	base := func(f *ast.Field) string {
		typ := f.Type
		if p, ok := typ.(*ast.StarExpr); ok {
			typ = p.X
		}
		return fmt.Sprint(typ) // of an identifier, its name
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv != nil {
					byMethod[n.Name.Name] = append(byMethod[n.Name.Name], base(n.Recv.List[0]))
				} else if n.Name.IsExported() {
					for _, p := range n.Type.Params.List {
						options[base(p)] = true
					}
				}
			case *ast.TypeSpec:
				if i, ok := n.Type.(*ast.InterfaceType); ok && n.Name.IsExported() {
					for _, m := range i.Methods.List {
						if len(m.Names) > 0 && !m.Names[0].IsExported() {
							sealed[m.Names[0].Name] = true
						}
					}
				}
			}
			return true
		})
	}
	for method := range sealed {
		for _, typ := range byMethod[method] {
			options[typ] = true
		}
	}
	return options
}
