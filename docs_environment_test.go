package spanlog_test

import (
	"go/ast"
	"regexp"
	"strings"
	"testing"
)

// TestDocumentedEnvironment: the environment variables that a package reads are in its
// documentation, as long as their names are in its source as a whole. Those that are
// for one signal only are documented with the one for all.
func TestDocumentedEnvironment(t *testing.T) {
	found := map[string]int{} // by directory
	for _, p := range publicPackages(t) {
		documented := ""
		for _, f := range p.files {
			documented += f.Doc.Text()
		}
		for _, name := range variablesIn(p.files) {
			found[p.dir]++
			if all := regexp.MustCompile(`_OTLP_(TRACES|LOGS)_`).ReplaceAllString(name, "_OTLP_"); !mentions(documented, name) && !mentions(documented, all) {
				t.Errorf("%s: %s is not in the package's documentation", p.dir, name)
			}
		}
	}
	if found["."] < 8 || found["telemetry"] < 20 {
		t.Errorf("found %v variables, which are not all", found)
	}
}

// variablesIn are the texts in a package that are names of environment variables.
func variablesIn(files []*ast.File) (names []string) {
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok {
				name := strings.Trim(lit.Value, `"`)
				if regexp.MustCompile(`^((SPANLOG|OTEL|DD|NO|FORCE)_[A-Z_]*[A-Z]|TERM)$`).MatchString(name) {
					names = append(names, name)
				}
			}
			return true
		})
	}
	return names
}

// mentions is whether a word is in a text.
func mentions(text, word string) bool {
	return regexp.MustCompile(`\b` + word + `\b`).MatchString(text)
}
