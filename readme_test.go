package spanlog_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/spanlog/spanlog/internal/assert"
)

// A readme is one of the pages that one comes to first. Their tables are the same, each in the words of its page.
type readme struct {
	path  string
	words map[string]string // what cells of tables are in its language; nil is English
}

var readmes = []readme{{"README.md", nil}, {"README.ko.md", korean}}

// korean has a word for each cell with letters outside of code.
var korean = map[string]string{
	"yes":    "예",
	"partly": "일부",

	// durability
	"a panic":                                "패닉",
	"SIGKILL":                                "SIGKILL",
	"out of memory: the kernel's OOM killer": "메모리 부족(커널의 OOM killer)",
	"loss of power, a kernel panic":          "정전, 커널 패닉",
	"a full disk":                            "디스크가 가득 참",
	"the directory removed":                  "디렉터리가 삭제됨",
	"the pod and its disk gone for good: what a sidecar could read": "파드가 디스크와 함께 완전히 사라짐(사이드카가 그때까지 읽을 수 있었던 로그)",
	"everything": "전부",
	"what the system has written: mostly all but the last 30 s": "OS가 이미 디스크에 쓴 것(대개 마지막 30초를 뺀 전부)",
	"everything, until Handle returns an error":                 "`Handle`이 에러를 반환하기 전까지 전부",
	"what waited and what follows, in a new file":               "대기 중이던 레코드와 이후 레코드(새 파일에)",
	"what follows, in a new file":                               "이후 레코드(새 파일에)",
	"errors and all before them; all but the last 100 ms":       "에러 레코드와 그 이전 레코드 전부, 그 밖에는 마지막 100ms를 뺀 전부",

	// speed
	"beside":                     "비교 대상",
	"time of spanlog / its time": "spanlog 시간 / 상대 시간",
	"its allocations":            "할당 횟수",
	"zerolog's own calls, with a hook for the ids": "zerolog를 직접 호출, ID는 훅으로 추가",
	"zap's own calls, with the ids as fields":      "zap을 직접 호출, ID는 필드로 추가",
	"phuslu/log behind slog, `+wrapper`":           "phuslu/log를 slog 핸들러로 사용, `+wrapper`",
	"zerolog behind slog, `+wrapper`":              "zerolog를 slog 핸들러로 사용, `+wrapper`",
	"zap behind slog, `+wrapper`":                  "zap을 slog 핸들러로 사용, `+wrapper`",
	"otelslog, to records in memory":               "otelslog, 메모리에 레코드를 만드는 데까지",
	"tint, `+wrapper`":                             "tint, `+wrapper`",
	"spanlog itself":                               "spanlog",
}

// table is an English table in the words of the page.
func (r readme) table(t *testing.T, english string) string {
	t.Helper()
	if r.words == nil {
		return english
	}
	var b strings.Builder
	for _, row := range rows(english) {
		fmt.Fprintf(&b, "| %s |\n", r.row(t, row))
	}
	return b.String()
}

func (r readme) row(t *testing.T, english []string) string {
	t.Helper()
	var cells []string
	for _, cell := range english {
		cells = append(cells, r.cell(t, cell))
	}
	return strings.Join(cells, " | ")
}

var linkedCell = regexp.MustCompile(`^\[(.+)\](\(.+\))$`)

// cell leaves the target of a link as it is, and what is only code or figures. It demands words for anything else.
func (r readme) cell(t *testing.T, english string) string {
	t.Helper()
	if m := linkedCell.FindStringSubmatch(english); m != nil {
		return "[" + r.cell(t, m[1]) + "]" + m[2]
	}
	if r.words == nil || !strings.ContainsFunc(codeSpan.ReplaceAllString(english, ""), unicode.IsLetter) {
		return english
	}
	words, ok := r.words[english]
	if !ok {
		t.Errorf("there are no words for %q in %s", english, r.path)
		return english
	}
	return words
}

