package tracejoin

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write the golden texts of the cases anew")

func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			in := readCase(t, a)
			joined := Join(in)
			check(t, in, joined)
			got := render(joined)
			golden := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == "golden" })
			switch {
			case golden < 0:
				a.Files = append(a.Files, txtar.File{Name: "golden", Data: []byte(got)})
			case string(a.Files[golden].Data) == got:
				return
			default:
				a.Files[golden].Data = []byte(got)
			}
			if !*update {
				t.Fatalf("got\n%s\nwant what %s has; -update writes it anew", got, file)
			}
			if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// render is a trace for people. Times are after noon.
func render(t *Trace) string {
	var b strings.Builder
	failed := ""
	if t.Failed {
		failed = ", failed"
	}
	fmt.Fprintf(&b, "%q %s to %s, services %q, %d errors%s, spans from %q\n", t.Name, clock(t.Start), clock(t.End), t.Services, t.Errors, failed, t.SpansFrom)
	for i := range t.Spans {
		renderSpan(&b, t, i)
	}
	for i := range t.Records {
		if t.Records[i].Span < 0 {
			renderRecord(&b, t, i, "")
		}
	}
	for _, g := range t.Gaps {
		fmt.Fprintf(&b, "gap %s, spans %v, records %v: %s\n", g.Kind, g.Spans, g.Records, g.Text)
	}
	return b.String()
}

func renderSpan(b *strings.Builder, t *Trace, i int) {
	s := &t.Spans[i]
	indent := strings.Repeat("    ", s.Depth)
	fmt.Fprintf(b, "%s[%d] %s: %s", indent, i, s.Service, s.Name)
	word := func(is bool, format string, args ...any) {
		if is {
			fmt.Fprintf(b, "  "+format, args...)
		}
	}
	word(s.Kind != "", "%s", s.Kind)
	fmt.Fprintf(b, "  id=%s  %s for %s", strings.TrimLeft(s.ID, "0"), clock(s.Start), time.Duration(s.Duration)*time.Microsecond)
	word(s.Remote != "", "peer=%s", s.Remote)
	word(s.Failed, "FAILED %s", s.Error)
	word(s.Inferred, "inferred")
	word(s.MissingParent, "(parent %s is missing)", strings.TrimLeft(s.ParentID, "0"))
	word(s.Skew != 0, "skew=%dµs", s.Skew)
	for _, tag := range s.Tags {
		word(true, "%s=%s", tag.Key, tag.Value)
	}
	for _, a := range s.Annotations {
		word(true, "%s %s", clock(a.At), a.Value)
	}
	b.WriteByte('\n')
	for _, r := range s.Records {
		renderRecord(b, t, r, indent+"    ")
	}
}

func renderRecord(b *strings.Builder, t *Trace, i int, indent string) {
	r := &t.Records[i]
	text := fmt.Sprintf("%s%d. %s %s %s: %s", indent, i, clock(r.At), r.Level, r.Service, r.Message)
	fmt.Fprintln(b, strings.TrimRight(text, " "))
}

func clock(at int64) string {
	if at == 0 {
		return "-"
	}
	if d := time.UnixMicro(at).Sub(noon); d.Abs() < 24*time.Hour {
		return "+" + d.String()
	}
	return time.UnixMicro(at).UTC().Format(time.RFC3339Nano)
}
