package spanlog_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// readmes are the pages that one comes to first. Their tables are the same.
var readmes = []string{"README.md"}

// TestReadmeTables: the short tables of the first pages have what the long ones of the
// documentation have, which are measured or tested.
func TestReadmeTables(t *testing.T) {
	for _, readme := range readmes {
		text := content(t, readme)
		for name, table := range map[string]string{
			"durability": durabilityExtract(t),
			"speed":      speedExtract(t),
		} {
			begin := fmt.Sprintf("<!-- table: %s, written by go test -run Readme -update . -->\n", name)
			before, rest, _ := strings.Cut(text, begin)
			got, after, ok := strings.Cut(rest, "<!-- end of table -->")
			switch {
			case !ok:
				t.Errorf("%s has no place for the table %s", readme, name)
			case *update:
				text = before + begin + table + "<!-- end of table -->" + after
			default:
				equal(t, readme+", "+name, got, table)
			}
		}
		if *update {
			if err := os.WriteFile(readme, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// durabilityExtract is the table of docs/durability.md, with the cheapest policy and the safest one.
func durabilityExtract(t *testing.T) string {
	const first, last = 1, 5 // of its columns
	var b strings.Builder
	for _, row := range tableOf(t, filepath.Join("docs", "durability.md"), "| | `File{}` |") {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", strings.ReplaceAll(row[0], "](../", "]("), row[first], row[last])
	}
	return b.String()
}

// speedExtract is the scenario "five" of benchmarks/README.md, without the contenders that differ from another
// one in a detail only.
func speedExtract(t *testing.T) string {
	var b strings.Builder
	b.WriteString("| beside | time of spanlog / its time | its allocations |\n|-|-:|-:|\n")
	_, five, ok := strings.Cut(content(t, filepath.Join("benchmarks", "README.md")), "\n### five\n")
	if !ok {
		t.Fatal("benchmarks/README.md has no scenario five")
	}
	five, _, _ = strings.Cut(five, "\n### ")
	found := make(map[string][]string)
	for _, row := range rows(five) {
		found[row[0]] = row
	}
	const ratio, allocs = 3, 5 // of its columns
	for _, c := range []struct{ contender, name string }{
		{"zerolog", "zerolog's own calls, with a hook for the ids"},
		{"phuslu+wrapper", "phuslu/log behind slog, `+wrapper`"},
		{"zap", "zap's own calls, with the ids as fields"},
		{"zerolog-slog+wrapper", "zerolog behind slog, `+wrapper`"},
		{"slog-json+wrapper", "`slog.JSONHandler`, `+wrapper`"},
		{"zapslog+wrapper", "zap behind slog, `+wrapper`"},
		{"otelslog", "otelslog, to records in memory"},
		{"tint+wrapper", "tint, `+wrapper`"},
	} {
		row := found[c.contender]
		if row == nil {
			t.Errorf("there is no contender %s", c.contender)
			continue
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", c.name, row[ratio], row[allocs])
	}
	fmt.Fprintf(&b, "| spanlog itself | | %s |\n", found["spanlog"][allocs])
	return b.String()
}

// TestReadmeFeatures: each "yes" of spanlog leads to the test or the example that shows it.
func TestReadmeFeatures(t *testing.T) {
	link := regexp.MustCompile(`^\[\p{L}+\]\((\S+) "((?:Test|Fuzz|Example)\w*)"\)$`)
	var first []string
	for _, readme := range readmes {
		var shown []string
		for _, row := range tableOf(t, readme, "| | spanlog |")[2:] {
			if strings.Trim(strings.Join(row[1:], ""), " ") == "" { // a heading
				continue
			}
			m := link.FindStringSubmatch(row[1])
			if m == nil {
				t.Errorf("%s: %q: %q is no link with the name of a test", readme, row[0], row[1])
				continue
			}
			shown = append(shown, m[1]+" "+m[2]+" "+fmt.Sprint(len(row)))
			if !strings.Contains(content(t, filepath.FromSlash(m[1])), "\nfunc "+m[2]+"(") {
				t.Errorf("%s: %q: %s has no %s", readme, row[0], m[1], m[2])
			}
		}
		if len(shown) == 0 {
			t.Errorf("%s has no features", readme)
		}
		if first == nil {
			first = shown
		}
		equal(t, readme, strings.Join(shown, "\n"), strings.Join(first, "\n"))
	}
}

// tableOf returns the rows of the table that begins so, its head and the line below that among them.
func tableOf(t *testing.T, path, head string) [][]string {
	t.Helper()
	_, table, ok := strings.Cut(content(t, path), "\n"+head)
	if !ok {
		t.Fatalf("%s has no table %s", path, head)
	}
	table, _, _ = strings.Cut(head+table, "\n\n")
	return rows(table)
}

// rows are the cells of the rows of a table.
func rows(text string) (table [][]string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		table = append(table, cells)
	}
	return table
}
