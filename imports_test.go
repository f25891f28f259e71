package spanlog_test

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestImports holds what a program links by importing spanlog to the standard
// library without net/http and expvar, OpenTelemetry's API and golang.org/x's
// sys and term. The SDK, the exporters and a web server are for who asks for
// them.
func TestImports(t *testing.T) {
	const module = "github.com/spanlog/spanlog"
	direct := []string{ // by the root package and its internal packages
		"go.opentelemetry.io/otel/attribute",
		"go.opentelemetry.io/otel/baggage",
		"go.opentelemetry.io/otel/codes",
		"go.opentelemetry.io/otel/log",
		"go.opentelemetry.io/otel/trace",
		"golang.org/x/sys/",
		"golang.org/x/term",
	}
	forbidden := []string{"net/http", "expvar", "go.opentelemetry.io/otel", "go.opentelemetry.io/otel/sdk"}
	for _, goos := range []string{"linux", "darwin", "windows"} {
		t.Run(goos, func(t *testing.T) {
			for _, line := range goList(t, goos, `{{.ImportPath}}{{"\t"}}{{.Standard}}{{"\t"}}{{join .Imports " "}}`) {
				path, rest, _ := strings.Cut(line, "\t")
				standard, imports, _ := strings.Cut(rest, "\t")
				if slices.Contains(forbidden, path) {
					t.Errorf("%s is linked", path)
				}
				if standard == "true" || !strings.HasPrefix(path, module) {
					continue
				}
				for _, imp := range strings.Fields(imports) {
					external := strings.Contains(strings.SplitN(imp, "/", 2)[0], ".")
					ours := strings.HasPrefix(imp, module+"/internal/")
					allowed := slices.ContainsFunc(direct, func(p string) bool {
						return imp == p || strings.HasSuffix(p, "/") && strings.HasPrefix(imp, p)
					})
					if external && !ours && !allowed {
						t.Errorf("%s imports %s", path, imp)
					}
				}
			}
		})
	}
}

// goList lists the root package and all that it depends on.
func goList(t *testing.T, goos, format string) []string {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-f", format, ".")
	cmd.Env = append(cmd.Environ(), "GOOS="+goos, "GOARCH=amd64", "CGO_ENABLED=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
