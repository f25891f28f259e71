package benchmarks

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of findings to README.md")

const (
	readme = "README.md"
	begin  = "<!-- conformance: written by go test -run Conformance -update -->\n"
	end    = "<!-- end of conformance -->\n"
)

// checkTable compares README.md with the columns, or writes it.
func checkTable(t *testing.T, columns []*column) {
	for _, c := range columns {
		if len(c.checks) == 0 {
			t.Skipf("%s has not been tested", c.peer.name)
		}
	}
	data, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), begin)
	old, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s lacks the markers %q and %q", readme, begin, end)
	}
	table := findings(t, columns)
	switch {
	case *update:
		if err := os.WriteFile(readme, []byte(before+begin+table+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	case !strings.Contains(old, "With "+goVersion()+":"):
		// Half of what is found comes from log/slog, which is part of Go.
		t.Skipf("the table in %s is for another version of Go than %s", readme, goVersion())
	case table != old:
		t.Errorf("the findings differ from those in %s; see git diff after go test -run Conformance -update", readme)
	}
}

// findings returns all that is between the markers: the peers, the checks and
// the causes.
func findings(t *testing.T, columns []*column) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nWith %s:\n\n", goVersion())

	versions := versions(t)
	b.WriteString("| | handler | version | set up |\n|-:|-|-|-|\n")
	for i, c := range columns {
		fmt.Fprintf(&b, "| %d | %s | %s | %s |\n", i+1, c.peer.name, versions[c.peer.module], c.peer.setup)
	}

	l := newLegend(columns)
	b.WriteString("\n| check |")
	for i := range columns {
		fmt.Fprintf(&b, " %d |", i+1)
	}
	b.WriteString("\n|-|" + strings.Repeat(":-:|", len(columns)) + "\n")
	row := func(name string, cell func(c *column) string) {
		fmt.Fprintf(&b, "| %s |", name)
		for _, c := range columns {
			fmt.Fprintf(&b, " %s |", cell(c))
		}
		b.WriteString("\n")
	}
	for _, check := range allChecks(columns) {
		row(check, func(c *column) string { return l.cell(c, check) })
	}
	row("**failed**", func(c *column) string { return fmt.Sprint(len(c.failures())) })
	row("**causes**", func(c *column) string { return fmt.Sprint(len(c.causes())) })

	b.WriteString("\nFound in several:\n\n")
	for i, what := range l.shared {
		fmt.Fprintf(&b, "- %c: %s.\n", 'A'+i, what)
	}
	b.WriteString("\nFound in one:\n\n")
	for i, c := range columns {
		for j, what := range l.own(c) {
			fmt.Fprintf(&b, "- %d%c, %s: %s.\n", i+1, 'a'+j, c.peer.name, what)
		}
	}
	b.WriteString("\n")
	return b.String()
}

// allChecks returns the names of all checks, in the order of the suite.
func allChecks(columns []*column) []string {
	return slices.MaxFunc(columns, func(a, b *column) int { return len(a.checks) - len(b.checks) }).checks
}

// A legend gives letters to causes: capitals to those that several peers have.
type legend struct{ shared []string }

func newLegend(columns []*column) legend {
	var l legend
	seen := map[string]bool{}
	for _, c := range columns {
		for _, what := range c.causes() {
			if seen[what] && !slices.Contains(l.shared, what) {
				l.shared = append(l.shared, what)
			}
			seen[what] = true
		}
	}
	return l
}

// own returns the causes that only c has.
func (l legend) own(c *column) []string {
	return slices.DeleteFunc(c.causes(), func(what string) bool { return slices.Contains(l.shared, what) })
}

// cell returns the letter of the cause, or how else the check went.
func (l legend) cell(c *column, check string) string {
	switch failed, ran := c.failed[check]; {
	case !ran:
		return "–"
	case !failed:
		return "·"
	}
	if i := slices.Index(l.shared, c.known[check]); i >= 0 {
		return string(rune('A' + i))
	}
	if i := slices.Index(l.own(c), c.known[check]); i >= 0 {
		return string(rune('a' + i))
	}
	return "✗"
}

// failures returns the checks that failed.
func (c *column) failures() []string {
	return slices.DeleteFunc(slices.Clone(c.checks), func(check string) bool { return !c.failed[check] })
}

// causes returns what has made checks fail, in the order of known_test.go.
func (c *column) causes() []string {
	var found []string
	for _, cause := range c.peer.causes {
		if slices.ContainsFunc(c.failures(), func(check string) bool { return c.known[check] == cause.what }) {
			found = append(found, cause.what)
		}
	}
	return found
}

// goVersion returns the version without the number of the patch.
func goVersion() string {
	return regexp.MustCompile(`^\S+?\.\d+|^\S+`).FindString(runtime.Version())
}

// versions returns those of the required modules.
func versions(t *testing.T) map[string]string {
	data, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	v := map[string]string{"": goVersion(), "github.com/spanlog/spanlog": "this one"}
	for line := range strings.Lines(string(data)) {
		if f := strings.Fields(line); len(f) >= 2 && v[f[0]] == "" && strings.HasPrefix(f[1], "v") {
			v[f[0]] = f[1]
		}
	}
	return v
}
