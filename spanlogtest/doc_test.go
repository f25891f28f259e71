package spanlogtest

import (
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDoc: the package's documentation lists the checks that there are, in their order,
// with their rules.
func TestDoc(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	_, list, found := strings.Cut(f.Doc.Text(), "# Checks\n")
	if !found {
		t.Fatal("there is no section Checks")
	}
	var got, want []string
	for _, item := range regexp.MustCompile(`(?m)^\s*- `).Split(list, -1)[1:] {
		got = append(got, strings.Join(strings.Fields(item), " "))
	}
	for _, c := range checks {
		want = append(want, c.name+": "+c.rule)
	}
	if !slices.Equal(got, want) {
		for i := range max(len(got), len(want)) {
			if g, w := at(got, i), at(want, i); g != w {
				t.Fatalf("check %d is documented as %q, want %q", i+1, g, w)
			}
		}
	}
}

// at is the i-th text, or "" behind the last.
func at(texts []string, i int) string {
	if i >= len(texts) {
		return ""
	}
	return texts[i]
}
