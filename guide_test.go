package spanlog_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spanlog/spanlog"
)

// guides are the pages of which tests take more than their Go code.
var guides = []string{"docs/retention.md", "docs/kubernetes.md", "docs/security.md"}

// TestGuideFiles: New takes every File that the guides show.
func TestGuideFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("links a program")
	}
	var files []string
	for _, guide := range guides {
		for _, b := range codeBlocks(t, guide) {
			if b.lang == "go" && !strings.HasPrefix(b.text, "package ") {
				files = append(files, fileLiterals(t, b)...)
			}
		}
	}
	if len(files) < 8 {
		t.Fatalf("found %d of them", len(files))
	}
	const program = `package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spanlog/spanlog"
)

func main() {
	for i, f := range []spanlog.File{
%s	} {
		f.Path = fmt.Sprintf("%%s/%%d.log", os.Args[1], i)
		l, err := spanlog.New(nil, f)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		l.Info("m")
		l.Close()
	}
}

const _ = time.Second
`
	tmp := t.TempDir()
	source, overlay := filepath.Join(tmp, "main.go"), filepath.Join(tmp, "overlay.json")
	there, err := filepath.Abs("testdata/guide/main.go") // exists in the overlay only
	if err != nil {
		t.Fatal(err)
	}
	config, _ := json.Marshal(map[string]any{"Replace": map[string]string{there: source}})
	for path, text := range map[string]string{source: fmt.Sprintf(program, strings.Join(files, "")), overlay: string(config)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("go", "run", "-buildvcs=false", "-overlay", overlay, "./testdata/guide", t.TempDir()).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// fileLiterals are the Files of a block of statements, each as a line of Go.
func fileLiterals(t *testing.T, b codeBlock) (files []string) {
	t.Helper()
	text := "package p\nfunc _() {\n" + b.text + "}\n"
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", text, 0)
	if err != nil {
		t.Fatalf("%s:%d: %v", b.file, b.line, err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if lit, ok := n.(*ast.CompositeLit); ok {
			from, to := fset.Position(lit.Pos()).Offset, fset.Position(lit.End()).Offset
			if strings.HasPrefix(text[from:to], "spanlog.File{") {
				files = append(files, text[from:to]+",\n")
			}
		}
		return true
	})
	return files
}

// TestLongRecord: of a record that a container runtime cuts, the first part has the time, the
// level, the message and the ids.
func TestLongRecord(t *testing.T) {
	const cut = 16 << 10
	for _, schema := range []string{"otel", "datadog", "ecs", "gcp"} {
		s, err := spanlog.ParseSchema(schema)
		if schema == "gcp" {
			s, err = spanlog.SchemaGoogleCloud("p"), nil
		}
		if err != nil {
			t.Fatal(err)
		}
		var buf strings.Builder
		opts := &spanlog.Options{Schema: s, Service: spanlog.Service{Name: "shop"}}
		l := open(t, opts, spanlog.Writer{Writer: &buf})
		l.With("before", strings.Repeat("x", 2*cut)).InfoContext(spanlog.With(inSpan(bg), "more", strings.Repeat("x", cut)), "declined", "text", strings.Repeat("x", cut))
		line := buf.String()
		if len(line) < 4*cut {
			t.Fatalf("%s: the line has %d bytes", schema, len(line))
		}
		var whole map[string]any
		if err := json.Unmarshal([]byte(line), &whole); err != nil {
			t.Fatal(err)
		}
		if first := line[:cut]; !strings.Contains(first, `"declined"`) || !strings.Contains(first, w3cTraceID) {
			t.Errorf("%s: the first part is %.300s", schema, first)
		}
	}
}

// TestGuideModules: the SDK, its exporters and what those need are linked by package telemetry
// only.
func TestGuideModules(t *testing.T) {
	modules := func(pkg string) []string {
		out, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", pkg).Output()
		if err != nil {
			t.Fatalf("%s: %v", pkg, err)
		}
		all := strings.Fields(string(out))
		slices.Sort(all)
		return slices.Compact(all)
	}
	root := modules(".")
	for _, pkg := range []string{"./levelhttp", "./spanlogtest", "./cmd/spanlog"} {
		if got := modules(pkg); !slices.Equal(got, root) {
			t.Errorf("%s links %q, and the root package %q", pkg, got, root)
		}
	}
	all := modules("./telemetry")
	for _, m := range []string{"go.opentelemetry.io/otel/sdk", "google.golang.org/grpc", "google.golang.org/protobuf"} {
		if !slices.Contains(all, m) || slices.Contains(root, m) {
			t.Errorf("%s: telemetry links it: %t, the root package: %t", m, slices.Contains(all, m), slices.Contains(root, m))
		}
	}
	if more := len(all) - len(root); more < 20 || more >= 30 {
		t.Errorf("telemetry links %d modules more, the guide says some 20", more)
	}
}
