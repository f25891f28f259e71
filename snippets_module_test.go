package spanlog_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSnippetsNewModule does as somebody who begins: makes a module in an empty directory, pastes the first program
// of each README into it, has the go command find what that imports, and runs it. Only where
// spanlog is from differs: from this checkout.
func TestSnippetsNewModule(t *testing.T) {
	if testing.Short() {
		t.Skip("links programs")
	}
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, readme := range readmes {
		t.Run(readme.path, func(t *testing.T) {
			dir := t.TempDir()
			run := func(name string, args ...string) {
				t.Helper()
				cmd := exec.Command(name, args...)
				cmd.Dir = dir
				cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
				}
			}
			program, shown := firstProgram(t, readme.path)
			if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o600); err != nil {
				t.Fatal(err)
			}
			run("go", "mod", "init", "example.com/shop")
			const spanlog, any = "github.com/spanlog/spanlog", "@v0.0.0-00010101000000-000000000000"
			run("go", "mod", "edit", "-require", spanlog+any, "-replace", spanlog+"="+root)
			// The versions are this checkout's own, and so are in the module cache already.
			if err := os.WriteFile(filepath.Join(dir, "go.sum"), []byte(content(t, "go.sum")), 0o600); err != nil {
				t.Fatal(err)
			}
			run("go", "build", "-o", "shop", ".")
			runSnippet(t, filepath.Join(dir, "shop"), shown)
		})
	}
}

// firstProgram is the first whole program of a page, and the JSON that it shows next.
func firstProgram(t *testing.T, page string) (program string, shown codeBlock) {
	t.Helper()
	for _, b := range codeBlocks(t, page) {
		switch {
		case program == "" && strings.HasPrefix(b.text, "package main\n"):
			program = b.text
		case program != "" && b.lang == "json":
			return program, b
		}
	}
	t.Fatalf("%s has no program with what it writes", page)
	return "", codeBlock{}
}