// TestReadmeTables: the short tables of the first pages have what the long ones of the
// documentation have, which are measured or tested.
func TestReadmeTables(t *testing.T) {
	for _, page := range readmes {
		text := content(t, page.path)
		for name, english := range map[string]string{
			"durability": durabilityExtract(t),
			"speed":      speedExtract(t),
		} {
			table := page.table(t, english)
			begin := fmt.Sprintf("<!-- table: %s, written by go test -run Readme -update . -->\n", name)
			before, rest, _ := strings.Cut(text, begin)
			got, after, ok := strings.Cut(rest, "<!-- end of table -->")
			switch {
			case !ok:
				t.Errorf("%s has no place for the table %s", page.path, name)
			case *update:
				text = before + begin + table + "<!-- end of table -->" + after
			default:
				assert.Equal(t, page.path+", "+name, got, table)
			}
		}
		if *update {
			if err := os.WriteFile(page.path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		for english := range page.words {
			if !strings.Contains(content(t, readmes[0].path), english) {
				t.Errorf("%s has words for %q, which is in no table", page.path, english)
			}
		}
	}
}

// TestReadmeCode: the pages have the same code, comments apart, so that the test which compiles that of the first
// one is for all of them; and they lead to the same places.
func TestReadmeCode(t *testing.T) {
	comment := regexp.MustCompile(`[ \t]*(?://|#) .*`)
	code := func(path string) (all string) {
		for _, block := range codeBlocks(t, path) {
			all += "```" + block.lang + "\n" + comment.ReplaceAllString(block.text, "")
		}
		return all
	}
	links := func(path string) string {
		var all []string
		for _, m := range linkEnd.FindAllStringSubmatch(withoutFences(content(t, path)), -1) {
			if !strings.HasPrefix(m[1], "#") && !strings.HasPrefix(m[1], "README.") { // within the page, or to its other languages
				all = append(all, m[1])
			}
		}
		slices.Sort(all)
		return strings.Join(all, "\n")
	}
	first := readmes[0].path
	if !strings.Contains(code(first), "```go\npackage main\n") || links(first) == "" {
		t.Errorf("%s has no program or no links", first)
	}
	for _, page := range readmes[1:] {
		assert.Equal(t, page.path+", code", code(page.path), code(first))
		assert.Equal(t, page.path+", links", links(page.path), links(first))
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

// TestReadmeFeatures: each "yes" of spanlog leads to the test or the example that shows it, and the table is the
// same in all pages but for the names of its rows.
func TestReadmeFeatures(t *testing.T) {
	const head = "| | spanlog |"
	link := regexp.MustCompile(`^\[yes\]\((\S+) "((?:Test|Fuzz|Example)\w*)"\)$`)
	first := readmes[0].path
	english := tableOf(t, first, head)
	shown := 0
	for _, row := range english[2:] {
		if strings.Trim(strings.Join(row[1:], ""), " ") == "" { // a heading
			continue
		}
		m := link.FindStringSubmatch(row[1])
		if m == nil {
			t.Errorf("%s: %q: %q is no link with the name of a test", first, row[0], row[1])
			continue
		}
		shown++
		if !strings.Contains(content(t, filepath.FromSlash(m[1])), "\nfunc "+m[2]+"(") {
			t.Errorf("%s: %q: %s has no %s", first, row[0], m[1], m[2])
		}
	}
	if shown == 0 {
		t.Errorf("%s has no features", first)
	}
	for _, page := range readmes[1:] {
		var want, got []string
		for _, row := range english[2:] {
			want = append(want, page.row(t, row[1:]))
		}
		table := tableOf(t, page.path, head)
		for _, row := range table[2:] {
			got = append(got, strings.Join(row[1:], " | "))
		}
		assert.Equal(t, page.path, strings.Join(got, "\n"), strings.Join(want, "\n"))
		assert.Equal(t, page.path+", head", strings.Join(table[0], " | "), strings.Join(english[0], " | "))
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
