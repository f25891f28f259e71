package spanlog_test

import (
	"errors"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"testing"
)

// A publicPackage is one that programs can import.
type publicPackage struct {
	dir   string // from the module's root; "." is that itself
	fset  *token.FileSet
	files []*ast.File // but for tests
}

// publicPackages parses all of them.
func publicPackages(t *testing.T) (all []publicPackage) {
	t.Helper()
	err := filepath.WalkDir(".", func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		private := []string{"internal", "examples", "benchmarks", "e2e", "testdata"}
		if dir != "." && d.Name()[0] == '.' || slices.Contains(private, d.Name()) {
			return fs.SkipDir
		}
		pkg, err := build.ImportDir(dir, 0)
		if none := (*build.NoGoError)(nil); errors.As(err, &none) || err == nil && pkg.IsCommand() {
			return nil
		} else if err != nil {
			return err
		}
		p := publicPackage{dir: dir, fset: token.NewFileSet()}
		p.files, err = parseFiles(p.fset, dir, pkg.GoFiles)
		all = append(all, p)
		return err
	})
	if err != nil || len(all) == 0 {
		t.Fatalf("found %d packages: %v", len(all), err)
	}
	return all
}

func parseFiles(fset *token.FileSet, dir string, names []string) (files []*ast.File, err error) {
	for _, name := range names {
		f, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}
